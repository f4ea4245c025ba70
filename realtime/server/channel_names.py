"""What the name of a channel says about it (Pusher docs, channel types)."""

import re

from .limits import Limits, exceeds

PRESENCE = "presence-"
ENCRYPTED = "private-encrypted-"
SIGNED = ("private-", PRESENCE)
CACHE = ("cache-", "private-cache-", "private-encrypted-cache-", "presence-cache-")
# The one name with a `#`: the channel of one signed-in user, whatever her connections.
SERVER_TO_USER = "#server-to-user-"

_NAME = re.compile(r"[-A-Za-z0-9_=@,.;]+")


def is_channel_name(name: object, limits: Limits) -> bool:
    """Whether a channel may be called so."""
    return (
        isinstance(name, str)
        and _NAME.fullmatch(name.removeprefix(SERVER_TO_USER)) is not None
        and not exceeds(len(name), limits.channel_name_length)
    )


def takes_client_events(name: str) -> bool:
    """Browsers may speak where they are known; nobody could check what is encrypted."""
    return name.startswith(SIGNED) and not name.startswith(ENCRYPTED)
