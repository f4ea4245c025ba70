"""Runs the comparisons and prints them; a whole run is kept in docs/performance.md.

    python -m bench [--against CHECKOUT ...] [--quick] [SCENARIO ...]

Figures that are compared must come from one run, so part of a run is never kept.
"""

import argparse
import gc
import os
import platform
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench import report
from bench.process import GENERATOR_CORE, stolen_seconds
from bench.scenarios import OPEN, OWN
from bench.servers import ChannelsDaphne, Contender, PlanningPoker, Soketi
from bench.turns import FULL, QUICK, Effort, Row, measure
from tests.soketi.running import why_it_cannot_run


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description="Compare speeds.")
    parser.add_argument("scenario", nargs="*", help=", ".join([*OPEN, *OWN]))
    parser.add_argument("--against", action="append", default=[], metavar="CHECKOUT")
    parser.add_argument("--quick", action="store_true", help="only to see that it runs")
    options = parser.parse_args()
    if unknown := set(options.scenario) - {*OPEN, *OWN}:
        parser.error(f"There is no {', '.join(unknown)}.")
    if not sys.platform.startswith("linux"):
        sys.exit(f"It pins processes to cores, as Linux does, not {platform.system()}.")
    # Told to end, it leaves each `with`, which ends the servers and their folders.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    # Each of the 5,000 connections is an open file, here and in the servers.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    os.sched_setaffinity(0, {GENERATOR_CORE})
    # No window pays for the garbage of another: turns collect it between them.
    gc.disable()

    busy, stolen, began = os.getloadavg()[0], stolen_seconds(), time.monotonic()
    chosen = options.scenario or [*OPEN, *OWN]
    rows = _measure(chosen, options.against, QUICK if options.quick else FULL)
    seconds = time.monotonic() - began
    text = report.text(rows, seconds, busy, (stolen_seconds() - stolen) / seconds)
    print(f"\n{text}")
    if options.against:
        print(report.ratios(rows))
    elif not options.scenario and not options.quick:
        report.keep(text)


def _measure(chosen: list[str], against: list[str], effort: Effort) -> list[Row]:
    checkouts = [PlanningPoker(), *(PlanningPoker(Path(each)) for each in against)]
    contenders: Sequence[Contender] = checkouts
    if not against and {*chosen} & {*OPEN}:
        if reason := why_it_cannot_run():
            print(f"Without Soketi: {reason}")
        soketi = [] if reason else [Soketi()]
        contenders = [*checkouts, *soketi, ChannelsDaphne()]
    rows: list[Row] = []
    for name in chosen:
        print(f"{name} ..", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            if name in OPEN:
                rows += measure(OPEN[name], contenders, Path(folder), effort)
            else:
                rows += measure(OWN[name], checkouts, Path(folder), effort)
    return rows


if __name__ == "__main__":
    main()
