"""What the product set out to reach, and whether one run reached it.

Mostly ratios: both sides of them come from the same run on the same machine.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bench.figures import Row

OURS, SOKETI, CHANNELS = "Planning Poker", "Soketi", "Channels + Daphne"
CEILING = "a bare loop of sends"
# Over this share of its core the load generator may have been what limits a figure.
BUSY_GENERATOR = 0.85


@dataclass(frozen=True)
class Outcome:
    """``reached`` is None where a side is missing in the run."""

    what: str
    target: str
    figure: str
    reached: bool | None


def outcomes(rows: Iterable[Row]) -> list[Outcome]:
    by_scenario: dict[str, list[Row]] = {}
    for row in rows:
        by_scenario.setdefault(row["scenario"], []).append(row)
    return [
        *_fan_out(by_scenario.get("fan-out", [])),
        *_latency(by_scenario.get("latency", [])),
        *_memory(by_scenario.get("memory", [])),
        *_votes(by_scenario.get("votes", [])),
        *_screens(by_scenario.get("screens", [])),
        *_slow_reader(by_scenario.get("slow reader", [])),
        *_state(by_scenario.get("state", [])),
        *_render(by_scenario.get("render", [])),
    ]


def is_lower_bound(row: Row) -> bool:
    """Whether the load generator may have been the bottleneck."""
    return bool(row.get("generator_share", 0) > BUSY_GENERATOR)


def _fan_out(rows: list[Row]) -> Iterator[Outcome]:
    # (in flight, listeners): at least so many times the deliveries of each.
    wanted: dict[tuple[int, int], dict[str, float]] = {
        (4, 100): {CHANNELS: 60, SOKETI: 3},
        (4, 1_000): {CHANNELS: 120, SOKETI: 3},
        (1, 100): {CHANNELS: 25, SOKETI: 1.5},
        (1, 1_000): {CHANNELS: 60, SOKETI: 1.5},
    }
    found = {
        (row["contender"], row["in_flight"], row["listeners"]): row for row in rows
    }
    for (in_flight, listeners), others in wanted.items():
        ours = found.get((OURS, in_flight, listeners))
        for other, factor in others.items():
            theirs = found.get((other, in_flight, listeners))
            if not ours:
                continue
            what = f"fan-out, {in_flight} in flight, {listeners:,} listeners"
            target = f"at least {factor} times {other}"
            if theirs is None:
                yield Outcome(what, target, f"{other} was not there", None)
                continue
            ratio = ours["deliveries_per_second"] / theirs["deliveries_per_second"]
            bound = "at least " if is_lower_bound(ours) else ""
            figure = f"{bound}{ratio:.1f} times"
            if ceiling := found.get((CEILING, in_flight, listeners)):
                most = (
                    ceiling["deliveries_per_second"] / theirs["deliveries_per_second"]
                )
                figure += f" ({CEILING}: {most:.1f})"
            yield Outcome(what, target, figure, ratio >= factor)


def _latency(rows: list[Row]) -> Iterator[Outcome]:
    found = {row["contender"]: row for row in rows}
    if not (ours := found.get(OURS)):
        return
    what = "trigger to last of 100, 20 a second"
    if theirs := found.get(CHANNELS):
        part = ours["p50_ms"] / theirs["p50_ms"]
        yield Outcome(
            f"{what}, p50",
            f"at most 1/5 of {CHANNELS}",
            f"1/{1 / part:.1f}",
            part <= 1 / 5,
        )
    if theirs := found.get(SOKETI):
        yield Outcome(
            f"{what}, p99",
            f"at most {SOKETI}'s",
            f"{ours['p99_ms']:.1f} ms to {theirs['p99_ms']:.1f} ms",
            ours["p99_ms"] <= theirs["p99_ms"],
        )


def _memory(rows: list[Row]) -> Iterator[Outcome]:
    for row in rows:
        if row["contender"] == OURS:
            size = row["bytes_per_connection"]
            yield Outcome(
                f"memory per idle connection, {row['connections']:,} open",
                "at most 8 KB",
                f"{size / 1024:.1f} KB",
                size <= 8 * 1024,
            )


def _votes(rows: list[Row]) -> Iterator[Outcome]:
    if len(rows) < 2:
        return
    ours, theirs = rows
    cost = ours["cpu_ms_per_vote"]
    yield Outcome("CPU of a vote", "at most 2.5 ms", f"{cost:.2f} ms", cost <= 2.5)
    ratio = ours["votes_per_second"] / theirs["votes_per_second"]
    yield Outcome(
        "votes per second",
        "at least 2.5 times Django's ASGI handler",
        f"{ratio:.1f} times",
        ratio >= 2.5,
    )


def _screens(rows: list[Row]) -> Iterator[Outcome]:
    for row in rows:
        yield Outcome(
            "vote to last of 100 screens, 20 a second, p99",
            "at most 25 ms",
            f"{row['p99_ms']:.1f} ms",
            row["p99_ms"] <= 25,
        )


def _slow_reader(rows: list[Row]) -> Iterator[Outcome]:
    for row in rows:
        delay = row["others_delayed_ms"]
        yield Outcome(
            "one stops reading: delay of the others, p99",
            "under 5 ms",
            f"{delay:.1f} ms",
            delay < 5,
        )
        growth = row["memory_growth_mb"]
        yield Outcome(
            "one stops reading: growth of the server",
            "bounded",
            f"{growth:.1f} MB, of {row['flood_mb']:.0f} MB that were sent to it",
            growth < row["flood_mb"] / 2,
        )
        yield Outcome(
            "one stops reading: how it is closed",
            "with 4100",
            f"with {row['close_code']}",
            row["close_code"] == 4100,
        )


def _state(rows: list[Row]) -> Iterator[Outcome]:
    for row in rows:
        room = f"state of {row['members']} members and {row['tasks']} tasks"
        cost, unchanged = row["cpu_ms"], row["cpu_ms_not_modified"]
        yield Outcome(f"{room}: CPU", "at most 5 ms", f"{cost:.2f} ms", cost <= 5)
        queries, of_few = row["queries"], row["queries_of_few_members"]
        yield Outcome(
            f"{room}: queries",
            "at most 8, however many members",
            f"{queries} ({of_few} with few members)",
            queries <= 8 and queries == of_few,
        )
        yield Outcome(
            f"{room}: CPU of a 304",
            "at most 1 ms",
            f"{unchanged:.2f} ms",
            unchanged <= 1,
        )


def _render(rows: list[Row]) -> Iterator[Outcome]:
    for row in rows:
        if row["slowdown"] == 1:
            yield Outcome(
                "scripting of one change in the browser, median",
                "under 16 ms, one frame",
                f"{row['p50_ms']:.1f} ms",
                row["p50_ms"] < 16,
            )
