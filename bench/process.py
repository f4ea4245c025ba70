"""A server on a core of its own, and what it takes of the machine."""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

STOPPING_PATIENCE_SECONDS = 15
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_cores = sorted(os.sched_getaffinity(0))
# On a machine with a single core both are the same, and the report says so.
GENERATOR_CORE, SERVER_CORE = _cores[0], _cores[-1]
CORES = len(_cores)


def stolen_seconds() -> float:
    """For how long the machine underneath has kept both cores, since it started."""
    # proc(5): user, nice, system, idle, iowait, irq, softirq, steal.
    lines = Path("/proc/stat").read_text().splitlines()
    cores = {f"cpu{GENERATOR_CORE}", f"cpu{SERVER_CORE}"}
    ticks = [int(line.split()[8]) for line in lines if line.split()[0] in cores]
    return sum(ticks) / _TICKS_PER_SECOND


@dataclass
class Process:
    _process: subprocess.Popen[bytes]
    _log: Path

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
        fields = self._read_proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND

    @property
    def resident_bytes(self) -> int:
        return int(self._read_proc("status").partition("VmRSS:")[2].split()[0]) * 1024

    def _read_proc(self, name: str) -> str:
        return Path(f"/proc/{self._process.pid}/{name}").read_text()


@contextmanager
def started(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path
) -> Iterator[Process]:
    # A process inherits the core of whoever starts it.
    os.sched_setaffinity(0, {SERVER_CORE})
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    os.sched_setaffinity(0, {GENERATOR_CORE})
    try:
        yield Process(process, log)
    finally:
        process.terminate()
        try:
            process.wait(STOPPING_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
