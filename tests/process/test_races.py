"""Two simultaneous requests: exactly one outcome, nothing lost, nothing doubled.

The events are recorded over a real WebSocket: their versions have neither gaps nor
repeats.
"""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.http_client import HttpUser

pytestmark = [pytest.mark.process, pytest.mark.database]

REPEATS = range(12)


class Room:
    """Amira facilitates, Jonas votes; events are recorded."""

    def __init__(self, address):
        self.amira = HttpUser("Amira", address)
        self.amira.starts_session()
        self.jonas = HttpUser("Jonas", address).joins(self.amira.session_id)
        self.first_version = self.amira.state["version"] + 1

    def start_vote(self):
        """The path of the task that is being voted on."""
        return f"tasks/{self.amira.starts_vote()}/"

    def events(self):
        """The names of all events, whose versions have neither gaps nor repeats."""
        version = self.amira.state["version"]
        expected = list(range(self.first_version, version + 1))
        events = self.recorder.receive_all()
        # A process that does not hold the server publishes a moment after it answered.
        while len(events) < len(expected):
            events.append(self.recorder.receive())
        events.sort(key=lambda event: event["data"]["version"])
        assert [event["data"]["version"] for event in events] == expected
        return [event["event"] for event in events]


@pytest.fixture(params=REPEATS)
def room(busy_server):
    room = Room(busy_server.address)
    with room.jonas.subscribed() as room.recorder:
        yield room


def at_once(*requests):
    """The statuses of the answers; each request is made by a thread of its own."""
    start = threading.Barrier(len(requests))

    def send(who, path, fields):
        start.wait()
        return who.posts(path, **fields).status_code

    with ThreadPoolExecutor(len(requests)) as threads:
        answers = [threads.submit(send, *each) for each in requests]
        return [answer.result() for answer in answers]


def test_two_people_join_with_one_name(room):
    session_id = room.amira.session_id
    one, other = (HttpUser("Lena", room.amira.address, session_id) for _ in range(2))
    statuses = at_once(
        (one, "join/", {"display_name": "Lena"}),
        (other, "join/", {"display_name": "LENA"}),
    )
    assert sorted(statuses) == [303, 409]
    names = [member["name"].casefold() for member in room.amira.state["members"]]
    assert names.count("lena") == 1
    assert room.events() == ["member-joined"]


def test_one_browser_joins_twice(room):
    lena = HttpUser("Lena", room.amira.address, room.amira.session_id)
    join = ("join/", {"display_name": "Lena"})
    assert at_once((lena, *join), (lena.opens_another_tab(), *join)) == [303, 303]
    assert room.events() == ["member-joined"]


def test_two_votes_of_one_member(room):
    task = room.start_vote()
    statuses = at_once(
        (room.jonas, f"{task}vote/", {"card": "5", "key": "one:1"}),
        (
            room.jonas.opens_another_tab(),
            f"{task}vote/",
            {"card": "8", "key": "other:1"},
        ),
    )
    assert statuses == [204, 204]
    kept = room.jonas.vote
    room.amira.reveals()
    assert room.amira.revealed_cards == [kept]
    assert room.events().count("vote") == 2


def test_one_vote_is_sent_twice(room):
    task = room.start_vote()
    vote = (f"{task}vote/", {"card": "5", "key": "tab:1"})
    statuses = at_once((room.jonas, *vote), (room.jonas.opens_another_tab(), *vote))
    assert statuses == [204, 204]
    assert room.events().count("vote") == 1


def test_a_vote_and_the_reveal(room):
    task = room.start_vote()
    vote, reveal = at_once(
        (room.jonas, f"{task}vote/", {"card": "5"}), (room.amira, f"{task}reveal/", {})
    )
    assert reveal == 204
    votes = room.amira.revealed_cards
    assert (vote, votes) in [(204, ["5"]), (409, [])]
    events = [event for event in room.events() if event in {"vote", "votes-revealed"}]
    assert events == ["vote", "votes-revealed"][vote == 409 :]


def test_two_reveals(room):
    task = room.start_vote()
    room.amira.promotes(room.jonas)
    statuses = at_once(
        (room.amira, f"{task}reveal/", {}), (room.jonas, f"{task}reveal/", {})
    )
    assert sorted(statuses) == [204, 409]
    assert room.events().count("votes-revealed") == 1


def test_a_vote_and_the_estimate(room):
    task = room.start_vote()
    room.amira.reveals()
    vote, finalize = at_once(
        (room.jonas, f"{task}vote/", {"card": "5"}),
        (room.amira, f"{task}finalize/", {"story_points": "8"}),
    )
    assert (vote, finalize) == (409, 204)
    assert room.amira.state["tasks"][0]["storyPoints"] == "8"
    assert "vote" not in room.events()


def test_a_vote_and_the_removal_of_its_member(room):
    task = room.start_vote()
    jonas = room.jonas.user_id
    vote, remove = at_once(
        (room.jonas, f"{task}vote/", {"card": "5"}),
        (room.amira, f"members/{jonas}/remove/", {}),
    )
    assert remove == 204
    assert vote in {204, 403}
    assert room.amira.round["votedUserIds"] == []
    room.amira.reveals()
    assert room.amira.revealed_cards == []
    assert room.events().count("vote") == (vote == 204)


def test_two_tasks_are_started(room):
    tasks = [room.amira.adds_task(title) for title in ("One", "Other")]
    room.amira.promotes(room.jonas)
    statuses = at_once(
        *(
            (who, f"tasks/{task}/start/", {})
            for who, task in zip((room.amira, room.jonas), tasks, strict=True)
        )
    )
    assert sorted(statuses) == [204, 409]
    states = [task["status"] for task in room.amira.state["tasks"]]
    assert sorted(states) == ["pending", "voting"]
    assert room.events().count("voting-started") == 1


def test_two_facilitators_leave(room):
    room.amira.promotes(room.jonas)
    tom = HttpUser("Tom", room.amira.address).joins(room.amira.session_id)
    statuses = at_once((room.amira, "leave/", {}), (room.jonas, "leave/", {}))
    assert statuses == [204, 204]
    assert tom.state["me"]["isFacilitator"]


def test_a_session_is_deleted_while_pages_say_how_they_are(busy_server):
    room = Room(busy_server.address)
    session_id = room.amira.session_id
    people = [room.amira, room.jonas.opens_another_tab()]
    is_over = threading.Event()

    def opens_pages(person):
        answers = set()
        for number in range(10_000):
            fields = {"tab": f"tab-{number}", "state": "live"}
            answers.add(person.posts("presence/", **fields).status_code)
            if is_over.is_set():
                return answers
        return answers

    delete = (
        "from sessions.actions import delete_session_as_admin;"
        "from sessions.journal import admin;"
        f"delete_session_as_admin({session_id!r}, admin('admin'))"
    )
    with ThreadPoolExecutor(len(people)) as threads:
        answers = [threads.submit(opens_pages, person) for person in people]
        try:
            busy_server.manage("shell", "--verbosity", "0", "--command", delete)
        finally:
            is_over.set()
        assert set().union(*(each.result() for each in answers)) <= {204, 404}
    assert room.amira.gets("state/").status_code == 404
