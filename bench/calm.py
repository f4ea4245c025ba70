"""Windows that count: those in which the machine gave its cores whole, at full speed.

A virtual machine shares its processor with others. While they are busy its cores are
taken away, or run a plain loop half as fast as at other times; either comes and goes
within seconds.
"""

import gc
import math
import os
import time
import timeit
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from bench.processes import GENERATOR_CORE, SERVER_CORE, stolen_seconds

# Of both cores' time in a window, as a share of its length.
ALLOWED_LOSS = 0.02
ALLOWED_SLOWNESS = 1.15
MOST_TRIES = 6
REST_SECONDS = 0.5
# Of a whole run. Once it is spent, windows are taken as they come.
PATIENCE_SECONDS = 600
PLAIN_LOOP = timeit.Timer(
    "for i in range(1_000):\n  d = {'a': i}; s = str(d['a']).upper(); t = (s, i)"
)
LOOPS = 40
CALIBRATIONS = 20

Window = TypeVar("Window")


@contextmanager
def undisturbed() -> Iterator[None]:
    """Without pauses for collecting garbage; there is next to none."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Machine:
    """What the machine can do at its best, and how often it did so far."""

    def __init__(self) -> None:
        self._best_seconds = math.inf
        self._patience_left = float(PATIENCE_SECONDS)
        self.windows = 0
        self.calm_windows = 0

    @property
    def loop_ms(self) -> float:
        """What a plain loop takes at full speed. How fast a Python is depends on how
        it was compiled, which it does not tell.
        """
        if self._best_seconds == math.inf:
            for _ in range(CALIBRATIONS):
                self._is_at_full_speed()
        return round(1_000 * self._best_seconds, 2)

    def in_calm(self, window: Callable[[], Window]) -> Window:
        """Measure a window, and again after a rest where the machine was not calm."""
        for _ in range(MOST_TRIES):
            self._wait_for_full_speed()
            stolen, began = stolen_seconds(), time.monotonic()
            with undisturbed():
                measured = window()
            lost = stolen_seconds() - stolen
            seconds = time.monotonic() - began
            is_calm = lost <= ALLOWED_LOSS * seconds and self._is_at_full_speed()
            if is_calm or self._patience_left <= 0:
                break
            self._patience_left -= seconds
        self.windows += 1
        self.calm_windows += is_calm
        return measured

    def _wait_for_full_speed(self) -> None:
        while not self._is_at_full_speed() and self._patience_left > 0:
            time.sleep(REST_SECONDS)
            self._patience_left -= REST_SECONDS

    def _is_at_full_speed(self) -> bool:
        """Whether both cores run the loop about as fast as they ever did."""
        slowest = 0.0
        for core in (SERVER_CORE, GENERATOR_CORE):
            os.sched_setaffinity(0, {core})
            seconds = PLAIN_LOOP.timeit(LOOPS) / LOOPS
            self._best_seconds = min(self._best_seconds, seconds)
            slowest = max(slowest, seconds)
        return slowest <= ALLOWED_SLOWNESS * self._best_seconds


MACHINE = Machine()
