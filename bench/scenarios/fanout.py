"""One channel, many listeners: how many deliveries a second, and how late the last."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import chain
from pathlib import Path
from statistics import median

from bench.calm import MACHINE, undisturbed
from bench.contenders import BareSends, Contender, contenders, event_data
from bench.figures import Row, milliseconds, percentile
from bench.load import FanOut, Meter, Shares
from bench.websocket import Line

EVENT_BYTES = 300
LISTENERS = (100, 1_000)
SEVERAL = 4
WARM_UP_SECONDS = 1.0
WINDOWS = 9
WINDOW_SECONDS = 0.8
LATENCY_LISTENERS = 100
LATENCY_TRIGGERS = 300
LATENCY_PER_SECOND = 20


def measure(folder: Path) -> Iterator[Row]:
    with ExitStack() as running:
        every: list[type[Contender]] = [*contenders(), BareSends]
        servers = [
            running.enter_context(contender.started(folder / contender.__name__))
            for contender in every
        ]
        for listeners in LISTENERS:
            rooms = [server.listen(["room"] * listeners) for server in servers]
            yield from _throughput(servers, rooms, 1)
            # With several in flight a server may join what it sends, which the bare
            # loop does not: it is no ceiling then.
            yield from _throughput(servers[:-1], rooms[:-1], SEVERAL)
            for line in chain.from_iterable(rooms):
                line.close()
        for server in servers[:-1]:
            yield _latency(server)


def _throughput(
    servers: Sequence[Contender], rooms: Sequence[Sequence[Line]], in_flight: int
) -> Iterator[Row]:
    """The median of windows in which the servers take turns: whatever else the machine
    does for a while then slows all of them.
    """
    turns = [
        (server, _fan_out(server, lines, in_flight), list[float](), list[Shares]())
        for server, lines in zip(servers, rooms, strict=True)
    ]

    def rest() -> None:
        for _, fan_out, _, _ in turns:
            fan_out.answer_pings()

    for _, fan_out, _, _ in turns:
        fan_out.run(WARM_UP_SECONDS)
    for _ in range(WINDOWS):
        for server, fan_out, rates, shares in turns:
            rate, share = MACHINE.in_calm(partial(_window, server, fan_out), rest)
            rates.append(rate)
            shares.append(share)
    for server, fan_out, rates, shares in turns:
        fan_out.close()
        yield {
            "scenario": "fan-out",
            "contender": server.name,
            "listeners": fan_out.listener_count,
            "in_flight": in_flight,
            "deliveries_per_second": round(median(rates)),
            "windows": [round(rate) for rate in rates],
            "generator_share": round(median(share.generator for share in shares), 3),
            "server_share": round(median(share.server for share in shares), 3),
        }


def _window(server: Contender, fan_out: FanOut) -> tuple[float, Shares]:
    meter = Meter(server.process)
    return fan_out.run(WINDOW_SECONDS), meter.shares()


def _fan_out(server: Contender, lines: Sequence[Line], in_flight: int) -> FanOut:
    trigger = server.trigger("room", event_data(EVENT_BYTES))
    return FanOut(lines, server.port, trigger, in_flight)


def _latency(server: Contender) -> Row:
    """Each trigger goes into the silence. One that comes late because the last one was
    not done yet is as late as it was due.
    """
    lines = server.listen(["room"] * LATENCY_LISTENERS)
    fan_out = _fan_out(server, lines, 1)
    fan_out.run(WARM_UP_SECONDS)
    meter = Meter(server.process)
    delays = []
    with undisturbed():
        began = time.perf_counter()
        for number in range(LATENCY_TRIGGERS):
            due = began + number / LATENCY_PER_SECOND
            late = max(0.0, time.perf_counter() - due)
            fan_out.idle_until(due)
            delays.append(late + fan_out.trigger_and_wait())
    shares = meter.shares()
    fan_out.close()
    for line in lines:
        line.close()
    return {
        "scenario": "latency",
        "contender": server.name,
        "listeners": LATENCY_LISTENERS,
        "per_second": LATENCY_PER_SECOND,
        "p50_ms": milliseconds(percentile(delays, 50)),
        "p99_ms": milliseconds(percentile(delays, 99)),
        "slowest_ms": milliseconds(max(delays)),
        "triggers": LATENCY_TRIGGERS,
        "generator_share": round(shares.generator, 3),
        "server_share": round(shares.server, 3),
    }
