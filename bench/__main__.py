"""Runs the comparisons, prints them, and keeps a whole run in docs/performance.md.

    python -m bench [SCENARIO ...]

With scenarios named, only those run, and nothing is kept: figures that are compared
must come from one run.
"""

import json
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import machine, report
from bench.calm import MACHINE
from bench.environment import install_channels
from bench.figures import Row
from bench.processes import pin_generator
from bench.scenarios import fanout, memory, render, screens, slow_reader, state, votes
from bench.targets import outcomes
from tests.soketi.running import why_it_cannot_run

SCENARIOS: dict[str, Callable[[Path], Iterator[Row]]] = {
    "fanout": fanout.measure,
    "memory": memory.measure,
    "votes": votes.measure,
    "screens": screens.measure,
    "slow_reader": slow_reader.measure,
    "state": state.measure,
    "render": render.measure,
}


def main() -> None:
    chosen = sys.argv[1:] or list(SCENARIOS)
    if unknown := set(chosen) - set(SCENARIOS):
        sys.exit(f"There is no {', '.join(unknown)}; there are {', '.join(SCENARIOS)}.")
    install_channels()
    if reason := why_it_cannot_run():
        print(f"Without Soketi: {reason}")
    # Told to end, it leaves each `with`, which ends the servers and their folders.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    _raise_file_limit()
    pin_generator()
    began = time.monotonic()
    results = _measure(chosen)
    results["minutes"] = round((time.monotonic() - began) / 60, 1)
    print(f"\n{report.text(results)}")
    if len(chosen) == len(SCENARIOS):
        report.write(results)
    if any(outcome.reached is False for outcome in outcomes(results["rows"])):
        print("Not every target was reached.")


def _measure(chosen: list[str]) -> dict[str, Any]:
    rows: list[Row] = []
    busy = round(os.getloadavg()[0], 1)
    versions = machine.versions()
    for name in chosen:
        print(f"{name} ..", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            for row in SCENARIOS[name](Path(folder)):
                print(f"  {json.dumps(row)}", flush=True)
                rows.append(row)
    return {
        "date": datetime.now(UTC).date().isoformat(),
        # Of others, before anything was started here; a quiet machine has less than 1.
        "load_before": busy,
        "machine": machine.machine(),
        "versions": versions,
        "windows": MACHINE.windows,
        "calm_windows": MACHINE.calm_windows,
        "rows": rows,
    }


def _raise_file_limit() -> None:
    """Each of the 5,000 connections is an open file, here and in the servers."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main()
