"""What a session's browsers are told; docs/events.md has the table.

An event is declared once, typed and frozen, with its payload written out: a new column
of a model must never become a new leak by itself.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

# A larger one is sent as a pointer to the state: hosted servers refuse data over
# 10,240 bytes and self-hosted ones count the whole request.
LARGEST_EVENT_BYTES = 8_000

Payload = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class PokerEvent:
    """An event of one session. ``data`` is its payload on the wire, camelCase keys."""

    type: ClassVar[str]
    session_id: str
    version: int

    @property
    def data(self) -> Payload:
        payload = {
            _camel(field.name): getattr(self, field.name) for field in fields(self)
        }
        if len(json.dumps(payload, ensure_ascii=False).encode()) > LARGEST_EVENT_BYTES:
            return {
                "sessionId": self.session_id,
                "version": self.version,
                "refetch": True,
            }
        return payload


@dataclass(frozen=True, kw_only=True)
class MemberJoined(PokerEvent):
    type = "member-joined"
    member: Payload


@dataclass(frozen=True, kw_only=True)
class MemberUpdated(PokerEvent):
    """A member has another name, role or right, or is away or back.

    In the last case, and only then, ``member`` says ``isOnline`` and ``isAway`` too.
    """

    type = "member-updated"
    member: Payload


@dataclass(frozen=True, kw_only=True)
class MemberLeft(PokerEvent):
    """A member left or was removed."""

    type = "member-left"
    user_id: str


@dataclass(frozen=True, kw_only=True)
class SessionUpdated(PokerEvent):
    """The session has another name, deck or setting."""

    type = "session-updated"
    session: Payload


@dataclass(frozen=True, kw_only=True)
class SessionHasEnded(PokerEvent):
    type = "session-ended"


@dataclass(frozen=True, kw_only=True)
class SessionReopened(PokerEvent):
    type = "session-reopened"


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
