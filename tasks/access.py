"""The door to a task: through the member's own session, so a foreign id is 404."""

from django.shortcuts import get_object_or_404

from sessions.models import Member

from .models import Task


def task_of(member: Member, task_id: str) -> Task:
    return get_object_or_404(member.poker_session.tasks, pk=task_id)
