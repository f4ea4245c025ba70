"""Votes over HTTP: how many a second, and what one costs."""

import select
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench.calm import MACHINE
from bench.contenders import PlanningPoker, UnderDjangosHandler
from bench.figures import Row
from bench.load import Meter, Shares
from bench.rooms import Player, Room

# All vote at the same time, each her next as soon as the last one was taken.
MEMBERS = 8
WARM_UP_SECONDS = 1.0
WINDOWS = 9
WINDOW_SECONDS = 1.5


def measure(folder: Path) -> Iterator[Row]:
    with ExitStack() as running:
        turns = [
            Turns(running.enter_context(contender.started(folder / contender.__name__)))
            for contender in (PlanningPoker, UnderDjangosHandler)
        ]
        for each in turns:
            _vote(each.room, each.players, WARM_UP_SECONDS)
        for _ in range(WINDOWS):
            for each in turns:
                each.take_one()
    for each in turns:
        yield {
            "scenario": "votes",
            "contender": each.server.name,
            "members": MEMBERS,
            "votes_per_second": round(median(each.rates), 1),
            "cpu_ms_per_vote": round(1_000 * median(each.costs), 3),
            "generator_share": round(median(s.generator for s in each.shares), 3),
            "server_share": round(median(s.server for s in each.shares), 3),
        }


class Turns:
    """One server's windows. The servers take turns: whatever else the machine does for
    a while then slows both.
    """

    def __init__(self, server: PlanningPoker) -> None:
        self.server = server
        self.room = Room(server, MEMBERS, tasks=1)
        self.players = self.room.open_screens()
        self.rates: list[float] = []
        self.costs: list[float] = []
        self.shares: list[Shares] = []

    def take_one(self) -> None:
        rate, cost, share = MACHINE.in_calm(self._window)
        self.rates.append(rate)
        self.costs.append(cost)
        self.shares.append(share)

    def _window(self) -> tuple[float, float, Shares]:
        meter = Meter(self.server.process)
        votes, seconds = _vote(self.room, self.players, WINDOW_SECONDS)
        return votes / seconds, meter.server_cpu_seconds / votes, meter.shares()


def _vote(room: Room, players: Sequence[Player], seconds: float) -> tuple[int, float]:
    """Everybody votes for so long: how many were taken, and in how many seconds."""
    voting = {player.http.descriptor: player for player in players}
    screens = {player.screen.descriptor: player.screen for player in players}
    taken = 0
    began = time.monotonic()
    with select.epoll() as poll:
        for descriptor in [*voting, *screens]:
            poll.register(descriptor, select.EPOLLIN)
        for player in players:
            player.http.send(room.vote_of(player))
        waiting = len(players)
        while waiting:
            for descriptor, _ in poll.poll():
                if descriptor in screens:
                    screens[descriptor].read_frames(
                        screens[descriptor].socket.recv(65_536)
                    )
                    continue
                player = voting[descriptor]
                if (answer := player.http.receive()) is None:
                    continue
                if answer.status != 204:
                    raise ConnectionError(f"A vote was refused: {answer}")
                taken += 1
                if time.monotonic() - began < seconds:
                    player.http.send(room.vote_of(player))
                else:
                    waiting -= 1
    return taken, time.monotonic() - began
