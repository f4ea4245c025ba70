"""What is estimated: the queue of a session."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from sessions.ids import unguessable_id
from sessions.models import PokerSession

LONGEST_TITLE = 255
LONGEST_DESCRIPTION = 10_000
LONGEST_LINK = 2_000


class TaskQuerySet(models.QuerySet["Task"]):
    def voting(self) -> "TaskQuerySet":
        return self.filter(status=Task.Status.VOTING)

    def pending(self) -> "TaskQuerySet":
        return self.filter(status=Task.Status.PENDING)


class Task(models.Model):
    """``pending -> voting -> finalized | skipped``, and from there to a new round."""

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        VOTING = "voting", "Being voted on"
        FINALIZED = "finalized", "Finalized"
        SKIPPED = "skipped", "Skipped"

    id = models.CharField(
        primary_key=True, max_length=16, default=unguessable_id, editable=False
    )
    poker_session = models.ForeignKey(
        PokerSession, on_delete=models.CASCADE, related_name="tasks"
    )
    # A quick vote's task may be nameless.
    title = models.CharField(max_length=LONGEST_TITLE, blank=True)
    description = models.TextField(max_length=LONGEST_DESCRIPTION, blank=True)
    link = models.URLField(max_length=LONGEST_LINK, blank=True)
    status = models.CharField(
        max_length=9, choices=Status, default=Status.PENDING, editable=False
    )
    # The card agreed on, "" where there is none.
    story_points = models.CharField(max_length=8, blank=True, editable=False)
    # Whether its session is live, with one round at a time; one that is open until a
    # time may vote on many tasks at once.
    is_live = models.BooleanField(default=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        # SQLite has no deferrable unique constraints, so no unique position.
        order_with_respect_to = "poker_session"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["poker_session"],
                condition=models.Q(status="voting", is_live=True),
                name="one_task_being_voted_on",
            ),
        ]

    def __str__(self) -> str:
        return self.title or "Quick vote"

    @property
    def is_being_voted_on(self) -> bool:
        return self.status == self.Status.VOTING
