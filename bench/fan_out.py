"""One channel, many subscribers, and triggers that are sent as fast as they can be.

The generator is one thread that waits for all sockets at once, and must not be the
bottleneck: requests are prepared before, and events are counted by their length.
"""

import select
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from bench.http_connection import HttpConnection
from bench.turns import moments
from bench.websocket import WebSocket

STALLED_AFTER_SECONDS = 60
# As many events as a fast server sends to one connection between two turns.
BUFFER_BYTES = 262_144
EVENT_BYTES = 300
# RFC 6455, 5.2, for a payload of 126 to 65,535 bytes.
FRAME_HEAD_BYTES = 4


class StalledError(Exception):
    """Something is missing, and nothing came for STALLED_AFTER_SECONDS."""


class FanOut:
    """A trigger is in flight until it was answered and every subscriber has its event:
    only so many are sent that ``in_flight`` of them are on their way.
    """

    def __init__(
        self, subscribers: Sequence[WebSocket], port: int, trigger: bytes
    ) -> None:
        self._subscribers = {each.descriptor: each for each in subscribers}
        self._port = port
        self._trigger = trigger
        self._http: dict[int, HttpConnection] = {}
        self._poll = select.epoll()
        for descriptor in self._subscribers:
            self._poll.register(descriptor, select.EPOLLIN)
        self._buffer = bytearray(BUFFER_BYTES)
        # Of an event's frame; the first event tells it.
        self._length = 1 << 62
        self._sent = 0
        self._delivered = 0

    def run(self, seconds: float, in_flight: int) -> float:
        """Keep triggers in flight for so long: the deliveries per second."""
        with self._connected(in_flight):
            before, began = self._delivered, time.monotonic()
            while time.monotonic() < began + seconds:
                self._send(in_flight)
                self._turn()
            self._finish()
            return (self._delivered - before) / (time.monotonic() - began)

    def paced(
        self, seconds: float, between: Callable[[], None] = lambda: None
    ) -> list[float]:
        """The seconds of each trigger, sent into the silence, to the last delivery."""
        delays = []
        with self._connected(1):
            for due in moments(seconds, self._read):
                self._send(1)
                whole = self._sent * len(self._subscribers)
                while self._delivered < whole:
                    self._turn()
                delays.append(time.perf_counter() - due)
                self._finish()
                between()
        return delays

    @contextmanager
    def _connected(self, count: int) -> Iterator[None]:
        """HTTP is open meanwhile only: servers close what rests for a while."""
        opened = [HttpConnection(self._port) for _ in range(count)]
        self._http = {each.descriptor: each for each in opened}
        for descriptor in self._http:
            self._poll.register(descriptor, select.EPOLLIN)
        yield
        for each in opened:
            each.close()

    def _send(self, in_flight: int) -> None:
        for http in list(self._http.values()):
            on_their_way = self._sent - self._delivered // len(self._subscribers)
            if on_their_way < in_flight and http.is_free:
                http.send(self._trigger)
                self._sent += 1

    def _finish(self) -> None:
        """Wait for what is on its way. Raises StalledError if any of it is lost."""
        while self._delivered < self._sent * len(self._subscribers) or not all(
            http.is_free for http in self._http.values()
        ):
            self._turn()
        if (heard := {each.heard for each in self._subscribers.values()}) != {
            self._sent
        }:
            raise StalledError(f"{self._sent} events were sent, {heard} arrived")

    def _turn(self) -> None:
        """Wait until something arrives, and read all that did. Raises StalledError."""
        if not self._read(STALLED_AFTER_SECONDS):
            count = len(self._subscribers)
            raise StalledError(
                f"Of {self._sent} events to {count} each, {self._delivered} arrived."
            )

    def _read(self, seconds: float) -> bool:
        ready = self._poll.poll(seconds)
        for descriptor, _ in ready:
            subscriber = self._subscribers.get(descriptor)
            if subscriber is None:
                self._read_answer(descriptor)
                continue
            size = subscriber.socket.recv_into(self._buffer)
            if size and size % self._length == 0 and not subscriber.unfinished:
                count = size // self._length
            else:
                count = self._read_slowly(subscriber, size)
            subscriber.heard += count
            self._delivered += count
        return bool(ready)

    def _read_slowly(self, subscriber: WebSocket, size: int) -> int:
        """The first event, halves of events, and what else a server says."""
        if not size:
            raise ConnectionError("The server closed a WebSocket")
        texts = subscriber.texts_in(bytes(self._buffer[:size]))
        events = [text for text in texts if len(text) > EVENT_BYTES]
        if events:
            self._length = len(events[0]) + FRAME_HEAD_BYTES
        return len(events)

    def _read_answer(self, descriptor: int) -> None:
        http = self._http.pop(descriptor)
        kept = http.socket
        answer = http.receive()
        self._http[http.descriptor] = http
        if http.socket is not kept:
            # The closed one left the poll by itself.
            self._poll.register(http.descriptor, select.EPOLLIN)
        if answer and answer.status not in {200, 202, 204}:
            raise ConnectionError(f"A trigger was refused: {answer}")
