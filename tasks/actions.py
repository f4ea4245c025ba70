"""What people do to the queue. Each action is told to the room."""

from django.db.models import F, Max

from sessions.models import Locked

from .events import TaskAdded, TaskRemoved, TasksReordered, TaskUpdated
from .models import Task
from .room_state import task_data
from .rules import QueueChanged, TaskBeingVotedOn


def add_task(
    locked: Locked, *, title: str, description: str = "", link: str = ""
) -> Task:
    """Put a task at the queue's end."""
    task = Task.objects.create(
        poker_session=locked.session, title=title, description=description, link=link
    )
    locked.session.tell(
        TaskAdded, by=locked.member, named=title, tasks=[task_data(task)], before=None
    )
    return task


def edit_task(locked: Locked, task: Task, **changes: str) -> None:
    """Change ``title``, ``description``, ``link``; what is not given stays."""
    changed = [name for name in changes if changes[name] != getattr(task, name)]
    if not changed:
        return
    for name in changed:
        setattr(task, name, changes[name])
    task.save(update_fields=changed)
    locked.session.tell(
        TaskUpdated, by=locked.member, named=task.title, task=task_data(task)
    )


def delete_task(locked: Locked, task: Task) -> None:
    """Take a task out for good, its rounds with it."""
    if task.is_being_voted_on:
        raise TaskBeingVotedOn
    task_id = task.pk
    task.delete()
    locked.session.tell(
        TaskRemoved, by=locked.member, named=task.title, task_id=task_id
    )


def move_task(locked: Locked, task: Task, *, before: str) -> None:
    """Put a task before another one, or with "" at the queue's end.

    Raises:
        QueueChanged: the other one is no longer there.
    """
    queue = list(locked.session.tasks.values_list("pk", flat=True))
    if before and before not in queue:
        raise QueueChanged
    place = queue.index(task.pk)
    follower = queue[place + 1] if place + 1 < len(queue) else ""
    if before in {task.pk, follower}:
        return
    _put_before(task, before)
    locked.session.tell(
        TasksReordered,
        by=locked.member,
        named=task.title,
        task_id=task.pk,
        before=before or None,
    )


def _put_before(task: Task, before: str) -> None:
    """Only the order of ``_order`` means something (``order_with_respect_to``)."""
    tasks = Task.objects.filter(poker_session=task.poker_session_id)
    if before:
        place = tasks.values_list("_order", flat=True).get(pk=before)
        tasks.filter(_order__gte=place).update(_order=F("_order") + 1)
    else:
        place = tasks.aggregate(last=Max("_order"))["last"] + 1
    tasks.filter(pk=task.pk).update(_order=place)
