"""Who may subscribe to which channel. Each application registers its own channels; one
that no application registered is refused.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest

from .events import ChannelMember

# Pusher Channels, naming: the prefix says how a channel is protected. Events go to the
# private channel, which has no member limit; the presence channel shows who is online.
PRIVATE_PREFIX = "private-"
ENCRYPTED_PREFIX = "private-encrypted-"
PRESENCE_PREFIX = "presence-"
MAX_WIRE_NAME_LENGTH = 164

MaySubscribe = Callable[..., ChannelMember | None]


@dataclass(frozen=True)
class _Registration:
    pattern: re.Pattern[str]
    may_subscribe: MaySubscribe


_registrations: dict[str, _Registration] = {}


def register_channel(pattern: str, may_subscribe: MaySubscribe) -> None:
    """Register who may subscribe to the channels whose name matches ``pattern``.

    ``pattern`` is an application's channel name such as ``"board-{board_id}"``. Each
    part in braces matches letters and digits, and is passed on by its name:
    ``may_subscribe(request, board_id=...)`` returns the member, or None to refuse.
    """
    _registrations[pattern] = _Registration(_compiled(pattern), may_subscribe)


def authorized_member(request: HttpRequest, wire_name: str) -> ChannelMember | None:
    """The member that the request may subscribe as; None if it may not."""
    name = _application_name(wire_name)
    if name is None:
        return None
    for registration in _registrations.values():
        if match := registration.pattern.fullmatch(name):
            return registration.may_subscribe(request, **match.groupdict())
    return None


def _application_name(wire_name: str) -> str | None:
    if len(wire_name) > MAX_WIRE_NAME_LENGTH:
        return None
    # The longer one first: an application's own name may begin with "encrypted-".
    for prefix in (ENCRYPTED_PREFIX, PRIVATE_PREFIX, PRESENCE_PREFIX):
        if wire_name.startswith(prefix):
            return wire_name.removeprefix(prefix)
    return None


def _compiled(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", pattern)
    return re.compile(
        "".join(
            f"(?P<{part}>[A-Za-z0-9]+)" if place % 2 else re.escape(part)
            for place, part in enumerate(parts)
        )
    )
