"""What browsers are told of a session and its members; docs/events.md has the table."""

from dataclasses import dataclass

from .contract import ABSENT, Message, Payload, PokerEvent


@dataclass(frozen=True, kw_only=True)
class AboutMember(PokerEvent):
    member: Payload

    @property
    def subject_id(self) -> str:
        return str(self.member["userId"])


@dataclass(frozen=True, kw_only=True)
class MemberJoined(AboutMember):
    type = "member-joined"


@dataclass(frozen=True, kw_only=True)
class MemberUpdated(AboutMember):
    """A member has another name, role or right."""

    type = "member-updated"


@dataclass(frozen=True, kw_only=True)
class MemberLeft(PokerEvent):
    """A member left or was removed. ``channel``: where the session goes on, if new."""

    type = "member-left"
    user_id: str
    channel: str = ABSENT

    @property
    def subject_id(self) -> str:
        return self.user_id


@dataclass(frozen=True, kw_only=True)
class SessionUpdated(PokerEvent):
    """The session has another name, deck or setting."""

    type = "session-updated"
    session: Payload


@dataclass(frozen=True, kw_only=True)
class SessionHasEnded(PokerEvent):
    """It ended; a task that was being voted on is pending again, without a round."""

    type = "session-ended"


@dataclass(frozen=True, kw_only=True)
class SessionReopened(PokerEvent):
    type = "session-reopened"


@dataclass(frozen=True, kw_only=True)
class SessionDeleted(PokerEvent):
    """An admin deleted the session and all that belongs to it."""

    type = "session-deleted"


@dataclass(frozen=True, kw_only=True)
class PresenceChanged(Message):
    """Somebody is online, away or offline. ``at``: ms since 1970, the newest wins."""

    type = "presence"
    user_id: str
    is_online: bool
    is_away: bool
    at: int
