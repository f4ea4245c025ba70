"""From a vote to the last of all screens: what a team sees of the speed."""

import select
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.calm import undisturbed
from bench.contenders import PlanningPoker
from bench.figures import Row, milliseconds, percentile
from bench.load import STALLED_AFTER_SECONDS, Meter, Stalled
from bench.rooms import Player, Room
from bench.websocket import TEXT, Line, message_in

SCREENS = 100
VOTES = 400
VOTES_PER_SECOND = 20
WARM_UP_VOTES = 40


def measure(folder: Path) -> Iterator[Row]:
    with PlanningPoker.started(folder) as server:
        room = Room(server, SCREENS, tasks=1)
        players = room.open_screens()
        screens = Screens([player.screen for player in players])
        _delays(room, players, screens, WARM_UP_VOTES)
        meter = Meter(server.process)
        with undisturbed():
            delays = _delays(room, players, screens, VOTES)
        shares = meter.shares()
    yield {
        "scenario": "screens",
        "contender": server.name,
        "screens": SCREENS,
        "per_second": VOTES_PER_SECOND,
        "votes": VOTES,
        "p50_ms": milliseconds(percentile(delays, 50)),
        "p99_ms": milliseconds(percentile(delays, 99)),
        "slowest_ms": milliseconds(max(delays)),
        "generator_share": round(shares.generator, 3),
        "server_share": round(shares.server, 3),
    }


class Screens:
    """Clients that parse each message, as a browser does before it draws."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = {line.descriptor: line for line in lines}
        self._poll = select.epoll()
        for line in lines:
            self._poll.register(line.descriptor, select.EPOLLIN)
        self._votes_heard = 0
        self._votes_awaited = 0

    def wait_for_vote(self) -> None:
        """Until the next vote has been parsed by all of them. Raises Stalled."""
        self._votes_awaited += len(self._lines)
        while self._votes_heard < self._votes_awaited:
            if not self._read_within(STALLED_AFTER_SECONDS):
                missing = self._votes_awaited - self._votes_heard
                raise Stalled(f"{missing} screens do not hear of a vote")

    def idle_until(self, moment: float) -> None:
        while (left := moment - time.perf_counter()) > 0:
            self._read_within(max(0.0, left - 0.001))

    def _read_within(self, seconds: float) -> bool:
        ready = self._poll.poll(seconds)
        for descriptor, _ in ready:
            line = self._lines[descriptor]
            received = line.socket.recv(65_536)
            if not received:
                raise ConnectionError("The server closed a screen's connection")
            for opcode, payload in line.read_frames(received):
                if opcode == TEXT and message_in(payload)["event"] == "vote":
                    self._votes_heard += 1
        return bool(ready)


def _delays(
    room: Room, players: Sequence[Player], screens: Screens, votes: int
) -> list[float]:
    """Seconds from sending a vote until the last screen has parsed it."""
    delays = []
    began = time.perf_counter()
    for number in range(votes):
        player = players[number % len(players)]
        vote = room.vote_of(player)
        due = began + number / VOTES_PER_SECOND
        # Late because the last one was not done yet: so late is this one as well.
        late = max(0.0, time.perf_counter() - due)
        screens.idle_until(due)
        sent = time.perf_counter()
        player.http.send(vote)
        screens.wait_for_vote()
        delays.append(late + time.perf_counter() - sent)
        while (answer := player.http.receive()) is None:
            pass
        if answer.status != 204:
            raise ConnectionError(f"A vote was refused: {answer}")
    return delays
