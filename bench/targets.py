"""What the product set out to reach, and whether one run reached it.

Mostly ratios: both sides of them come from the same run on the same machine.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bench.servers import CHANNELS, OURS, SOKETI
from bench.turns import Row


@dataclass(frozen=True)
class Target:
    """``bound`` is a factor where the figure is set beside another contender's."""

    what: str
    figure: str
    bound: float
    beside: str = ""

    @property
    def is_least(self) -> bool:
        return self.figure.endswith("/s")

    def __str__(self) -> str:
        relation = "at least" if self.is_least else "at most"
        return f"{relation} {self.bound:,g}" + f" times {self.beside}" * bool(
            self.beside
        )


RATE = "deliveries/s"
LATENCY = "trigger to last of 100, 20 a second"
STATE = "state, 100 members and 100 tasks"
SLOW_READER = "slow reader, sent 12.8 MB beside 100 others"
TARGETS = [
    Target("fan-out, 4 in flight, 100 subscribers", RATE, 60, CHANNELS),
    Target("fan-out, 4 in flight, 100 subscribers", RATE, 3, SOKETI),
    Target("fan-out, 4 in flight, 1,000 subscribers", RATE, 120, CHANNELS),
    Target("fan-out, 4 in flight, 1,000 subscribers", RATE, 3, SOKETI),
    Target("fan-out, 1 in flight, 100 subscribers", RATE, 25, CHANNELS),
    Target("fan-out, 1 in flight, 100 subscribers", RATE, 1.5, SOKETI),
    Target("fan-out, 1 in flight, 1,000 subscribers", RATE, 60, CHANNELS),
    Target("fan-out, 1 in flight, 1,000 subscribers", RATE, 1.5, SOKETI),
    Target(LATENCY, "p50 ms", 0.2, CHANNELS),
    Target(LATENCY, "p99 ms", 1, SOKETI),
    Target("memory, 5,000 connections", "bytes a connection", 8 * 1024),
    Target("votes of 8 members", "CPU ms a vote", 2.5),
    Target("screens, vote to last of 100, 20 a second", "p99 ms", 25),
    Target(SLOW_READER, "others delayed, ms", 5),
    Target(SLOW_READER, "MB grown", 6.4),
    Target(STATE, "CPU ms", 5),
    Target(STATE, "CPU ms of a 304", 1),
]


@dataclass(frozen=True)
class Outcome:
    """``reached`` is None where the other side is missing in the run."""

    target: Target
    found: str
    reached: bool | None


def outcomes(rows: Iterable[Row]) -> Iterator[Outcome]:
    by_name = {(row.what, row.contender): row for row in rows}
    for target in TARGETS:
        if not (ours := by_name.get((target.what, OURS))):
            continue
        found, unit = ours[target.figure], ""
        if target.beside:
            if not (theirs := by_name.get((target.what, target.beside))):
                yield Outcome(target, f"{target.beside} was not there", None)
                continue
            found, unit = found / theirs[target.figure], " times"
        reached = found >= target.bound if target.is_least else found <= target.bound
        yield Outcome(target, f"{found:,.4g}{unit}", reached)
