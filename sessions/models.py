"""Sessions and the people in them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db import connection, models, transaction
from django.utils import timezone

from database.fields import SecretCharField
from database.statements import PreparedQuery, PreparedUpdate
from realtime import publish_on_commit

from .abilities import Ability, MayNot, abilities_of
from .contract import Message, PokerEvent
from .decks import Deck
from .ids import unguessable_id
from .journal import Actor, ActorKind, JournalEntry
from .names import LONGEST_NAME, name_key
from .rules import SessionEnded
from .settings import Group, Rights, settings_of

LONGEST_SESSION_NAME = 80

LONGEST_TAB_NAME = 32


class PokerSessionQuerySet(models.QuerySet["PokerSession"]):
    def lock(self, session_id: str) -> "PokerSession":
        """The session, with every other change to it waiting until the commit.

        On SQLite, which has no row locks, the transaction itself is the lock
        (``transaction_mode: IMMEDIATE``).

        Raises:
            TransactionManagementError: outside a transaction nothing would be locked.
        """
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError(
                "PokerSession.objects.lock() needs a transaction."
            )
        if poker_session := _to_lock.first(session_id):
            return poker_session
        raise PokerSession.DoesNotExist


class PokerSession(models.Model):
    id = models.CharField(
        primary_key=True, max_length=16, default=unguessable_id, editable=False
    )
    name = models.CharField(max_length=LONGEST_SESSION_NAME)
    deck_slug = models.CharField(max_length=24)
    deck_cards = models.JSONField()
    # By the names of sessions/settings.py; what is not there has its default.
    settings = models.JSONField(default=dict, blank=True)
    # Raised once for every event, under the row's lock.
    version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    active_at = models.DateTimeField(default=timezone.now, editable=False)
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

    def settings_of(self, group: type[Group]) -> Group:
        return settings_of(group, self.settings)

    def tell(
        self,
        event: type[PokerEvent],
        *,
        by: "Member | Actor",
        named: str = "",
        **data: Any,
    ) -> None:
        """Tell of a change: the only way to. Within the transaction that has the lock.

        Raises the version, sets ``active_at``, writes the journal unless the event
        says otherwise, and publishes after the commit. ``named``: for the journal, the
        name of the member or task that the event is about.
        """
        actor = by.as_actor if isinstance(by, Member) else by
        self.version += 1
        self.active_at = timezone.now()
        _raise_version.write(self.pk, self.version, _for_database(self.active_at))
        told = event(
            session_id=self.pk, version=self.version, by=actor.id or None, **data
        )
        if event.journal:
            self.note(event.type, by=actor, about=(told.subject_id, named))
        publish_on_commit(self.channel, told)

    def say(self, message: type[Message], **data: Any) -> None:
        """Tell of what is no change: without version, lock or journal."""
        publish_on_commit(self.channel, message(session_id=self.pk, **data))

    def note(
        self, what: str, *, by: "Member | Actor", about: tuple[str, str] = ("", "")
    ) -> None:
        """Write into the journal alone. ``about``: the id and name of what it is on."""
        actor = by.as_actor if isinstance(by, Member) else by
        subject_id, subject_name = about
        JournalEntry.objects.create(
            session_id=self.pk,
            session_name=self.name,
            actor=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name,
            what=what,
            subject_id=subject_id,
            subject_name=subject_name,
        )


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
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_present(self) -> bool:
        return self.left_at is None

    @property
    def is_voter(self) -> bool:
        return self.role == self.Role.VOTER

    @property
    def as_actor(self) -> Actor:
        return Actor(ActorKind.MEMBER, self.pk, self.name)

    def may(self, ability: Ability, poker_session: PokerSession) -> bool:
        return ability in abilities_of(
            is_voter=self.is_voter,
            is_facilitator=self.is_facilitator,
            rights=poker_session.settings_of(Rights),
        )

    def set_name(self, name: str) -> None:
        self.name, self.name_key = name, name_key(name)


class MemberIdentity(models.Model):
    """A browser of a member (sessions/identity.py). A member may have several."""

    member = models.ForeignKey(
        Member, on_delete=models.CASCADE, related_name="identities"
    )
    poker_session = models.ForeignKey(
        PokerSession, on_delete=models.CASCADE, related_name="+"
    )
    # SHA-256 of the browser's secret, in hexadecimal.
    fingerprint = SecretCharField(max_length=64, db_index=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["poker_session", "fingerprint"],
                name="one_member_of_a_browser",
            ),
        ]
        verbose_name_plural = "member identities"

    def __str__(self) -> str:
        return f"A browser of {self.member}"


class Tab(models.Model):
    """An open page of a member, on any of their devices, as it was last heard of.

    Each request renews the row. An expired row is ignored, and deleted when any tab is
    next opened.
    """

    class State(models.TextChoices):
        """What the page last said of itself."""

        LIVE = "live", "Shown, with a live connection"
        SLOW = "slow", "Shown, without a live connection"
        HIDDEN = "hidden", "Hidden behind another page, or minimised"

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="tabs")
    # Chosen by the page at random, as the tab of its votes; empty for the page that
    # somebody who has just joined is about to open.
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


@dataclass(frozen=True)
class Locked:
    """A session that nobody else changes until the commit, and who acts in it."""

    session: PokerSession
    member: Member

    def require(self, ability: str, *, unless: bool = False) -> None:
        """Raises MayNot: the member lacks it, and it is not needless."""
        if not unless and not self.member.may(Ability(ability), self.session):
            raise MayNot(Ability(ability))

    def require_open(self) -> None:
        """Raises SessionEnded."""
        if self.session.has_ended:
            raise SessionEnded

    def is_oneself(self, subject: object) -> bool:
        return subject == self.member


def _for_database(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)


_to_lock = PreparedQuery(
    lambda session_id: PokerSession.objects.select_for_update().filter(pk=session_id)
)
_raise_version = PreparedUpdate(PokerSession, "version", "active_at")
