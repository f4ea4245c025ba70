"""What an open connection costs that listens and hears nothing."""

import time
from collections.abc import Iterator
from pathlib import Path

from bench.contenders import contenders
from bench.figures import Row

CONNECTIONS = 5_000
# As rooms are: so many of them listen to the same channel.
LISTENERS_PER_CHANNEL = 100
# Opened and closed before, so that the process has what it needs for the first ones.
WARM_UP_CONNECTIONS = 100
SETTLING_SECONDS = 2.0


def measure(folder: Path) -> Iterator[Row]:
    for contender in contenders():
        with contender.started(folder / contender.__name__) as server:
            for line in server.listen(["warm-up"] * WARM_UP_CONNECTIONS):
                line.close()
            time.sleep(SETTLING_SECONDS)
            before = server.process.resident_bytes
            channels = [
                f"room{number // LISTENERS_PER_CHANNEL}"
                for number in range(CONNECTIONS)
            ]
            lines = server.listen(channels)
            time.sleep(SETTLING_SECONDS)
            after = server.process.resident_bytes
            for line in lines:
                line.close()
        yield {
            "scenario": "memory",
            "contender": contender.name,
            "connections": CONNECTIONS,
            "bytes_per_connection": round((after - before) / CONNECTIONS),
        }
