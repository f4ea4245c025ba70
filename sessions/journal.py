"""Who did what, when, on what; never a card. It outlives what it tells of."""

from dataclasses import dataclass

from django.db import models
from django.utils import timezone

LONGEST_DETAIL = 255


class ActorKind(models.TextChoices):
    MEMBER = "member", "Member"
    ADMIN = "admin", "Admin"
    TICKER = "ticker", "The clock"


@dataclass(frozen=True)
class Actor:
    """Who did something. ``id`` is a member's, and told to browsers as ``by``."""

    kind: ActorKind
    id: str = ""
    name: str = ""


TICKER = Actor(ActorKind.TICKER)


def admin(name: str) -> Actor:
    return Actor(ActorKind.ADMIN, name=name)


class JournalEntry(models.Model):
    """Ids and names as text, without foreign keys: sessions and members are deleted."""

    at = models.DateTimeField(default=timezone.now)
    session_id = models.CharField(max_length=16, db_index=True)
    session_name = models.CharField(max_length=80)
    actor = models.CharField(max_length=6, choices=ActorKind)
    actor_id = models.CharField(max_length=16, blank=True)
    actor_name = models.CharField(max_length=150, blank=True)
    # An event's name, or one of what is only noted, such as "session-started".
    what = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=16, blank=True)
    subject_name = models.CharField(max_length=LONGEST_DETAIL, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name_plural = "journal entries"

    def __str__(self) -> str:
        return f"{self.what}, {self.session_name}"
