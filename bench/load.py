"""The load generator: one thread that waits for all sockets at once.

It must not be the bottleneck: requests are prepared before, frames are counted by their
length and not parsed, and its own share of its core is reported with each figure.
"""

import select
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.http_line import HttpLine
from bench.processes import Process
from bench.websocket import TEXT, Line, split_frames

STALLED_AFTER_SECONDS = 20
# As many events as a fast server sends to one connection between two turns.
BUFFER_BYTES = 262_144
# Enough of an event to tell it from whatever else a server sends.
HEAD_BYTES = 24


class Stalled(Exception):
    """Deliveries are missing, and none came for STALLED_AFTER_SECONDS."""


@dataclass(frozen=True)
class Shares:
    """How much of its core each side took, from 0 to 1 (and a little rounding)."""

    generator: float
    server: float


class Meter:
    """What both sides take of their cores from here on."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._began = time.monotonic()
        self._generator = time.process_time()
        self._server = process.cpu_seconds

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    @property
    def server_cpu_seconds(self) -> float:
        return self._process.cpu_seconds - self._server

    def shares(self) -> Shares:
        seconds = self.seconds
        return Shares(
            (time.process_time() - self._generator) / seconds,
            self.server_cpu_seconds / seconds,
        )


class FanOut:
    """One channel, all its listeners, and triggers to it in a closed loop.

    A trigger is in flight until it has been answered and every listener has it: only so
    many are sent that ``in_flight`` of them are on their way.
    """

    def __init__(
        self, listeners: Sequence[Line], port: int, trigger: bytes, in_flight: int
    ) -> None:
        self._listeners = {line.descriptor: line for line in listeners}
        for line in listeners:
            line.frames = 0
        self._receives = {line.descriptor: line.socket.recv_into for line in listeners}
        self._port = port
        self._trigger = trigger
        self._in_flight = in_flight
        self._http: dict[int, HttpLine] = {}
        self._poll = select.epoll()
        for descriptor in self._listeners:
            self._poll.register(descriptor, select.EPOLLIN)
        self._buffer = bytearray(BUFFER_BYTES)
        self._view = memoryview(self._buffer)
        # The first bytes of each event's frame, and its length, from the first one.
        self._head = b""
        self._length = 1 << 62
        self.sent = 0
        self.delivered = 0

    @property
    def listener_count(self) -> int:
        return len(self._listeners)

    def close(self) -> None:
        self._poll.close()
        self._disconnect()

    def run(self, seconds: float) -> float:
        """Keep triggers in flight for so long, and wait for those that still are; the
        deliveries per second of that time.
        """
        self._connect()
        began = time.monotonic()
        before, ends = self.delivered, began + seconds
        while time.monotonic() < ends:
            self._trigger_more()
            self._turn()
        self.finish()
        rate = (self.delivered - before) / (time.monotonic() - began)
        self._disconnect()
        return rate

    def answer_pings(self) -> None:
        """Between two runs, often enough for servers that wait for seconds only."""
        self._read_within(0)

    def _connect(self) -> None:
        """HTTP is open in a run only: servers close what rests for a while."""
        lines = [HttpLine(self._port) for _ in range(self._in_flight)]
        self._http = {line.descriptor: line for line in lines}
        for descriptor in self._http:
            self._poll.register(descriptor, select.EPOLLIN)

    def _disconnect(self) -> None:
        for line in self._http.values():
            line.close()
        self._http = {}

    def finish(self) -> None:
        """Wait for what is on its way. Raises Stalled if any of it is lost."""
        while self.delivered < self.sent * len(self._listeners) or not all(
            line.is_free for line in self._http.values()
        ):
            self._turn()
        counts = {line.frames for line in self._listeners.values()}
        if counts != {self.sent}:
            raise Stalled(f"{self.sent} events were sent, {counts} arrived")

    def trigger_and_wait(self) -> float:
        """Send one trigger into the silence; the seconds until the last one has it."""
        if not self._http:
            self._connect()
        began = time.perf_counter()
        self._trigger_more()
        whole = self.sent * len(self._listeners)
        while self.delivered < whole:
            self._turn()
        ended = time.perf_counter()
        self.finish()
        return ended - began

    def idle_until(self, moment: float) -> None:
        """Send nothing until then, in the time of ``time.perf_counter``."""
        while (left := moment - time.perf_counter()) > 0:
            # epoll rounds up to whole milliseconds, so the last one is spent awake.
            self._read_within(max(0.0, left - 0.001))

    def _trigger_more(self) -> None:
        while self.sent - self.delivered // len(self._listeners) < self._in_flight:
            free = next((line for line in self._http.values() if line.is_free), None)
            if free is None:
                return
            free.send(self._trigger)
            self.sent += 1

    def _turn(self) -> None:
        """Wait until something arrives, and read all that did. Raises Stalled."""
        if not self._read_within(STALLED_AFTER_SECONDS):
            raise Stalled(
                f"{self.sent} events to {len(self._listeners)} listeners were sent, "
                f"{self.delivered} deliveries arrived, and nothing more came for "
                f"{STALLED_AFTER_SECONDS} s"
            )

    def _read_within(self, seconds: float) -> bool:
        ready = self._poll.poll(seconds)
        buffer, length = self._buffer, self._length
        receives, listeners = self._receives, self._listeners
        delivered = 0
        for descriptor, _ in ready:
            receive = receives.get(descriptor)
            if receive is None:
                self._read_answer(self._http.pop(descriptor))
                continue
            size = receive(buffer)
            line = listeners[descriptor]
            if (
                size % length == 0
                and size
                and not line.unfinished
                and buffer.startswith(self._head)
            ):
                line.frames += (count := size // length)
                delivered += count
            else:
                delivered += self._read_slowly(line, size)
        self.delivered += delivered
        return bool(ready)

    def _read_slowly(self, line: Line, size: int) -> int:
        """The first event, halves of events, and what else a server says."""
        if not size:
            raise ConnectionError("The server closed a WebSocket")
        before = line.frames
        received = bytes(self._view[:size])
        if not self._head and not line.unfinished:
            self._learn(received)
        line.read_frames(received)
        return line.frames - before

    def _learn(self, received: bytes) -> None:
        """All events are the same: the first one that arrives whole is the measure."""
        frames, _ = split_frames(received)
        if frames and frames[0][0] == TEXT:
            payload = frames[0][1]
            self._length = received.index(payload) + len(payload)
            self._head = received[: min(self._length, HEAD_BYTES)]

    def _read_answer(self, line: HttpLine) -> None:
        kept = line.socket
        answer = line.receive()
        self._http[line.descriptor] = line
        if line.socket is not kept:
            # The closed one left the poll by itself.
            self._poll.register(line.descriptor, select.EPOLLIN)
        if answer and answer.status not in {200, 202, 204}:
            raise ConnectionError(f"A trigger was refused: {answer}")
