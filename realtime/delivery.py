"""Sends off the thread that serves a request: a slow provider costs a voter nothing.

Events leave in the order in which they were put, several at once when they pile up.
What cannot be sent is made up for: its channel gets one ``refetch`` once events can be
sent again, and browsers then ask the application for what they missed.
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
# Reverb takes a request of 10,000 bytes; what else is in it needs some of them.
BATCH_BYTES = 9_000
FLUSH_SECONDS = 2
MAX_REASON_LENGTH = 300
# Beyond this many rooms, those that wait for the longest are forgotten: their browsers
# look by themselves after a while.
MAX_REFETCH_CHANNELS = 10_000
REFETCH = "refetch"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class OutgoingEvent:
    """An event on its way: the application's channel, and the data as JSON."""

    channel: str
    name: str
    data: str

    @property
    def size(self) -> int:
        """About how many bytes of a request it takes: JSON within JSON, in ASCII."""
        return len(json.dumps(self.data)) + len(self.channel) + len(self.name) + 64


class EventRejectedError(Exception):
    """The provider is well, and will never take what it was sent."""


@dataclass
class Counters:
    """What became of the events. ``failed`` were tried, ``dropped`` were not.

    ``seconds`` is the time spent sending, of all requests together.
    """

    sent: int = 0
    retried: int = 0
    failed: int = 0
    dropped: int = 0
    seconds: float = 0.0


class Delivery:
    """Sends events on one daemon thread, and keeps away from a provider that is down.

    ``send`` gets one to EVENTS_PER_BATCH events and raises what it likes:
    EventRejectedError where other events have better prospects. A delivery belongs to
    the process that
    made it: a forked one makes its own, because the factory forgets the service there.
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
        # Channels that miss an event, those that wait for the longest first.
        self._refetch_channels: dict[str, None] = {}
        self._is_overflowing = False
        self._thread: threading.Thread | None = None
        # Held for everything above, and never while something is being sent.
        self._changed = threading.Condition()

    def enqueue(self, event: OutgoingEvent) -> None:
        """Send soon. Never waits, never raises."""
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
        """Send on the caller's thread, to a provider that is in this process."""
        self._try_send([event])
        while self._refetch_channels:
            refetches = self._next_refetches()
            if not self._try_send(refetches):
                return

    def count_retry(self) -> None:
        """The connection was dropped, and the request was sent once more."""
        with self._changed:
            self._counters.retried += 1

    def status(self) -> dict[str, int | float | State]:
        """The counters, how many events are waiting, and the state of the circuit."""
        with self._changed:
            return {
                **asdict(self._counters),
                "waiting": len(self._waiting),
                "circuit": self._circuit.state,
            }

    def close(self) -> None:
        """Send what waits, for FLUSH_SECONDS at the most."""
        with self._changed:
            thread, self._thread = self._thread, None
            self._changed.notify()
        if thread:
            thread.join(FLUSH_SECONDS)

    def deliver_next(self) -> bool:
        """Send what is next, if anything may be sent: one step of the thread."""
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
                    return  # It was closed.
                # Without a channel that misses something, nothing is due by itself.
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
        room = BATCH_BYTES
        while self._waiting and len(events) < EVENTS_PER_BATCH:
            room -= self._waiting[0].size
            if events and room < 0:
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
        except Exception as error:  # noqa: BLE001 -- libraries raise what they like
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
            # That it refuses shows that it is well.
            self._circuit.record_success()
        if len(events) > 1:
            # One of them is at fault, and the others go without it.
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
        """Count and tell what was tried in vain; what it tells of is true."""
        with self._changed:
            is_news = self._circuit.state == "closed"
            for event in events:
                # A refetch that is refused would be refused for ever.
                if event.name == REFETCH and isinstance(error, EventRejectedError):
                    continue
                self._counters.failed += 1
                self._add_refetch(event)
        if is_news:
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
    """An error's message in one line. It quotes the address that was asked, whose
    signature others could send again: whatever may be a signature is left out.
    """
    line = " ".join(str(error).split())
    return re.sub("[0-9a-f]{32,}", "…", line)[:MAX_REASON_LENGTH]
