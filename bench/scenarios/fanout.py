"""One channel, many listeners: how many deliveries a second, and how late the last."""

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.contenders import Contender, contenders, event_data
from bench.figures import Row, milliseconds, percentile
from bench.load import FanOut, Meter, undisturbed

EVENT_BYTES = 300
LISTENERS = (100, 1_000)
IN_FLIGHT = (1, 4)
WARM_UP_SECONDS = 1.0
WINDOWS = 5
WINDOW_SECONDS = 1.2
LATENCY_LISTENERS = 100
LATENCY_TRIGGERS = 300
LATENCY_PER_SECOND = 20


def measure(folder: Path) -> Iterator[Row]:
    for contender in contenders():
        with contender.started(folder / contender.__name__) as server:
            trigger = server.trigger("room", event_data(EVENT_BYTES))
            for listeners in LISTENERS:
                lines = server.listen(["room"] * listeners)
                for in_flight in IN_FLIGHT:
                    fan_out = FanOut(lines, server.port, trigger, in_flight)
                    yield _throughput(server, fan_out, listeners, in_flight)
                if listeners == LATENCY_LISTENERS:
                    yield _latency(server, FanOut(lines, server.port, trigger, 1))
                for line in lines:
                    line.close()


def _throughput(
    server: Contender, fan_out: FanOut, listeners: int, in_flight: int
) -> Row:
    """The median of the windows: one in which the machine did something else as well
    does not count.
    """
    fan_out.run(WARM_UP_SECONDS)
    meter = Meter(server.process)
    with undisturbed():
        rates = [fan_out.run(WINDOW_SECONDS) for _ in range(WINDOWS)]
    shares = meter.shares()
    fan_out.finish()
    fan_out.close()
    return {
        "scenario": "fan-out",
        "contender": server.name,
        "listeners": listeners,
        "in_flight": in_flight,
        "deliveries_per_second": round(median(rates)),
        "windows": [round(rate) for rate in rates],
        "generator_share": round(shares.generator, 3),
        "server_share": round(shares.server, 3),
    }


def _latency(server: Contender, fan_out: FanOut) -> Row:
    """Each trigger goes into the silence. One that comes late because the last one was
    not done yet is as late as it was due.
    """
    fan_out.run(WARM_UP_SECONDS)
    fan_out.finish()
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
