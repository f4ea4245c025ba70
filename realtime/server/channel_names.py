"""What the name of a channel says about it (Pusher docs, channel types)."""

import re

from .limits import Limits, is_over

PRESENCE = "presence-"
SIGNED = ("private-", PRESENCE)

_NAME = re.compile(r"[-A-Za-z0-9_=@,.;]+")


def is_channel_name(name: object, limits: Limits) -> bool:
    """Whether a channel may be called so. Names with ``#`` are the protocol's own."""
    return (
        isinstance(name, str)
        and _NAME.fullmatch(name) is not None
        and not is_over(limits.channel_name_length, len(name))
    )
