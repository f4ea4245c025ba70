"""From rows to what people read: a Markdown text between two markers of a page."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench.environment import ROOT
from bench.figures import Row
from bench.plot import bar_chart
from bench.targets import Outcome, is_lower_bound, outcomes

RESULTS = ROOT / "bench" / "results" / "latest.json"
PAGE = ROOT / "docs" / "performance.md"
PLOT = ROOT / "docs" / "images" / "performance.svg"
# As many processes that want to run as one core can serve.
BUSY_LOAD = 1.0
BEGIN, END = "<!-- written by make bench -->", "<!-- end of what make bench writes -->"


def write(results: dict[str, Any]) -> None:
    """Keep a whole run: the figures as JSON, and the page and its plot made of them."""
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    PLOT.parent.mkdir(exist_ok=True)
    fan_out = [row for row in results["rows"] if row["scenario"] == "fan-out"]
    PLOT.write_text(bar_chart(fan_out))
    page = PAGE.read_text()
    begin, rest = page.split(BEGIN)
    _, end = rest.split(END)
    PAGE.write_text(f"{begin}{BEGIN}\n\n{text(results)}\n{END}{end}")


def text(results: dict[str, Any]) -> str:
    """The run in tables: what was to be reached, then every figure."""
    rows = results["rows"]
    parts = [_machine(results), _targets(outcomes(rows))]
    for scenario in dict.fromkeys(row["scenario"] for row in rows):
        chosen = [row for row in rows if row["scenario"] == scenario]
        parts.append(f"### {scenario[0].upper()}{scenario[1:]}\n\n{_figures(chosen)}")
    return "\n".join(parts)


def _machine(results: dict[str, Any]) -> str:
    machine = results["machine"]
    versions = ", ".join(
        f"{name} {version}" for name, version in results["versions"].items()
    )
    one_core = (
        ""
        if machine["cores"] > 1
        else " **One core for both sides: the load generator took its share of it.**"
    )
    busy = _busy(results.get("load_before"))
    return (
        f"Run of {results['date']} in {results['minutes']} minutes "
        f"on {machine['cpu']}, {machine['cores']} cores, "
        f"{machine['system']}; {versions}.{one_core}{busy}{_calm(results)}\n"
    )


def _busy(load: float | None) -> str:
    if load is None:
        return (
            " **How busy the machine was besides was not recorded: these figures "
            "show that it works, and little else.**"
        )
    if load >= BUSY_LOAD:
        return (
            f" **The machine was busy with other things (load {load}): these figures "
            "show that it works, and little else.**"
        )
    return ""


def _calm(results: dict[str, Any]) -> str:
    if not (windows := results.get("windows")):
        return ""
    return (
        f" {results['calm_windows']} of {windows} windows were measured while the "
        "machine ran at its full speed."
    )


def _targets(found: Iterable[Outcome]) -> str:
    words = {True: "yes", False: "**no**", None: "not measured"}
    lines = [
        [outcome.what, outcome.target, outcome.figure, words[outcome.reached]]
        for outcome in found
    ]
    return _table(["what", "target", "this run", "reached"], lines)


def _figures(rows: list[Row]) -> str:
    names = [name for name in rows[0] if name not in {"scenario", "windows"}]
    lines = [[_cell(name, row) for name in names] for row in rows]
    return _table([_heading(name) for name in names], lines)


def _heading(name: str) -> str:
    words = name.replace("cpu", "CPU")
    words = re.sub("_(ms|mb)$", lambda unit: f", {unit[1]}", words)
    return words.replace("_", " ").replace(", mb", ", MB")


def _cell(name: str, row: Row) -> str:
    value = row.get(name)
    if value is None:
        return ""
    if name.endswith("_share"):
        return f"{value:.0%}"
    if isinstance(value, float):
        return f"{value:,.2f}"
    if isinstance(value, int) and not name.endswith("code"):
        bound = name.endswith("per_second") and is_lower_bound(row)
        return f"{'at least ' if bound else ''}{value:,}"
    return str(value)


def _table(headings: list[str], lines: list[list[str]]) -> str:
    rows = [headings, ["---"] * len(headings), *lines]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in rows)


def read(path: Path = RESULTS) -> dict[str, Any]:
    results: dict[str, Any] = json.loads(path.read_text())
    return results
