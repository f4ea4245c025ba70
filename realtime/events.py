"""What is published, and who listens."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


class Event(Protocol):
    """Anything that can be published: a name, and data that JSON can carry."""

    @property
    def type(self) -> str: ...

    @property
    def data(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class RealtimeEvent:
    """An event without a class of its own."""

    type: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class ChannelMember:
    """Who listens to a channel, as the others on its presence channel see her.

    ``user_id`` has at most 128 characters, ``user_info`` as JSON at most 1 KB (Pusher
    Channels, presence channels).
    """

    user_id: str
    user_info: Mapping[str, Any] = field(default_factory=dict)


def as_json(data: Mapping[str, Any]) -> str:
    """An event's data as it travels.

    Raises:
        TypeError, ValueError: browsers could not read it, NaN included.
    """
    return json.dumps(
        dict(data), ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
