"""What a browser may know of a task."""

from typing import Any

from .models import Task


def task_data(task: Task) -> dict[str, Any]:
    return {
        "taskId": task.pk,
        "title": task.title,
        "description": task.description,
        "link": task.link,
        "status": task.status,
        "storyPoints": task.story_points or None,
    }
