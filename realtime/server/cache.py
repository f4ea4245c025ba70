"""The last event of each cache channel (Pusher docs, cache channels)."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from .limits import Limits, exceeds


@dataclass(frozen=True, slots=True)
class CachedEvent:
    """``data`` as it was triggered, and the event's frame."""

    data: str
    frame: bytes
    expires_at: float


class Cache:
    """Bounded: a new event evicts the oldest one.

    ``clock`` returns monotonic seconds.
    """

    def __init__(
        self, limits: Limits, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._events: OrderedDict[str, CachedEvent] = OrderedDict()

    def __len__(self) -> int:
        return len(self._events)

    def remember(self, channel_name: str, data: str, frame: bytes) -> None:
        expires_at = self._clock() + self._limits.cache_seconds
        self._events[channel_name] = CachedEvent(data, frame, expires_at)
        self._events.move_to_end(channel_name)
        if exceeds(len(self._events), self._limits.cached_channels):
            self._events.popitem(last=False)

    def last_event(self, channel_name: str) -> CachedEvent | None:
        event = self._events.get(channel_name)
        if event and self._limits.cache_seconds and self._clock() >= event.expires_at:
            del self._events[channel_name]
            return None
        return event

    def seconds_left(self, event: CachedEvent) -> int:
        return max(0, round(event.expires_at - self._clock()))

    def forget_expired(self) -> None:
        """Remove the expired events, which are the first: all are kept equally long."""
        while self._limits.cache_seconds and self._events:
            channel_name, event = next(iter(self._events.items()))
            if self._clock() < event.expires_at:
                return
            del self._events[channel_name]
