"""The form of what browsers are told; docs/events.md has the table.

An event is declared once, typed and frozen, with its payload written out: a new column
of a model must never become a new leak by itself.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

# Raised when pages of before could no longer read what the server says.
CONTRACT = 2

# A larger one is sent as a pointer to the state: hosted servers refuse data over
# 10,240 bytes and self-hosted ones count the whole request.
LARGEST_EVENT_BYTES = 8_000

Payload = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Message:
    """What is no loss if it is missed: it has no version. ``data``: camelCase keys."""

    type: ClassVar[str]
    session_id: str

    @property
    def data(self) -> Payload:
        return {
            camel_case(field.name): value
            for field in fields(self)
            if (value := getattr(self, field.name)) is not ABSENT
        }


@dataclass(frozen=True, kw_only=True)
class PokerEvent(Message):
    """A change of one session. ``by``: the id of the member who made it, else None."""

    # Whether the journal has it; a vote is told often, and says nothing that lasts.
    journal: ClassVar[bool] = True
    version: int
    by: str | None

    @property
    def data(self) -> Payload:
        payload = super().data
        if len(json.dumps(payload, ensure_ascii=False).encode()) > LARGEST_EVENT_BYTES:
            return {
                "sessionId": self.session_id,
                "version": self.version,
                "by": self.by,
                "refetch": True,
            }
        return payload

    @property
    def subject_id(self) -> str:
        """For the journal: the id of the member or task that it is about."""
        return ""


# A field of an event that is not sent at all.
ABSENT: Any = object()


def camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
