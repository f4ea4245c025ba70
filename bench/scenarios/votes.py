"""Votes over HTTP: how many a second, and what one costs."""

import select
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from bench.contenders import PlanningPoker, UnderDjangosHandler
from bench.figures import Row
from bench.load import Meter, undisturbed
from bench.rooms import Player, Room

# All vote at the same time, each her next as soon as the last one was taken.
MEMBERS = 8
WARM_UP_SECONDS = 1.0
WINDOWS = 5
WINDOW_SECONDS = 2.0


def measure(folder: Path) -> Iterator[Row]:
    for contender in (PlanningPoker, UnderDjangosHandler):
        with contender.started(folder / contender.__name__) as server:
            room = Room(server, MEMBERS, tasks=1)
            players = room.open_screens()
            _vote(room, players, WARM_UP_SECONDS)
            meter = Meter(server.process)
            with undisturbed():
                taken = [_vote(room, players, WINDOW_SECONDS) for _ in range(WINDOWS)]
            cpu_seconds, shares = meter.server_cpu_seconds, meter.shares()
        rates = [votes / seconds for votes, seconds in taken]
        votes = sum(votes for votes, _ in taken)
        yield {
            "scenario": "votes",
            "contender": contender.name,
            "members": MEMBERS,
            "votes_per_second": round(median(rates), 1),
            "cpu_ms_per_vote": round(1_000 * cpu_seconds / votes, 3),
            "generator_share": round(shares.generator, 3),
            "server_share": round(shares.server, 3),
        }


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
