"""Rounds and votes. Every round is kept, with everybody's card."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from database.fields import SecretCharField
from database.statements import PreparedQuery
from sessions.decks import LONGEST_LABEL, Deck
from sessions.ids import unguessable_id
from sessions.models import Member, PokerSession
from tasks.models import Task


class VotingRoundQuerySet(models.QuerySet["VotingRound"]):
    def in_hand(self, session_id: str) -> "list[VotingRound]":
        """The latest round of each task that is being voted on, in the queue's order.

        One at most, except in a session that is open until a time.
        """
        latest = {each.task_id: each for each in _of_tasks_voted_on.all(session_id)}
        return list(latest.values())

    def current_of(self, task: Task) -> "VotingRound | None":
        """The latest round of a task that is being voted on, else None."""
        return _current.first(task.pk)

    def open_in(self, poker_session: PokerSession) -> "VotingRoundQuerySet":
        return self.filter(
            task__poker_session=poker_session, status=VotingRound.Status.VOTING
        )


class VotingRound(models.Model):
    """One vote of the team on a task, with the deck of that day."""

    class Status(models.TextChoices):
        VOTING = "voting", "Cards face down"
        REVEALED = "revealed", "Revealed"
        ABANDONED = "abandoned", "Skipped, never revealed"

    id = models.CharField(
        primary_key=True, max_length=16, default=unguessable_id, editable=False
    )
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=9, choices=Status, default=Status.VOTING)
    deck_slug = models.CharField(max_length=24)
    deck_cards = models.JSONField()
    # The card agreed on after this round, "" where there is none.
    story_points = models.CharField(max_length=LONGEST_LABEL, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    revealed_at = models.DateTimeField(null=True, blank=True)

    objects = VotingRoundQuerySet.as_manager()

    class Meta:
        ordering = ["task", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["task", "number"], name="one_round_of_a_number"
            ),
            models.UniqueConstraint(
                fields=["task"],
                condition=models.Q(status="voting"),
                name="one_open_round",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task}, round {self.number}"

    @property
    def deck(self) -> Deck:
        return Deck(self.deck_slug, tuple(self.deck_cards))

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.VOTING

    @property
    def is_revealed(self) -> bool:
        """The one condition under which a card may leave the server."""
        return self.status == self.Status.REVEALED


class Vote(models.Model):
    """A card of one member in one round."""

    voting_round = models.ForeignKey(
        VotingRound, on_delete=models.CASCADE, related_name="votes"
    )
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="votes")
    # Shown by voting/visibility.py alone.
    card = SecretCharField(max_length=LONGEST_LABEL)

    class Meta:
        ordering = ["voting_round", "member"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["voting_round", "member"], name="one_vote_of_a_member"
            ),
        ]

    def __str__(self) -> str:
        # Never the card: this text stands in the admin's pages and in its history.
        return f"{self.member}, {self.voting_round}"


class VoteReceipt(models.Model):
    """The count of the last vote taken from one tab of a member's browser.

    A vote that was sent again, or overtaken by a newer one, is known by its count.
    """

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    tab = models.CharField(max_length=32)
    count = models.PositiveBigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member", "tab"], name="one_receipt_of_a_tab"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member}, {self.tab}"


_of_tasks_voted_on = PreparedQuery(
    lambda session_id: VotingRound.objects.filter(
        task__poker_session=session_id, task__status=Task.Status.VOTING
    ).order_by("task___order", "number")
)
_current = PreparedQuery(
    lambda task_id: VotingRound.objects.filter(
        task=task_id, task__status=Task.Status.VOTING
    ).order_by("-number")[:1]
)
