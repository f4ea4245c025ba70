"""A bar chart as SVG, readable on a light page and on a dark one."""

from collections.abc import Sequence
from html import escape
from math import log10

from bench.figures import Row

WIDTH, BAR, GAP, GROUP_GAP = 720, 18, 4, 26
TOP, LABELS, VALUES = 44, 190, 90
# From this on, in deliveries a second; each step of the axis is ten times the last.
LEAST = 100.0
COLOURS = {
    "Planning Poker": "#4f6bed",
    "Soketi": "#b07a1e",
    "Channels + Daphne": "#8a8f98",
}

STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1c1f26 }
.quiet { fill: #5a616e }
.line { stroke: #8a8f98; stroke-opacity: 0.35 }
@media (prefers-color-scheme: dark) {
  text { fill: #e8eaf0 }
  .quiet { fill: #a3aab8 }
}
"""


def bar_chart(rows: Sequence[Row]) -> str:
    """Deliveries a second of those that are compared, by listeners and triggers in
    flight, on a logarithmic axis.

    The server's share of the width is that of the logarithm: ten times as many is
    always one step.
    """
    groups: dict[tuple[int, int], list[Row]] = {}
    for row in rows:
        if row["contender"] in COLOURS:
            groups.setdefault((row["listeners"], row["in_flight"]), []).append(row)
    most = max((row["deliveries_per_second"] for row in rows), default=LEAST * 10)
    steps = max(1, -int(-log10(most / LEAST) // 1))
    scale = (WIDTH - LABELS - VALUES) / steps
    parts, y = [], TOP
    for (listeners, in_flight), members in sorted(groups.items()):
        parts.append(
            _text(0, y + BAR - 4, f"{listeners:,} listeners, {in_flight} in flight")
        )
        for row in members:
            value = row["deliveries_per_second"]
            width = max(1.0, log10(max(value, LEAST) / LEAST) * scale)
            colour = COLOURS[row["contender"]]
            parts.append(
                f'<rect x="{LABELS}" y="{y}" width="{width:.1f}" height="{BAR}" '
                f'rx="3" fill="{colour}"/>'
            )
            parts.append(_text(LABELS + width + 6, y + BAR - 4, f"{value:,}"))
            y += BAR + GAP
        y += GROUP_GAP - GAP
    axis = [
        f'<line class="line" x1="{LABELS + step * scale:.1f}" '
        f'x2="{LABELS + step * scale:.1f}" y1="{TOP - 6}" y2="{y - GROUP_GAP + 6}"/>'
        + _text(
            LABELS + step * scale,
            y + 2,
            f"{LEAST * 10**step:,.0f}",
            quiet=True,
            anchor="middle",
        )
        for step in range(steps + 1)
    ]
    height = y + 16
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" '
        f'aria-label="Deliveries a second">\n<style>{STYLE}</style>\n'
        + "\n".join([_legend(rows), *axis, *parts])
        + "\n</svg>\n"
    )


def _legend(rows: Sequence[Row]) -> str:
    parts, x = [], LABELS
    for name in dict.fromkeys(row["contender"] for row in rows):
        colour = COLOURS.get(name, "#8a8f98")
        parts.append(
            f'<rect x="{x}" y="6" width="12" height="12" rx="3" fill="{colour}"/>'
        )
        parts.append(_text(x + 18, 17, name))
        x += 40 + 8 * len(name)
    parts.append(_text(0, 17, "deliveries a second", quiet=True))
    return "\n".join(parts)


def _text(
    x: float, y: float, words: str, *, quiet: bool = False, anchor: str = "start"
) -> str:
    kind = ' class="quiet"' if quiet else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{kind}>'
        f"{escape(words)}</text>"
    )
