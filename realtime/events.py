"""Events, and the members of a channel."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


class Event(Protocol):
    """Anything that can be published: a name, and data that can be encoded as JSON."""

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
    """A subscriber of a channel, as the others on its presence channel see them.

    ``user_id`` has at most 128 characters, ``user_info`` as JSON at most 1 KB (Pusher
    Channels, presence channels).
    """

    user_id: str
    user_info: Mapping[str, Any] = field(default_factory=dict)


def as_json(data: Mapping[str, Any]) -> str:
    """An event's data as it is sent.

    Raises:
        TypeError, ValueError: it is not JSON, which has no NaN.
    """
    return json.dumps(
        dict(data), ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
