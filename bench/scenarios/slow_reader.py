"""A browser that stops reading, while others listen to the same channel."""

import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.calm import undisturbed
from bench.contenders import PlanningPoker, event_data, wait_to_listen
from bench.figures import Row, milliseconds, percentile
from bench.http_line import HttpLine
from bench.load import BUFFER_BYTES, FanOut
from bench.websocket import CLOSE

LISTENERS = 100
PER_SECOND = 20
TRIGGERS = 200
EVENT_BYTES = 300
# What only the slow one listens to: enough to be over any bound within the time.
FLOOD_BYTES = 8_000
FLOOD_EVENTS_PER_TRIGGER = 8
# As small as Linux makes it: what it does not read waits in the server.
RECEIVE_BUFFER_BYTES = 2_048
OVER_CAPACITY = 4100


def measure(folder: Path) -> Iterator[Row]:
    reading, stopped = (
        _play(folder / ("reads" if reads else "stops"), reads=reads)
        for reads in (True, False)
    )
    with_ms = milliseconds(percentile(stopped.delays, 99))
    without_ms = milliseconds(percentile(reading.delays, 99))
    yield {
        "scenario": "slow reader",
        "contender": PlanningPoker.name,
        "listeners": LISTENERS,
        "p99_ms_all_read": without_ms,
        "p99_ms_one_stops": with_ms,
        "others_delayed_ms": round(max(0.0, with_ms - without_ms), 3),
        "memory_growth_mb": round(stopped.memory_growth / 1e6, 2),
        "flood_mb": round(stopped.flood_bytes / 1e6, 1),
        "close_code": stopped.close_code,
    }


@dataclass
class Play:
    delays: list[float] = field(default_factory=list)
    memory_growth: int = 0
    flood_bytes: int = 0
    close_code: int | None = None


def _play(folder: Path, *, reads: bool) -> Play:
    """The others get their events at a steady rate; the one besides is flooded."""
    with PlanningPoker.started(folder) as server:
        lines = server.listen(["room"] * LISTENERS)
        slow = _Slow(server, reads=reads)
        trigger = server.trigger("room", event_data(EVENT_BYTES))
        fan_out = FanOut(lines, server.port, trigger, in_flight=1)
        fan_out.run(1)
        before = server.process.resident_bytes
        play = Play()
        with undisturbed():
            began = time.perf_counter()
            for number in range(TRIGGERS):
                for _ in range(FLOOD_EVENTS_PER_TRIGGER):
                    slow.flood()
                    play.flood_bytes += FLOOD_BYTES
                if reads or "Cut off" in server.process.log_text:
                    slow.read()
                fan_out.idle_until(began + number / PER_SECOND)
                play.delays.append(fan_out.trigger_and_wait())
                grown = server.process.resident_bytes - before
                play.memory_growth = max(play.memory_growth, grown)
        play.close_code = slow.close_code
    return play


class _Slow:
    """The one that is sent more than it reads."""

    def __init__(self, server: PlanningPoker, *, reads: bool) -> None:
        self._line = server.line(
            receive_buffer_bytes=None if reads else RECEIVE_BUFFER_BYTES
        )
        server.ask_to_listen(self._line, "flood")
        wait_to_listen(self._line)
        self._line.let_go()
        self._http = HttpLine(server.port)
        self._event = server.trigger("flood", event_data(FLOOD_BYTES))
        self._is_open = True
        # With which the server closed it; None while it did not.
        self.close_code: int | None = None

    def flood(self) -> None:
        answer = self._http.ask(self._event)
        if answer.status != 200:
            raise ConnectionError(f"A trigger was refused: {answer}")

    def read(self) -> None:
        """All that has arrived, up to the close frame if there is one."""
        while self._is_open:
            try:
                received = self._line.socket.recv(BUFFER_BYTES)
            except BlockingIOError:
                return
            except ConnectionResetError:
                received = b""
            self._is_open = bool(received)
            for opcode, payload in self._line.read_frames(received):
                if opcode == CLOSE:
                    self.close_code = struct.unpack_from("!H", payload)[0]
