"""What a browser may know of a task."""

from typing import Any

from database.statements import PreparedQuery
from sessions.models import PokerSession

from .models import Task

_queue = PreparedQuery(
    lambda session_id: Task.objects.filter(poker_session=session_id).values_list(
        "pk", "title", "description", "link", "status", "story_points"
    )
)


def task_data(task: Task) -> dict[str, Any]:
    return _facts(
        task.pk,
        task.title,
        task.description,
        task.link,
        task.status,
        task.story_points,
    )


def queue_data(poker_session: PokerSession) -> list[dict[str, Any]]:
    """``task_data`` of each, in the order of the queue, without instances of them."""
    return [_facts(*row) for row in _queue.all(poker_session.pk)]


def _facts(
    task_id: str,
    title: str,
    description: str,
    link: str,
    status: str,
    story_points: str,
) -> dict[str, Any]:
    return {
        "taskId": task_id,
        "title": title,
        "description": description,
        "link": link,
        "status": status,
        "storyPoints": story_points or None,
    }
