"""Sessions and the people in them."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from database.statements import PreparedQuery, PreparedUpdate

from .decks import Deck
from .ids import unguessable_id
from .names import LONGEST_NAME, name_key
from .rules import NotAMember, OnlyFacilitators, SessionEnded

LONGEST_SESSION_NAME = 80

LONGEST_TAB_NAME = 32


class PokerSessionQuerySet(models.QuerySet["PokerSession"]):
    def lock(self, session_id: str) -> "PokerSession":
        """The session, with every other change to it waiting until the commit.

        On SQLite, which has no row locks, the transaction itself is the lock
        (``transaction_mode: IMMEDIATE``).
        """
        if poker_session := _to_lock.first(session_id):
            return poker_session
        raise PokerSession.DoesNotExist

    def lock_for(self, member: "Member") -> "PokerSession":
        """Lock the session of somebody who is about to change it; read them again.

        Raises:
            NotAMember: they left or were removed meanwhile.
        """
        poker_session = self.lock(member.poker_session_id)
        _member_anew.refresh(member, member.pk)
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

    def refresh(self) -> None:
        """As ``refresh_from_db``, for less."""
        _session_anew.refresh(self, self.pk)

    def next_version(self) -> int:
        """The version of the event about to be published. Only on a locked row."""
        self.version += 1
        _raise_version.write(self.pk, self.version)
        return self.version


class MemberQuerySet(models.QuerySet["Member"]):
    def present(self) -> "MemberQuerySet":
        """Those who have joined and neither left nor were removed."""
        return self.filter(left_at=None)

    def facilitators(self) -> "MemberQuerySet":
        return self.filter(is_facilitator=True)


class Member(models.Model):
    """Somebody in a session. The row stays when they leave: their votes are history."""

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


class Tab(models.Model):
    """An open page of a member, on any of their devices, as it was last heard of.

    Each request renews the row. An expired row is ignored, and deleted when any tab is
    next opened.
    """

    class State(models.TextChoices):
        """How the page was last heard of; sessions/presence.py says what it means."""

        LIVE = "live", "Asked for the state, with a live connection"
        SLOW = "slow", "Asked for the state, for want of a live connection"
        SHOWN = "shown", "Told that it came to the front"
        HIDDEN = "hidden", "Hidden behind another page, or minimised"

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="tabs")
    # Chosen by the page at random, as the tab of its votes.
    name = models.CharField(max_length=LONGEST_TAB_NAME, blank=True)
    state = models.CharField(max_length=6, choices=State)
    # Milliseconds since 1970: a hundred of them are read for each answer, and as
    # dates they would cost more than all the rest of it.
    expires_at_ms = models.PositiveBigIntegerField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member", "name"], name="one_tab_of_a_name"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member}, {self.get_state_display()}"


_to_lock = PreparedQuery(
    lambda session_id: PokerSession.objects.select_for_update().filter(pk=session_id)
)
_session_anew = PreparedQuery(
    lambda session_id: PokerSession.objects.filter(pk=session_id)
)
_member_anew = PreparedQuery(lambda user_id: Member.objects.filter(pk=user_id))
_raise_version = PreparedUpdate(PokerSession, "version")
