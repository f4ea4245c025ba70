"""What the rules forbid about the queue of tasks."""

from web.rules import RuleBroken


class NoSuchTask(RuleBroken):
    status = 404
    code = "no-task"
    message = "This task is no longer in the queue."


class TaskBeingVotedOn(RuleBroken):
    code = "task-being-voted-on"
    message = "This task is being voted on. Finish or skip it first."


class QueueChanged(RuleBroken):
    code = "queue-changed"
    message = "The queue has changed meanwhile. Please move the task again."
