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
REST_SECONDS = 0.25
# For one window, and for all of a run. Then it is taken as it comes.
WINDOW_PATIENCE_SECONDS = 5
RUN_PATIENCE_SECONDS = 600
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
        self._patience_left = float(RUN_PATIENCE_SECONDS)
        self.windows = 0
        self.calm_windows = 0

    @property
    def loop_ms(self) -> float:
        """What a plain loop takes at full speed. How fast a Python is depends on how
        it was compiled, which it does not tell.
        """
        for _ in range(CALIBRATIONS):
            self._is_at_full_speed()
        return round(1_000 * self._best_seconds, 2)

    def in_calm(
        self, window: Callable[[], Window], rest: Callable[[], None] = lambda: None
    ) -> Window:
        """Measure a window once the machine is calm, and again if it does not remain
        so. ``rest`` is called a few times a second meanwhile.
        """
        patience = min(WINDOW_PATIENCE_SECONDS, self._patience_left)
        began = time.monotonic()
        while True:
            while not (is_calm := self._is_at_full_speed()):
                if time.monotonic() - began > patience:
                    break
                time.sleep(REST_SECONDS)
                rest()
            measured, lost = _measure(window)
            is_calm = is_calm and lost <= ALLOWED_LOSS and self._is_at_full_speed()
            spent = time.monotonic() - began
            if is_calm or spent > patience:
                break
        self._patience_left -= min(spent, self._patience_left)
        self.windows += 1
        self.calm_windows += is_calm
        return measured

    def _is_at_full_speed(self) -> bool:
        """Whether both cores run the loop about as fast as they ever did."""
        slowest = 0.0
        for core in (SERVER_CORE, GENERATOR_CORE):
            os.sched_setaffinity(0, {core})
            seconds = PLAIN_LOOP.timeit(LOOPS) / LOOPS
            self._best_seconds = min(self._best_seconds, seconds)
            slowest = max(slowest, seconds)
        return slowest <= ALLOWED_SLOWNESS * self._best_seconds


def _measure(window: Callable[[], Window]) -> tuple[Window, float]:
    """What was measured, and the share of both cores' time that was taken away."""
    stolen, began = stolen_seconds(), time.monotonic()
    with undisturbed():
        measured = window()
    return measured, (stolen_seconds() - stolen) / (time.monotonic() - began)


MACHINE = Machine()
