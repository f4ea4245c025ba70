"""What the embedded server takes before it refuses."""

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
    # A whole request: ten full events of which each character is escaped fit in.
    request_bytes: int = 1_000_000
    presence_members: int = 100
    presence_user_info_bytes: int = 1_024
    presence_user_id_length: int = 128
    # Frames up to here are always taken, a larger one closes its connection.
    frame_bytes: int = 10_000
    channels_per_connection: int = 100
    # A company behind one address, or everybody behind one proxy, is a normal client.
    connections_per_address: int = 10_000
    # All connections together. Over it they are told to come back later.
    connections: int = 0
    connects_per_second_and_address: int = 0
    frames_per_second: int = 0
    triggers_per_second: int = 0
    client_events_per_second: int = 10
    # The last event of a cache channel is kept for so long, of so many channels.
    cache_seconds: int = 1_800
    cached_channels: int = 10_000
    # How far one browser may fall behind before it is cut off.
    unsent_bytes: int = 1_048_576


class RateCounter:
    """How often something happened in the current second."""

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
