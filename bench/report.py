"""From rows to what people read: Markdown, and of a whole run a part of a page."""

import platform
import re
import subprocess
import timeit
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.process import CORES
from bench.servers import OURS, REQUIREMENTS
from bench.targets import outcomes
from bench.turns import Row
from tests.serving import ROOT

PAGE = ROOT / "docs" / "performance.md"
SOKETI_PACKAGE = ROOT / "tests" / "soketi" / "package.json"
# Milliseconds of CPU depend on how the interpreter was compiled.
PLAIN_LOOP = timeit.Timer(
    "for i in range(1_000):\n  d = {'a': i}; s = str(d['a']).upper(); t = (s, i)"
)
# Over this share of its core the load generator may have been what limits a figure.
BUSY_GENERATOR_PERCENT = 85
BEGIN, END = "<!-- written by make bench -->", "<!-- end of what make bench writes -->"


def keep(text: str) -> None:
    page = PAGE.read_text()
    begin, rest = page.split(BEGIN)
    _, end = rest.split(END)
    PAGE.write_text(f"{begin}{BEGIN}\n\n{text}\n{END}{end}")


def text(rows: Sequence[Row], seconds: float, load: float, stolen: float) -> str:
    """The run in tables: what was to be reached, then every figure."""
    words = {True: "yes", False: "**no**", None: "not measured"}
    reached = [
        [each.target.what, each.target.figure, str(each.target), each.found,
         words[each.reached]]
        for each in outcomes(rows)
    ]  # fmt: skip
    parts = [_run(seconds, load, stolen)]
    if reached:
        headings = ["what", "figure", "target", "this run", "reached"]
        parts.append(_table(headings, reached))
    for scenario in dict.fromkeys(_scenario(row) for row in rows):
        chosen = [row for row in rows if _scenario(row) == scenario]
        figures = list(dict.fromkeys(name for row in chosen for name in row.windows))
        lines = [
            [row.what, row.contender, *(_figure(row, name) for name in figures)]
            for row in chosen
        ]
        title = f"### {scenario[0].upper()}{scenario[1:]}\n\n"
        parts.append(title + _table(["what", "contender", *figures], lines))
    return "\n".join(parts)


def ratios(rows: Sequence[Row]) -> str:
    """This checkout's figures beside those of the others: the median ratio of windows
    that followed each other, and between which quartiles the ratios lie.
    """
    lines = []
    own = {row.what: row for row in rows if row.contender == OURS}
    for row in rows:
        if row.contender == OURS:
            continue
        for name in row.windows:
            if name.endswith("%"):
                continue
            noise = "none: the other is 0"
            if 0 not in row.windows[name]:
                low, middle, high = own[row.what].ratios_to(row, name)
                noise = f"{middle:.2f} ({low:.2f} to {high:.2f})"
            both = [_figure(own[row.what], name), _figure(row, name)]
            lines.append([row.what, name, *both, row.contender, noise])
    return _table(["what", "figure", "this", "other", "of", "ratio"], lines)


def _scenario(row: Row) -> str:
    return row.what.partition(",")[0]


def _figure(row: Row, name: str) -> str:
    if name not in row.windows:
        return ""
    value = row[name]
    shown = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    busy = row.windows.get("generator %") and row["generator %"]
    is_bound = name.endswith("/s") and (busy or 0) > BUSY_GENERATOR_PERCENT
    return f"at least {shown}" if is_bound else shown


def _run(seconds: float, load: float, stolen: float) -> str:
    """When, where and with what. No paths, and no names of machines."""
    cpu = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    loop_ms = min(PLAIN_LOOP.repeat(repeat=20, number=20)) * 1_000 / 20
    pinned = re.findall(r"(?m)^(channels|daphne)==(.+)$", REQUIREMENTS.read_text())
    soketi = re.findall(r'"@(soketi)/soketi": "([^"]+)"', SOKETI_PACKAGE.read_text())
    own = [(name, version(name)) for name in ("Django", "uvicorn", "uvloop")]
    versions = [f"{name} {number}" for name, number in (*own, *pinned, *soketi)]
    commit = subprocess.run(
        ["git", "log", "-1", "--format=%h of %as"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    cores = f"{CORES} cores" if CORES > 1 else "**one core for both sides**"
    return (
        f"Run of {datetime.now(UTC).date()}, {seconds / 60:.1f} minutes; version "
        f"{commit.stdout.strip()}; {cpu[1] if cpu else platform.machine()}, {cores}, "
        f"Linux {platform.release().split('-')[0]}; Python "
        f"{platform.python_version()} (a plain loop: {loop_ms:.2f} ms), "
        f"{', '.join(versions)}. Load before: {load:.1f}, which is under 1 on a quiet "
        f"machine; {stolen:.1%} of both cores' time was taken by others underneath.\n"
    )


def _table(headings: list[str], lines: list[list[str]]) -> str:
    rows = [headings, ["---"] * len(headings), *lines]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in rows)
