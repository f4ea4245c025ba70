"""Channel types, which follow from the name (Pusher docs, channel types)."""

import re

from .limits import Limits, exceeds

PRESENCE = "presence-"
ENCRYPTED = "private-encrypted-"
SIGNED = ("private-", PRESENCE)
CACHE = ("cache-", "private-cache-", "private-encrypted-cache-", "presence-cache-")
# The only names with a `#`: each is the channel of one signed-in user.
SERVER_TO_USER = "#server-to-user-"

_NAME = re.compile(r"[-A-Za-z0-9_=@,.;]+")


def is_channel_name(name: object, limits: Limits) -> bool:
    """Whether it is a valid name of a channel."""
    return (
        isinstance(name, str)
        and _NAME.fullmatch(name.removeprefix(SERVER_TO_USER)) is not None
        and not exceeds(len(name), limits.channel_name_length)
    )


def takes_client_events(name: str) -> bool:
    """Pusher docs, client events: on signed channels, but not on encrypted ones."""
    return name.startswith(SIGNED) and not name.startswith(ENCRYPTED)
