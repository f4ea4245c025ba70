"""Sessions and the people in them."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.utils import timezone

from .decks import Deck
from .ids import unguessable_id
from .names import LONGEST_NAME, name_key
from .rules import NotAMember, OnlyFacilitators, SessionEnded

LONGEST_SESSION_NAME = 80

# A browser in slow mode asks every 3 s; two missed turns, and it counts as gone.
ONLINE_AFTER_REQUEST = timedelta(seconds=12)
# Being seen is written down no more often than this.
SEEN_EVERY = timedelta(seconds=5)


class PokerSessionQuerySet(models.QuerySet["PokerSession"]):
    def lock(self, session_id: str) -> "PokerSession":
        """The session, with every other change to it waiting until the commit.

        On SQLite, which has no row locks, the transaction itself is the lock
        (``transaction_mode: IMMEDIATE``).
        """
        return self.select_for_update().get(pk=session_id)

    def lock_for(self, member: "Member") -> "PokerSession":
        """Lock the session of somebody who is about to change it; read her anew.

        Raises:
            NotAMember: she left or was removed meanwhile.
        """
        poker_session = self.lock(member.poker_session_id)
        member.refresh_from_db()
        member.poker_session = poker_session
        if not member.is_present:
            raise NotAMember
        return poker_session

    def lock_active_for(self, member: "Member") -> "PokerSession":
        """As ``lock_for``; an ended session raises SessionEnded."""
        poker_session = self.lock_for(member)
        if poker_session.has_ended:
            raise SessionEnded
        return poker_session

    def lock_to_facilitate(self, facilitator: "Member") -> "PokerSession":
        """As ``lock_active_for``; who is no facilitator raises OnlyFacilitators."""
        poker_session = self.lock_active_for(facilitator)
        if not facilitator.may_facilitate:
            raise OnlyFacilitators
        return poker_session


class PokerSession(models.Model):
    id = models.CharField(
        primary_key=True, max_length=16, default=unguessable_id, editable=False
    )
    name = models.CharField(max_length=LONGEST_SESSION_NAME)
    deck_slug = models.CharField(max_length=24)
    deck_cards = models.JSONField()
    # Raised once for every event, under the row's lock.
    version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PokerSessionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def channel(self) -> str:
        """The application's channel: events of this session are published here."""
        return f"planning-poker-{self.pk}"

    @property
    def deck(self) -> Deck:
        return Deck(self.deck_slug, tuple(self.deck_cards))

    @deck.setter
    def deck(self, deck: Deck) -> None:
        self.deck_slug, self.deck_cards = deck.slug, list(deck.cards)

    @property
    def has_ended(self) -> bool:
        return self.ended_at is not None

    @property
    def status(self) -> str:
        return "ended" if self.has_ended else "active"

    def next_version(self) -> int:
        """The version of the event about to be published. Only on a locked row."""
        self.version += 1
        self.save(update_fields=["version"])
        return self.version


class MemberQuerySet(models.QuerySet["Member"]):
    def present(self) -> "MemberQuerySet":
        """Those who have joined and neither left nor were removed."""
        return self.filter(left_at=None)

    def facilitators(self) -> "MemberQuerySet":
        return self.filter(is_facilitator=True)

    def seen_lately(self) -> "MemberQuerySet":
        """Those whose browser asked for the state itself, for want of live events."""
        return self.filter(last_seen_at__gt=timezone.now() - ONLINE_AFTER_REQUEST)


class Member(models.Model):
    """Somebody in a session. The row stays when she leaves: her votes are history."""

    class Role(models.TextChoices):
        VOTER = "voter", "Voter"
        OBSERVER = "observer", "Observer"

    id = models.CharField(
        primary_key=True, max_length=16, default=unguessable_id, editable=False
    )
    poker_session = models.ForeignKey(
        PokerSession, on_delete=models.CASCADE, related_name="members"
    )
    # The browser's secret (sessions/identity.py); empty once a member was removed.
    identity = models.CharField(max_length=32, blank=True, editable=False)
    name = models.CharField(max_length=LONGEST_NAME)
    # One character can become eighteen when its width and form no longer count.
    name_key = models.CharField(max_length=LONGEST_NAME * 18, editable=False)
    role = models.CharField(max_length=8, choices=Role, default=Role.VOTER)
    is_facilitator = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    left_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_seen_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = MemberQuerySet.as_manager()

    class Meta:
        ordering = ["joined_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["poker_session", "name_key"],
                condition=models.Q(left_at=None),
                name="one_present_member_of_a_name",
            ),
            models.UniqueConstraint(
                fields=["poker_session", "identity"],
                condition=~models.Q(identity=""),
                name="one_member_of_an_identity",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_present(self) -> bool:
        return self.left_at is None

    @property
    def may_vote(self) -> bool:
        return self.role == self.Role.VOTER

    @property
    def may_facilitate(self) -> bool:
        """Start, reveal, vote again, finalize, skip, end, edit tasks, change others.

        The one place that says who may reveal.
        """
        return self.is_facilitator

    def set_name(self, name: str) -> None:
        self.name, self.name_key = name, name_key(name)

    def note_seen(self) -> None:
        """Write down that she is here, unless that was done a moment ago."""
        now = timezone.now()
        if self.last_seen_at is None or self.last_seen_at < now - SEEN_EVERY:
            self.last_seen_at = now
            self.save(update_fields=["last_seen_at"])
