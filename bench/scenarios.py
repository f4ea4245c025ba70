"""What is measured: each scenario prepares a running server, and yields turns.

A window measures once and gives back its figures; bench/turns.py repeats it.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from threading import Event

from bench.fan_out import EVENT_BYTES, FanOut
from bench.http_connection import HttpConnection
from bench.rooms import Member, Room
from bench.servers import Contender, PlanningPoker, event_data
from bench.turns import PER_SECOND, Effort, Figures, Meter, Turn, delays
from bench.websocket import WebSocket

VOTERS = 8
STATES = 60

# What one connection is closed for, if it does not read it.
FLOOD_BYTES, FLOOD_EVENTS = 8_000, 16
# As small as Linux makes it: what is not read waits in the server.
RECEIVE_BUFFER_BYTES = 2_048

# As rooms are: so many subscribe to the same channel.
SUBSCRIBERS_A_CHANNEL = 100
# Before idle connections are pinged, which nobody would answer.
MEMORY_WINDOWS = 3
SETTLING_SECONDS = 2.0

REPORT_ROUNDS = 2
READERS = 10


def fanout(server: Contender, effort: Effort) -> Iterator[Turn]:
    """One channel: how many deliveries a second, and how late the last one is."""
    trigger = server.trigger("room", event_data(EVENT_BYTES))
    for count in effort.subscribers:
        subscribers = server.subscribe(["room"] * count)
        room = FanOut(subscribers, server.port, trigger)
        for in_flight in (1, 4):
            yield Turn(
                f"fan-out, {in_flight} in flight, {count:,} subscribers",
                partial(_throughput, room, effort.seconds, in_flight),
            )
        if count == effort.subscribers[0]:
            yield Turn(
                f"trigger to last of {count}, {PER_SECOND} a second",
                partial(_latency, room, effort.paced_seconds),
            )
        for subscriber in subscribers:
            subscriber.close()


def _throughput(room: FanOut, seconds: float, in_flight: int) -> Figures:
    return {"deliveries/s": room.run(seconds, in_flight)}


def _latency(room: FanOut, seconds: float) -> Figures:
    return delays(room.paced(seconds))


def memory(server: Contender, effort: Effort) -> Iterator[Turn]:
    """What a connection costs that is subscribed and hears nothing."""
    connections: list[WebSocket] = []
    each = effort.connections // (MEMORY_WINDOWS + 1)

    def window() -> Figures:
        before = server.process.resident_bytes
        first = len(connections)
        connections.extend(
            server.subscribe(
                [
                    f"room{n // SUBSCRIBERS_A_CHANNEL}"
                    for n in range(first, first + each)
                ]
            )
        )
        time.sleep(SETTLING_SECONDS)
        return {"bytes a connection": (server.process.resident_bytes - before) / each}

    yield Turn(f"memory, {effort.connections:,} connections", window, MEMORY_WINDOWS)
    for connection in connections:
        connection.close()


def votes(server: PlanningPoker, effort: Effort) -> Iterator[Turn]:
    """Votes over HTTP: how many a second, and what one costs."""
    room = Room(server, VOTERS, has_screens=True)

    def window() -> Figures:
        meter, before = Meter(server.process), room.taken
        rate = room.vote_for(effort.seconds)
        cost_ms = 1_000 * meter.server_cpu_seconds / (room.taken - before)
        return {"votes/s": rate, "CPU ms a vote": cost_ms}

    yield Turn(f"votes of {VOTERS} members", window)


def screens(server: PlanningPoker, effort: Effort) -> Iterator[Turn]:
    """From a vote to the last of all screens: what a team sees of the speed."""
    people = effort.people
    room = Room(server, people, has_screens=True)
    yield Turn(
        f"screens, vote to last of {people}, {PER_SECOND} a second",
        lambda: delays(room.vote_steadily(effort.paced_seconds)[1]),
    )
    yield Turn(
        f"{people} votes at once, until all {people} screens have all",
        lambda: {"ms": 1_000 * room.vote_at_once()},
    )


def readers(server: PlanningPoker, effort: Effort) -> Iterator[Turn]:
    """Votes alone, and while ten people open a long report again and again."""
    reader = _long_session(server, effort)
    report = reader.prepared(f"{reader.room}report/")
    # Nobody has this room open: its screens would only wait for a slow server's pings.
    room = Room(server, VOTERS, has_screens=False)

    def vote_p99_ms() -> float:
        return delays(room.vote_steadily(effort.paced_seconds)[0])["p99 ms"]

    def read_until(is_over: Event) -> None:
        connection = HttpConnection(server.port)
        while not is_over.is_set():
            connection.ask(report)
        connection.close()

    def window() -> Figures:
        report_ms = 1_000 * _seconds_of(lambda: reader.ask(f"{reader.room}report/"))
        alone = vote_p99_ms()
        is_over = Event()
        # Readers wait for the server nearly all of the time, so threads do.
        with ThreadPoolExecutor(READERS) as browsers:
            reading = [browsers.submit(read_until, is_over) for _ in range(READERS)]
            try:
                beside = vote_p99_ms()
            finally:
                is_over.set()
        for each in reading:
            each.result()
        return {
            "report ms": report_ms,
            "vote's p99 ms alone": alone,
            "beside readers": beside,
            "times as long": beside / alone,
        }

    size = f"{effort.report_tasks} tasks, {effort.report_voters} voters"
    yield Turn(f"readers of a report, {size}, {REPORT_ROUNDS} rounds", window)


def joining(server: PlanningPoker, effort: Effort) -> Iterator[Turn]:
    """Many people join at once: how long until all of them are live."""

    def window() -> Figures:
        facilitator = Member("Facilitator", server)
        session_id = facilitator.starts_session("The whole department")
        contract = facilitator.state.get("contract", 1)
        members = [Member(f"Member {n}", server) for n in range(effort.people)]

        def come_in(member: Member) -> None:
            member.joins(session_id).open_page(contract)

        meter = Meter(server.process)
        with ThreadPoolExecutor(effort.people) as browsers:
            seconds = _seconds_of(lambda: list(browsers.map(come_in, members)))
        cost_ms = 1_000 * meter.server_cpu_seconds / effort.people
        for member in members:
            member.close()
        return {"ms": 1_000 * seconds, "CPU ms a person": cost_ms}

    yield Turn(f"joining, {effort.people} people until all are live", window)


def slow_reader(server: PlanningPoker, effort: Effort) -> Iterator[Turn]:
    """One browser stops reading, and others subscribe to the same server."""
    count = effort.subscribers[0]
    trigger = server.trigger("room", event_data(EVENT_BYTES))
    flood = server.trigger("flood", event_data(FLOOD_BYTES))
    room = FanOut(server.subscribe(["room"] * count), server.port, trigger)
    room.run(effort.seconds, in_flight=1)
    before = highest = server.process.resident_bytes

    def others_p99_ms(*, reads: bool) -> float:
        slow = server.connect(receive_buffer_bytes=0 if reads else RECEIVE_BUFFER_BYTES)
        server.ask_to_subscribe(slow, "flood")
        server.confirm(slow)
        slow.wait_no_more()
        http = HttpConnection(server.port)

        def send_flood() -> None:
            nonlocal highest
            for _ in range(FLOOD_EVENTS):
                if (answer := http.ask(flood)).status != 200:
                    raise ConnectionError(f"A trigger was refused: {answer}")
            highest = max(highest, server.process.resident_bytes)
            with suppress(BlockingIOError):
                while reads:
                    slow.receive()

        seconds = room.paced(effort.paced_seconds, between=send_flood)
        http.close()
        slow.close()
        return delays(seconds)["p99 ms"]

    def window() -> Figures:
        times = server.process.log_text.count("Cut off")
        all_read, one_stops = others_p99_ms(reads=True), others_p99_ms(reads=False)
        return {
            "p99 ms all read": all_read,
            "one stops": one_stops,
            "others delayed, ms": max(0.0, one_stops - all_read),
            # At most, in all windows so far: what one leaves behind adds up.
            "MB grown": (highest - before) / 1_000_000,
            "times cut off": server.process.log_text.count("Cut off") - times,
        }

    sent = FLOOD_BYTES * FLOOD_EVENTS * PER_SECOND * effort.paced_seconds / 1_000_000
    yield Turn(f"slow reader, sent {sent:g} MB beside {count} others", window)


def state(server: PlanningPoker, effort: Effort) -> Iterator[Turn]:
    """The state of a large room: what a browser fetches when it comes (back) in."""
    room = Room(server, effort.people, effort.tasks, has_screens=False)
    member, path = room.facilitator, f"{room.facilitator.room}state/"

    def cost_ms(status: int, etag: str = "") -> float:
        meter = Meter(server.process)
        for _ in range(STATES):
            if (answer := member.ask(path, etag)).status != status:
                raise ConnectionError(f"{status} was expected: {answer}")
        return 1_000 * meter.server_cpu_seconds / STATES

    def window() -> Figures:
        # All are here, and no page of theirs expires meanwhile.
        for each in room.members:
            each.say_live(room.contract)
        known = member.ask(path)
        return {
            "CPU ms": cost_ms(200),
            "CPU ms of a 304": cost_ms(304, known.etag),
            "bytes": len(known.body),
        }

    yield Turn(f"state, {effort.people} members and {effort.tasks} tasks", window)


def _long_session(server: PlanningPoker, effort: Effort) -> Member:
    """Somebody who may read the report of a session in which so much was voted on."""
    room = Room(server, effort.report_voters, effort.report_tasks, has_screens=False)
    facilitator = room.facilitator
    for task in room.tasks:
        if task != room.task:
            room.task = facilitator.starts_vote(task)
        for room.round_number in range(1, REPORT_ROUNDS + 1):
            if room.round_number > 1:
                facilitator.votes_again(task)
            room.vote_at_once()
            facilitator.reveals(task)
        facilitator.finalizes("5", task)
    return facilitator


def _seconds_of(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


# In these, other servers take part as well.
OPEN: dict[str, Callable[[Contender, Effort], Iterator[Turn]]] = {
    "fanout": fanout,
    "memory": memory,
}
OWN: dict[str, Callable[[PlanningPoker, Effort], Iterator[Turn]]] = {
    "votes": votes,
    "screens": screens,
    "readers": readers,
    "joining": joining,
    "slow_reader": slow_reader,
    "state": state,
}
