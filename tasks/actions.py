"""What facilitators do to the queue. Each action is told to the room."""

from collections.abc import Sequence

from django.db import transaction

from realtime import publish_on_commit
from sessions.models import Member, PokerSession

from .events import TaskAdded, TaskRemoved, TasksReordered, TaskUpdated
from .models import Task
from .room_state import task_data
from .rules import QueueChanged, TaskBeingVotedOn, TaskIsGone


@transaction.atomic(durable=True)
def add_task(
    facilitator: Member, *, title: str, description: str = "", link: str = ""
) -> Task:
    """Put a task at the queue's end."""
    poker_session = PokerSession.objects.lock_to_facilitate(facilitator)
    task = Task.objects.create(
        poker_session=poker_session, title=title, description=description, link=link
    )
    publish_on_commit(
        poker_session.channel,
        TaskAdded(
            session_id=poker_session.pk,
            version=poker_session.next_version(),
            tasks=[task_data(task)],
        ),
    )
    return task


@transaction.atomic(durable=True)
def edit_task(facilitator: Member, task: Task, **changes: str) -> None:
    """Change ``title``, ``description``, ``link``; what is not given stays."""
    poker_session = PokerSession.objects.lock_to_facilitate(facilitator)
    _refresh(task)
    for field, text in changes.items():
        setattr(task, field, text)
    task.save(update_fields=list(changes))
    publish_on_commit(
        poker_session.channel,
        TaskUpdated(
            session_id=poker_session.pk,
            version=poker_session.next_version(),
            task=task_data(task),
        ),
    )


@transaction.atomic(durable=True)
def delete_task(facilitator: Member, task: Task) -> None:
    """Take a task out for good, its rounds with it."""
    poker_session = PokerSession.objects.lock_to_facilitate(facilitator)
    _refresh(task)
    if task.is_being_voted_on:
        raise TaskBeingVotedOn
    task_id = task.pk
    task.delete()
    publish_on_commit(
        poker_session.channel,
        TaskRemoved(
            session_id=poker_session.pk,
            version=poker_session.next_version(),
            task_id=task_id,
        ),
    )


@transaction.atomic(durable=True)
def reorder_tasks(facilitator: Member, task_ids: Sequence[str]) -> None:
    """Put the whole queue in this order.

    Raises:
        QueueChanged: these are not exactly the tasks there are now.
    """
    poker_session = PokerSession.objects.lock_to_facilitate(facilitator)
    if sorted(task_ids) != sorted(poker_session.tasks.values_list("pk", flat=True)):
        raise QueueChanged
    poker_session.set_task_order(task_ids)  # type: ignore[attr-defined]  # Django's
    publish_on_commit(
        poker_session.channel,
        TasksReordered(
            session_id=poker_session.pk,
            version=poker_session.next_version(),
            task_ids=list(task_ids),
        ),
    )


def _refresh(task: Task) -> None:
    """Read the task anew, now that the session is locked."""
    try:
        task.refresh_from_db()
    except Task.DoesNotExist as deleted:
        raise TaskIsGone from deleted
