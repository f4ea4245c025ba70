"""The door to a task: through the member's own session, so a foreign id is 404."""

from django.http import Http404

from database.statements import PreparedQuery
from sessions.models import Member

from .models import Task

_task = PreparedQuery(
    lambda session_id, task_id: Task.objects.filter(
        poker_session=session_id, pk=task_id
    )
)


def task_of(member: Member, task_id: str) -> Task:
    task = _task.first(member.poker_session_id, task_id)
    if task is None:
        raise Http404("There is no such task.")
    return task
