"""The servers take turns, so that whatever else the machine does slows all of them."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple, TypeVar

from bench.process import Process
from bench.servers import Contender

# Each is named with its unit; what is better when it is higher ends in "/s".
Figures = dict[str, float]
AnyContender = TypeVar("AnyContender", bound=Contender)

PER_SECOND = 20


@dataclass(frozen=True)
class Effort:
    """How much is measured: what a target names, or only enough to see that it runs."""

    windows: int
    seconds: float
    paced_seconds: float
    connections: int
    subscribers: tuple[int, ...]
    people: int
    tasks: int
    report_tasks: int
    report_voters: int


FULL = Effort(9, 1.0, 5.0, 5_000, (100, 1_000), 100, 100, 200, 30)
QUICK = Effort(2, 0.3, 0.5, 200, (20,), 10, 5, 3, 4)


@dataclass
class Row:
    """What the windows of one contender gave; ``row[figure]`` is their median."""

    what: str
    contender: str
    windows: dict[str, list[float]] = field(default_factory=dict)

    def __getitem__(self, figure: str) -> float:
        return median(self.windows[figure])

    def add(self, figures: Figures) -> None:
        for name, value in figures.items():
            self.windows.setdefault(name, []).append(value)

    def __str__(self) -> str:
        figures = ", ".join(f"{name}: {self[name]:,.4g}" for name in self.windows)
        return f"{self.what}, {self.contender}: {figures}"

    def ratios_to(self, other: "Row", figure: str) -> tuple[float, float, float]:
        """Between windows that followed each other: the quartiles."""
        pairs = zip(self.windows[figure], other.windows[figure], strict=True)
        ratios = [ours / theirs for ours, theirs in pairs]
        low, middle, high = quantiles(ratios, n=4, method="inclusive")
        return low, middle, high


class Turn(NamedTuple):
    """What is measured next; ``windows`` where there are not as many as usual."""

    what: str
    window: Callable[[], Figures]
    windows: int | None = None


def measure(
    scenario: Callable[[AnyContender, Effort], Iterator[Turn]],
    contenders: Sequence[AnyContender],
    folder: Path,
    effort: Effort,
) -> Iterator[Row]:
    """After one to warm up, each server's windows alternate with the others'."""
    with ExitStack() as running:
        servers = [
            running.enter_context(contender.running(folder / str(number)))
            for number, contender in enumerate(contenders)
        ]
        scenarios = [scenario(server, effort) for server in servers]
        for turns in zip(*scenarios, strict=True):
            rows = [
                Row(turn.what, server.name)
                for turn, server in zip(turns, servers, strict=True)
            ]
            for turn in turns:
                turn.window()
            for _ in range(turns[0].windows or effort.windows):
                for row, turn, server in zip(rows, turns, servers, strict=True):
                    gc.collect()
                    meter = Meter(server.process)
                    row.add(turn.window() | meter.shares())
            for row in rows:
                print(f"  {row}", flush=True)
            yield from rows


class Meter:
    """What both sides take of their cores from here on."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._began = time.monotonic()
        self._generator = time.process_time()
        self._server = process.cpu_seconds

    @property
    def server_cpu_seconds(self) -> float:
        return self._process.cpu_seconds - self._server

    def shares(self) -> Figures:
        seconds = time.monotonic() - self._began
        generator = time.process_time() - self._generator
        return {
            "generator %": 100 * generator / seconds,
            "server %": 100 * self.server_cpu_seconds / seconds,
        }


def moments(seconds: float, idle: Callable[[float], object]) -> Iterator[float]:
    """Times of ``perf_counter``, PER_SECOND of them a second, each given when it comes.

    What is late, because what came before was not done, counts from when it was due.
    """
    due = began = time.perf_counter()
    while max(due, time.perf_counter()) < began + seconds:
        while (left := due - time.perf_counter()) > 0:
            # epoll rounds up to whole milliseconds, so the last one is spent awake.
            idle(max(0.0, left - 0.001))
        yield due
        due += 1 / PER_SECOND


def delays(seconds: Sequence[float]) -> Figures:
    return {
        "p50 ms": 1_000 * percentile(seconds, 50),
        "p99 ms": 1_000 * percentile(seconds, 99),
    }


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest that so many percent of all do not exceed."""
    return sorted(values)[ceil(len(values) * percent / 100) - 1]
