"""The state of a large room: what a browser fetches when it comes (back) in."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median

from bench.calm import MACHINE
from bench.contenders import PlanningPoker
from bench.environment import ROOT
from bench.figures import Row, milliseconds
from bench.http_line import HttpLine
from bench.load import Meter
from bench.rooms import Room, cookie_of

MEMBERS = 100
TASKS = 100
# Fewer members, to see that the number of queries does not depend on them.
FEW_MEMBERS = 10
WARM_UP_ANSWERS = 50
WINDOWS = 9
ANSWERS = 60


def measure(folder: Path) -> Iterator[Row]:
    with PlanningPoker.started(folder / "many") as server:
        room = Room(server, MEMBERS, TASKS)
        http = HttpLine(server.port)
        guest = room.guests[0]
        first = http.ask(room.state_of(guest))
        etag = first.header("ETag")
        full = Answers(server, http, room.state_of(guest), 200)
        unchanged = Answers(server, http, room.state_of(guest, etag), 304)
        for _ in range(WINDOWS):
            full.measure()
            unchanged.measure()
        queries = _queries(server, room)
    with PlanningPoker.started(folder / "few") as server:
        queries_of_few = _queries(server, Room(server, FEW_MEMBERS, TASKS))
    yield {
        "scenario": "state",
        "contender": PlanningPoker.name,
        "members": MEMBERS,
        "tasks": TASKS,
        "bytes": len(first.body),
        "cpu_ms": full.cpu_ms,
        "cpu_ms_not_modified": unchanged.cpu_ms,
        "queries": queries,
        "queries_of_few_members": queries_of_few,
    }


class Answers:
    """What one of many answers of that status costs the server."""

    def __init__(
        self, server: PlanningPoker, http: HttpLine, request: bytes, status: int
    ) -> None:
        self._server = server
        self._http = http
        self._request = request
        self._status = status
        self._costs: list[float] = []
        self._ask(WARM_UP_ANSWERS)

    @property
    def cpu_ms(self) -> float:
        return milliseconds(median(self._costs))

    def measure(self) -> None:
        self._costs.append(MACHINE.in_calm(self._window))

    def _window(self) -> float:
        meter = Meter(self._server.process)
        self._ask(ANSWERS)
        return meter.server_cpu_seconds / ANSWERS

    def _ask(self, times: int) -> None:
        for _ in range(times):
            if (answer := self._http.ask(self._request)).status != self._status:
                raise ConnectionError(f"{self._status} was expected: {answer}")


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
