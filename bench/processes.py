"""Server processes on a core of their own, and what they take of it."""

import ctypes
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.environment import ROOT

if sys.platform != "linux":
    sys.exit(
        f"The benchmarks pin processes to cores and read /proc: they need Linux, "
        f"and this is {platform.system()}."
    )

STOPPING_PATIENCE_SECONDS = 15
# From linux/prctl.h: the signal a process gets when the one that started it ends.
_PR_SET_PDEATHSIG = 1
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_cores = sorted(os.sched_getaffinity(0))
# On a machine with a single core both are the same, and the report says so.
GENERATOR_CORE, SERVER_CORE = _cores[0], _cores[-1]
CORES = len(_cores)
_libc = ctypes.CDLL(None)


def pin_generator() -> None:
    """Keep this process away from the server's core."""
    os.sched_setaffinity(0, {GENERATOR_CORE})


def stolen_seconds() -> float:
    """For how long the machine underneath has kept both cores from what they had to do,
    since it started.
    """
    # proc(5): user, nice, system, idle, iowait, irq, softirq, steal.
    lines = Path("/proc/stat").read_text().splitlines()
    cores = {f"cpu{GENERATOR_CORE}", f"cpu{SERVER_CORE}"}
    ticks = [int(line.split()[8]) for line in lines if line.split()[0] in cores]
    return sum(ticks) / _TICKS_PER_SECOND


class Process:
    """A server alone on its core. It ends with the ``with`` it was started in, and with
    this process, however that ends.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], log: Path
    ) -> None:
        self._log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=_belong_to_the_bench,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOPPING_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def log_text(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    @property
    def cpu_seconds(self) -> float:
        """What all of its threads have taken so far, in user and kernel mode."""
        # proc(5): the name in brackets may hold spaces; utime and stime are the 14th
        # and 15th field.
        fields = self._of_proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND

    @property
    def resident_bytes(self) -> int:
        [line] = [
            line
            for line in self._of_proc("status").splitlines()
            if line.startswith("VmRSS:")
        ]
        return int(line.split()[1]) * 1024

    def _of_proc(self, name: str) -> str:
        return Path(f"/proc/{self._process.pid}/{name}").read_text()


def _belong_to_the_bench() -> None:
    """Runs in the child, between fork and exec."""
    os.sched_setaffinity(0, {SERVER_CORE})
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
