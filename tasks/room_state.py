"""What a browser may know of a task."""

from dataclasses import dataclass
from typing import Any

from django.utils.html import linebreaks

from database.statements import PreparedQuery
from sessions.models import PokerSession

from .keys import key_in
from .models import Task

_queue = PreparedQuery(
    lambda session_id: Task.objects.filter(poker_session=session_id).values_list(
        "pk", "title", "link", "status", "story_points", "description"
    )
)


@dataclass(frozen=True)
class Queue:
    """The tasks of a session, read at once. ``tasks``: ``task_data`` of each."""

    tasks: list[dict[str, Any]]
    descriptions: dict[str, str]
    in_hand: str | None

    @property
    def current(self) -> dict[str, Any] | None:
        """What is told at length of the task in hand alone."""
        if self.in_hand is None:
            return None
        return details_data(self.descriptions[self.in_hand])


def queue_of(poker_session: PokerSession) -> Queue:
    """The task in hand is the first being voted on, else the first that waits."""
    rows = _queue.all(poker_session.pk)
    tasks = [_task(*row) for row in rows]
    waiting = (Task.Status.VOTING, Task.Status.PENDING)
    in_order = (
        task["taskId"]
        for status in waiting
        for task in tasks
        if task["status"] == status
    )
    return Queue(
        tasks,
        {task_id: description for task_id, *_, description in rows},
        None if poker_session.has_ended else next(in_order, None),
    )


def task_data(task: Task) -> dict[str, Any]:
    """A task as the state and events have it, without its description."""
    return _task(
        task.pk, task.title, task.link, task.status, task.story_points, task.description
    )


def details_data(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "descriptionHtml": description and linebreaks(description, autoescape=True),
        # Comes with the meeting: a decision that everybody sees.
        "note": "",
    }


def _task(
    task_id: str,
    title: str,
    link: str,
    status: str,
    story_points: str,
    description: str,
) -> dict[str, Any]:
    return {
        "taskId": task_id,
        "key": key_in(link),
        "title": title,
        "link": link,
        "status": status,
        "storyPoints": story_points or None,
        "hasDescription": bool(description),
    }
