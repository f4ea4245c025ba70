"""Reaching a task: through the member's own session, so a foreign id is unknown."""

from database.statements import PreparedQuery
from sessions.models import Locked, Member

from .models import Task
from .rules import NoSuchTask

_task = PreparedQuery(
    lambda session_id, task_id: Task.objects.filter(
        poker_session=session_id, pk=task_id
    )
)


def task_of(member: Member, task_id: str) -> Task:
    """Raises NoSuchTask."""
    if task := _task.first(member.poker_session_id, task_id):
        return task
    raise NoSuchTask


def task_in(locked: Locked, task_id: str) -> Task:
    """A task of the locked session, as it is until the commit. Raises NoSuchTask."""
    return task_of(locked.member, task_id)
