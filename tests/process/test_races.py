"""Two people at once: exactly one outcome, nothing lost, nothing doubled.

A real server with several threads on a real database; on PostgreSQL also two web
processes with a ``realtime_server``, whose threads meet in the database alone. What was
told is heard over a real WebSocket: its versions have neither gap nor repeat.
"""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import databases
from tests.guests import Guest
from tests.serving import RealtimeServer, Server

pytestmark = [pytest.mark.process, pytest.mark.database]

TIMES = range(12)


SERVERS = ["one web process"]
if databases.URL:
    SERVERS.append("two web processes")


@pytest.fixture(scope="module", params=SERVERS)
def server(tmp_path_factory, request):
    folder = tmp_path_factory.mktemp("races")
    started = []
    if request.param == "one web process":
        server = Server(folder, WEB_THREADS="4")
    else:
        hub = RealtimeServer(tmp_path_factory.mktemp("hub"))
        started.append(hub)
        server = Server(folder, WEB_THREADS="4", **hub.for_web)
        server.command = ("serve", "--migrate", "--workers", "2")
    started.append(server)
    for each in started:
        each.start()
    yield server
    ended = [(each.stop(), each.complaints) for each in reversed(started)]
    assert ended == [(0, [])] * len(started)


class Room:
    """Amira facilitates, Jonas votes; somebody listens."""

    def __init__(self, address):
        self.amira = Guest("Amira", address)
        self.amira.starts("Payments refinement")
        self.jonas = Guest("Jonas", address).joins(self.amira.room)
        self.first_version = self.amira.state()["version"] + 1

    def add(self, title):
        self.amira.does("tasks/", title=title)
        return self.amira.state()["tasks"][-1]["taskId"]

    def started(self):
        """The address of a task that was put to the vote."""
        task = f"tasks/{self.add('Refund part of an order')}/"
        self.amira.does(f"{task}start/")
        return task

    def round(self):
        return self.amira.state()["round"]

    def told(self):
        """All that was told, with versions that neither jump nor repeat."""
        version = self.amira.state()["version"]
        expected = list(range(self.first_version, version + 1))
        events = self.ears.hear_all()
        # A process that does not hold the server tells it a moment after it answered.
        while len(events) < len(expected):
            events.append(self.ears.hear())
        events.sort(key=lambda event: event["data"]["version"])
        assert [event["data"]["version"] for event in events] == expected
        return [event["event"] for event in events]


@pytest.fixture(params=TIMES)
def room(server):
    room = Room(server.address)
    with room.jonas.listening() as room.ears:
        yield room


def at_once(*attempts):
    """The statuses of the answers, each attempt made by a thread of its own."""
    start = threading.Barrier(len(attempts))

    def attempt(who, path, fields):
        start.wait()
        return who.tries(path, **fields).status_code

    with ThreadPoolExecutor(len(attempts)) as threads:
        answers = [threads.submit(attempt, *each) for each in attempts]
        return [answer.result() for answer in answers]


def test_two_who_join_with_one_name(room, server):
    path = room.amira.room
    one, other = (Guest("Lena", server.address, path) for _ in range(2))
    statuses = at_once(
        (one, "join/", {"display_name": "Lena"}),
        (other, "join/", {"display_name": "LENA"}),
    )
    assert sorted(statuses) == [303, 409]
    names = [member["name"].casefold() for member in room.amira.state()["members"]]
    assert names.count("lena") == 1
    assert room.told() == ["member-joined"]


def test_one_browser_that_joins_twice(room, server):
    lena = Guest("Lena", server.address, room.amira.room)
    again = Guest("Lena", server.address, room.amira.room)
    again.http.cookies = lena.http.cookies
    fields = {"display_name": "Lena"}
    assert at_once((lena, "join/", fields), (again, "join/", fields)) == [303, 303]
    assert room.told() == ["member-joined"]


def test_two_votes_of_one_member(room):
    task = room.started()
    other_tab = Guest("Jonas", room.jonas.address, room.jonas.room)
    other_tab.http.cookies = room.jonas.http.cookies
    statuses = at_once(
        (room.jonas, f"{task}vote/", {"card": "5", "key": "one:1"}),
        (other_tab, f"{task}vote/", {"card": "8", "key": "other:1"}),
    )
    assert statuses == [204, 204]
    kept = room.jonas.state()["me"]["vote"]
    room.amira.does(f"{task}reveal/")
    votes = [vote["storyPoints"] for vote in room.round()["votes"]]
    assert votes == [kept]
    assert room.told().count("vote") == 2


def test_one_vote_that_is_sent_twice(room):
    task = room.started()
    again = Guest("Jonas", room.jonas.address, room.jonas.room)
    again.http.cookies = room.jonas.http.cookies
    fields = {"card": "5", "key": "tab:1"}
    statuses = at_once(
        (room.jonas, f"{task}vote/", fields), (again, f"{task}vote/", fields)
    )
    assert statuses == [204, 204]
    assert room.told().count("vote") == 1


def test_a_vote_against_the_reveal(room):
    task = room.started()
    vote, reveal = at_once(
        (room.jonas, f"{task}vote/", {"card": "5"}), (room.amira, f"{task}reveal/", {})
    )
    assert reveal == 204
    votes = [vote["storyPoints"] for vote in room.round()["votes"]]
    assert (vote, votes) in [(204, ["5"]), (409, [])]
    told = [event for event in room.told() if event in {"vote", "votes-revealed"}]
    assert told == ["vote", "votes-revealed"][vote == 409 :]


def test_two_who_reveal(room):
    task = room.started()
    room.amira.does(f"members/{room.jonas.user_id()}/promote/")
    statuses = at_once(
        (room.amira, f"{task}reveal/", {}), (room.jonas, f"{task}reveal/", {})
    )
    assert sorted(statuses) == [204, 409]
    assert room.told().count("votes-revealed") == 1


def test_a_vote_against_the_estimate(room):
    task = room.started()
    room.amira.does(f"{task}reveal/")
    vote, finalize = at_once(
        (room.jonas, f"{task}vote/", {"card": "5"}),
        (room.amira, f"{task}finalize/", {"story_points": "8"}),
    )
    assert (vote, finalize) == (409, 204)
    assert room.amira.state()["tasks"][0]["storyPoints"] == "8"
    assert "vote" not in room.told()


def test_a_vote_against_being_removed(room):
    task = room.started()
    jonas = room.jonas.user_id()
    vote, remove = at_once(
        (room.jonas, f"{task}vote/", {"card": "5"}),
        (room.amira, f"members/{jonas}/remove/", {}),
    )
    assert remove == 204
    assert vote in {204, 403}
    assert room.round()["votedUserIds"] == []
    room.amira.does(f"{task}reveal/")
    assert room.round()["votes"] == []
    assert room.told().count("vote") == (vote == 204)


def test_two_tasks_that_are_started(room):
    tasks = [room.add(title) for title in ("One", "Other")]
    room.amira.does(f"members/{room.jonas.user_id()}/promote/")
    statuses = at_once(
        *(
            (who, f"tasks/{task}/start/", {})
            for who, task in zip((room.amira, room.jonas), tasks, strict=True)
        )
    )
    assert sorted(statuses) == [204, 409]
    states = [task["status"] for task in room.amira.state()["tasks"]]
    assert sorted(states) == ["pending", "voting"]
    assert room.told().count("voting-started") == 1


def test_two_facilitators_who_leave(room):
    room.amira.does(f"members/{room.jonas.user_id()}/promote/")
    tom = Guest("Tom", room.amira.address).joins(room.amira.room)
    statuses = at_once((room.amira, "leave/", {}), (room.jonas, "leave/", {}))
    assert statuses == [204, 204]
    assert tom.state()["me"]["isFacilitator"]
