"""The state of a large room: what a browser fetches when it comes (back) in."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.contenders import PlanningPoker
from bench.environment import ROOT
from bench.figures import Row
from bench.http_line import HttpLine
from bench.load import Meter, undisturbed
from bench.rooms import Room, cookie_of

MEMBERS = 100
TASKS = 100
# Fewer members, to see that the number of queries does not depend on them.
FEW_MEMBERS = 10
ANSWERS = 300


def measure(folder: Path) -> Iterator[Row]:
    with PlanningPoker.started(folder / "many") as server:
        room = Room(server, MEMBERS, TASKS)
        http = HttpLine(server.port)
        guest = room.guests[0]
        first = http.ask(room.state_of(guest))
        etag = first.header("ETag")
        full_ms = _cpu_ms(server, http, room.state_of(guest), 200)
        unchanged_ms = _cpu_ms(server, http, room.state_of(guest, etag), 304)
        queries = _queries(server, room)
    with PlanningPoker.started(folder / "few") as server:
        queries_of_few = _queries(server, Room(server, FEW_MEMBERS, TASKS))
    yield {
        "scenario": "state",
        "contender": PlanningPoker.name,
        "members": MEMBERS,
        "tasks": TASKS,
        "bytes": len(first.body),
        "cpu_ms": full_ms,
        "cpu_ms_not_modified": unchanged_ms,
        "queries": queries,
        "queries_of_few_members": queries_of_few,
    }


def _cpu_ms(
    server: PlanningPoker, http: HttpLine, request: bytes, status: int
) -> float:
    """What one of many answers of that status costs the server."""
    meter = Meter(server.process)
    with undisturbed():
        for _ in range(ANSWERS):
            if (answer := http.ask(request)).status != status:
                raise ConnectionError(f"{status} was expected: {answer}")
    return round(1_000 * meter.server_cpu_seconds / ANSWERS, 3)


def _queries(server: PlanningPoker, room: Room) -> int:
    """Counted in a process of its own, with the same database."""
    environment: Mapping[str, str] = server.installation.environment
    command = [sys.executable, "-m", "bench.count_queries"]
    asked = {"path": f"{room.path}state/", "cookie": cookie_of(room.guests[0])}
    counted = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    return int(counted.stdout)
