"""The limits of the embedded server."""

import time
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Pusher's own numbers where Pusher has one. 0 means no limit."""

    channel_name_length: int = 164
    event_name_length: int = 200
    data_bytes: int = 10_240
    channels_per_trigger: int = 100
    events_per_batch: int = 10
    # A whole request: enough for ten full events with every character escaped.
    request_bytes: int = 1_000_000
    presence_members: int = 100
    presence_user_info_bytes: int = 1_024
    presence_user_id_length: int = 128
    # A larger frame closes its connection.
    frame_bytes: int = 10_000
    channels_per_connection: int = 100
    # All of a company, or everybody behind one proxy, may share an address.
    connections_per_address: int = 10_000
    # Of the server. Beyond it, clients are told to reconnect later.
    connections: int = 0
    connects_per_second_and_address: int = 0
    frames_per_second: int = 0
    triggers_per_second: int = 0
    client_events_per_second: int = 10
    # How long the last event of a cache channel is kept, and for how many channels.
    cache_seconds: int = 1_800
    cached_channels: int = 10_000
    # How many bytes a slow consumer may lag behind before it is disconnected.
    unsent_bytes: int = 1_048_576


class RateCounter:
    """Counts occurrences within the current second."""

    __slots__ = ("_count", "_limit", "_second")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._second = 0
        self._count = 0

    def hit(self) -> bool:
        """Count once more; whether that exceeds the limit."""
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._count = second, 0
        self._count += 1
        return exceeds(self._count, self._limit)


def exceeds(size: int, limit: int) -> bool:
    """Whether ``size`` is more than ``limit`` allows. A limit of 0 is none."""
    return 0 < limit < size
