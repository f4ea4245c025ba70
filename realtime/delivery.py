"""Sends events on a thread of its own, so that a slow provider delays no request.

Events are sent in the order in which they were enqueued, several in one batch when they
pile up. A channel that lost an event gets one ``refetch`` once events can be sent
again: browsers then fetch the current state from the application.
"""

import json
import logging
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from .circuit import CircuitBreaker, State

QUEUE_LENGTH = 1_000
# Pusher docs, HTTP API, batch events.
EVENTS_PER_BATCH = 10
# Reverb accepts requests of 10,000 bytes, which include the event's other fields.
BATCH_BYTES = 9_000
FLUSH_SECONDS = 2
MAX_REASON_LENGTH = 300
# With more channels than this waiting for a refetch, the longest-waiting are dropped.
MAX_REFETCH_CHANNELS = 10_000
REFETCH = "refetch"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class OutgoingEvent:
    """An event to send: the application's channel, and the data as JSON."""

    channel: str
    name: str
    data: str

    @property
    def size(self) -> int:
        """About how many bytes it adds to a request: JSON within JSON, in ASCII."""
        return len(json.dumps(self.data)) + len(self.channel) + len(self.name) + 64


class EventRejectedError(Exception):
    """The provider works, but will never accept this event."""


@dataclass
class Counters:
    """What became of the events. ``failed`` were tried, ``dropped`` were not.

    ``seconds`` is the total time spent sending.
    """

    sent: int = 0
    retried: int = 0
    failed: int = 0
    dropped: int = 0
    seconds: float = 0.0


class Delivery:
    """Sends events on one daemon thread, through a circuit breaker.

    ``send`` gets one to EVENTS_PER_BATCH events and may raise anything;
    EventRejectedError means that other events may still be accepted. A forked process
    makes a delivery of its own: the factory drops the service there.
    """

    def __init__(
        self,
        send: Callable[[Sequence[OutgoingEvent]], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._send = send
        self._clock = clock
        self._circuit = CircuitBreaker(clock)
        self._counters = Counters()
        self._waiting: deque[OutgoingEvent] = deque()
        # Channels that lost an event, the longest-waiting first.
        self._refetch_channels: dict[str, None] = {}
        self._is_overflowing = False
        self._thread: threading.Thread | None = None
        # Guards everything above, and is never held while sending.
        self._changed = threading.Condition()

    def enqueue(self, event: OutgoingEvent) -> None:
        """Send soon. Never blocks, never raises."""
        with self._changed:
            if self._circuit.state != "closed":
                self._drop(event)
            elif len(self._waiting) >= QUEUE_LENGTH:
                if not self._is_overflowing:
                    logger.warning(
                        "Events are dropped: %d are waiting already", QUEUE_LENGTH
                    )
                self._is_overflowing = True
                self._drop(event)
            else:
                self._waiting.append(event)
            self._changed.notify()
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="realtime-delivery", daemon=True
                )
                self._thread.start()

    def send_now(self, event: OutgoingEvent) -> None:
        """Send on the caller's thread, to a server in this process."""
        self._try_send([event])
        while self._refetch_channels:
            refetches = self._next_refetches()
            if not self._try_send(refetches):
                return

    def count_retry(self) -> None:
        """Count a request that was sent again because its connection was dropped."""
        with self._changed:
            self._counters.retried += 1

    def status(self) -> dict[str, int | float | State]:
        """The counters, the length of the queue, and the circuit breaker's state."""
        with self._changed:
            return {
                **asdict(self._counters),
                "waiting": len(self._waiting),
                "circuit": self._circuit.state,
            }

    def close(self) -> None:
        """Send what is queued, for FLUSH_SECONDS at most."""
        with self._changed:
            thread, self._thread = self._thread, None
            self._changed.notify()
        if thread:
            thread.join(FLUSH_SECONDS)

    def deliver_next(self) -> bool:
        """One step of the thread: send the next events, if any may be sent."""
        with self._changed:
            events = self._next_events()
        if events:
            self._try_send(events)
        return bool(events)

    def _run(self) -> None:
        while True:
            if self.deliver_next():
                continue
            with self._changed:
                if self._waiting and self._circuit.state == "closed":
                    continue
                if self._thread is not threading.current_thread():
                    return  # The delivery was closed.
                # Only a pending refetch has to be sent at a certain time.
                self._changed.wait(
                    self._circuit.seconds_left if self._refetch_channels else None
                )

    def _next_events(self) -> list[OutgoingEvent]:
        match self._circuit.state:
            case "open":
                return []
            case "half-open":
                return self._next_refetches(most=1)
        events: list[OutgoingEvent] = []
        bytes_left = BATCH_BYTES
        while self._waiting and len(events) < EVENTS_PER_BATCH:
            bytes_left -= self._waiting[0].size
            if events and bytes_left < 0:
                break
            events.append(self._waiting.popleft())
        if events:
            return events
        self._is_overflowing = False
        return self._next_refetches()

    def _next_refetches(self, most: int = EVENTS_PER_BATCH) -> list[OutgoingEvent]:
        with self._changed:
            channels = list(self._refetch_channels)[:most]
            for channel in channels:
                del self._refetch_channels[channel]
        return [OutgoingEvent(channel, REFETCH, "{}") for channel in channels]

    def _try_send(self, events: list[OutgoingEvent]) -> bool:
        started = self._clock()
        try:
            self._send(events)
        except EventRejectedError as rejection:
            self._on_rejection(events, rejection, self._clock() - started)
            return False
        except Exception as error:  # noqa: BLE001 -- libraries raise anything
            self._on_failure(events, error, self._clock() - started)
            return False
        with self._changed:
            self._counters.sent += len(events)
            self._counters.seconds += self._clock() - started
            if self._circuit.state != "closed":
                logger.info("Events can be sent again")
            self._circuit.record_success()
        return True

    def _on_rejection(
        self, events: list[OutgoingEvent], rejection: EventRejectedError, seconds: float
    ) -> None:
        with self._changed:
            self._counters.seconds += seconds
            # A provider that rejects an event is up.
            self._circuit.record_success()
        if len(events) > 1:
            # Only some of them are invalid, so the others are sent without those.
            for event in events:
                self._try_send([event])
            return
        self._record_loss(events, rejection)

    def _on_failure(
        self, events: list[OutgoingEvent], error: Exception, seconds: float
    ) -> None:
        self._record_loss(events, error)
        with self._changed:
            self._counters.seconds += seconds
            was_closed = self._circuit.state == "closed"
            self._circuit.record_failure()
            if self._circuit.state == "closed":
                return
            while self._waiting:
                self._drop(self._waiting.popleft())
            if was_closed:
                logger.warning(
                    "Live updates pause: no event could be sent. The next attempt is "
                    "in %.0f seconds",
                    self._circuit.seconds_left,
                )

    def _record_loss(self, events: list[OutgoingEvent], error: Exception) -> None:
        """Count and log events that could not be sent, and request a refetch."""
        with self._changed:
            was_closed = self._circuit.state == "closed"
            for event in events:
                # A rejected refetch would be rejected every time.
                if event.name == REFETCH and isinstance(error, EventRejectedError):
                    continue
                self._counters.failed += 1
                self._add_refetch(event)
        if was_closed:
            logger.error(
                "%s was not delivered: %s: %s",
                ", ".join(f"{event.name} on {event.channel}" for event in events),
                type(error.__cause__ or error).__name__,
                _reason(error),
            )

    def _drop(self, event: OutgoingEvent) -> None:
        self._counters.dropped += 1
        self._add_refetch(event)

    def _add_refetch(self, event: OutgoingEvent) -> None:
        self._refetch_channels.setdefault(event.channel)
        if len(self._refetch_channels) > MAX_REFETCH_CHANNELS:
            del self._refetch_channels[next(iter(self._refetch_channels))]


def _reason(error: Exception) -> str:
    """An error's message in one line, without anything that may be a signature: it
    quotes the request's URL, with which others could repeat the request.
    """
    line = " ".join(str(error).split())
    return re.sub("[0-9a-f]{32,}", "…", line)[:MAX_REASON_LENGTH]
