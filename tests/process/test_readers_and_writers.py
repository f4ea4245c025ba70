"""Each state that anybody reads while others write is that of one moment.

People do all that they can, at once, against a real server; others read states all the
time. Each state must be what the events up to its version make of the first one, by the
browser's own reducer; and what it says of whoever asks must be what it says of them to
everybody. Presence, which has no version, is left out.
"""

import contextlib
import json
import os
import random
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.http_client import EventRecorder, HttpUser
from tests.process.conftest import SERVERS
from tests.serving import ROOT

pytestmark = [pytest.mark.process, pytest.mark.database]

# 10,000 on the two databases together.
STATES = 5_000 // len(SERVERS)
# A busy machine takes 30 s.
PATIENCE_SECONDS = 120
MOST_TASKS = 8
DECKS = ["fibonacci", "powers-of-two", "t-shirts"]
# What a state says to everybody.
COMMON = ["version", "channel", "session", "tasks", "currentTaskId", "rounds"]
PRESENCE = {"isOnline", "isAway", "at"}
# By the settings that open them.
OPENED_BY = {
    "reveal": "mayReveal",
    "run": "mayRun",
    "editTasks": "mayEditTasks",
    "manage": "mayManage",
}
EVENTS = {
    "vote",
    "member-joined",
    "member-updated",
    "member-left",
    "task-added",
    "task-updated",
    "task-removed",
    "tasks-reordered",
    "voting-started",
    "votes-revealed",
    "task-finalized",
    "session-updated",
    "session-ended",
    "session-reopened",
}

State = dict[str, Any]
Chance = random.Random


@dataclass
class Readings:
    """The states that were read; ``is_over``: nobody reads or writes any more."""

    states: list[State] = field(default_factory=list)
    refusals: set[int] = field(default_factory=set)
    is_enough: threading.Event = field(default_factory=threading.Event)
    is_over: threading.Event = field(default_factory=threading.Event)

    def read(self, person: HttpUser) -> State | None:
        """None for somebody who is not in the session at this moment."""
        answer = person.gets("state/")
        if answer.status_code != 200:
            self.refusals.add(answer.status_code)
            return None
        state: State = answer.json()
        self.states.append(state)
        if len(self.states) >= STATES:
            self.is_enough.set()
        return state


# What somebody does, given what they see: the path and the fields, or None.
Does = tuple[str, dict[str, str]]
Act = Callable[[State, Chance], Does | None]


def act_on(path: str, among: str = "tasks", **fields: str) -> Act:
    """``path`` of any task or member."""
    key = {"tasks": "taskId", "members": "userId"}[among]

    def act(state: State, chance: Chance) -> Does | None:
        ids = [each[key] for each in state[among]]
        return (path.format(chance.choice(ids)), fields) if ids else None

    return act


def act_on_others(path: str) -> Act:
    """Never on Amira: somebody who stays hears all events."""

    def act(state: State, chance: Chance) -> Does | None:
        others = [each for each in state["members"] if each["name"] != "Amira"]
        return (path.format(chance.choice(others)["userId"]), {}) if others else None

    return act


def vote(state: State, chance: Chance) -> Does | None:
    for voting_round in state["rounds"]:
        fields = {"card": chance.choice(["", *state["session"]["deck"]["cards"]])}
        return f"tasks/{voting_round['taskId']}/vote/", fields
    return None


def in_round(path: str, **fields: str) -> Act:
    def act(state: State, chance: Chance) -> Does | None:
        for voting_round in state["rounds"]:
            return f"tasks/{voting_round['taskId']}/{path}", fields
        return None

    return act


def finalize(state: State, chance: Chance) -> Does | None:
    for voting_round in state["rounds"]:
        cards = state["session"]["deck"]["cards"]
        fields = {"story_points": chance.choice(cards)}
        return f"tasks/{voting_round['taskId']}/finalize/", fields
    return None


def add_task(state: State, chance: Chance) -> Does | None:
    if len(state["tasks"]) >= MOST_TASKS:
        return act_on("tasks/{}/delete/")(state, chance)
    description = chance.choice(["", "As it was said"])
    return "tasks/", {"title": a_name(chance), "description": description}


def move_task(state: State, chance: Chance) -> Does | None:
    if not (moved := act_on("tasks/{}/move/")(state, chance)):
        return None
    before = chance.choice([*(task["taskId"] for task in state["tasks"]), ""])
    return moved[0], {"before": before}


def rename(state: State, chance: Chance) -> Does:
    user_id = state["me"]["userId"]
    return f"members/{user_id}/rename/", {"display_name": a_name(chance)}


def change_role(state: State, chance: Chance) -> Does:
    role = "observer" if state["me"]["role"] == "voter" else "voter"
    return f"members/{state['me']['userId']}/role/", {"role": role}


def change_settings(state: State, chance: Chance) -> Does:
    right = chance.choice(["may_reveal", "may_run", "may_edit_tasks"])
    fields = {right: chance.choice(["everybody", "facilitators"])}
    fields |= chance.choice([{"name": a_name(chance)}, {"deck": chance.choice(DECKS)}])
    return "settings/", fields


def end(state: State, chance: Chance) -> Does | None:
    return ("end/", {}) if chance.random() < 0.3 else None


def manage(state: State, chance: Chance) -> Does | None:
    if state["session"]["status"] == "ended":
        return "reopen/", {}
    return chance.choice(MANAGES)(state, chance)


def a_name(chance: Chance) -> str:
    return f"No. {chance.randrange(10**6)}"


RUNS: list[Act] = [
    act_on("tasks/{}/start/"),
    act_on("tasks/{}/start/"),
    in_round("reveal/"),
    in_round("revote/"),
    finalize,
    finalize,
    in_round("skip/"),
    lambda state, chance: ("quick-vote/", {"title": a_name(chance)}),
    add_task,
    add_task,
    act_on("tasks/{}/edit/", description="As it was said later"),
    act_on("tasks/{}/edit/", title="Another title"),
    act_on("tasks/{}/skip/"),
    move_task,
    vote,
]
VOTES: list[Act] = [vote, vote, vote, vote, rename, change_role]
MANAGES: list[Act] = [
    change_settings,
    end,
    act_on_others("members/{}/promote/"),
    act_on_others("members/{}/demote/"),
    act_on_others("members/{}/remove/"),
    *RUNS,
]
COMES_AND_GOES: list[Act] = [vote, vote, lambda state, chance: ("leave/", {})]


@dataclass
class Writer:
    """Somebody who does one act after the other, and comes in again when removed."""

    person: HttpUser
    acts: list[Act]
    chance: Chance
    statuses: set[int] = field(default_factory=set)

    def go_on(self, readings: Readings) -> None:
        while not readings.is_over.is_set():
            if (state := readings.read(self.person)) is None:
                name = a_name(self.chance)
                joined = self.person.posts("join/", display_name=name)
                self.statuses.add(joined.status_code)
            elif does := self.chance.choice(self.acts)(state, self.chance):
                path, fields = does
                self.statuses.add(self.person.posts(path, **fields).status_code)


@dataclass
class Reader:
    person: HttpUser

    def go_on(self, readings: Readings) -> None:
        while not readings.is_over.is_set():
            readings.read(self.person)


class Recorder(threading.Thread):
    """Receives the events of the session until its connection is closed."""

    def __init__(self, events: EventRecorder) -> None:
        super().__init__()
        self._events = events
        self._by_version: dict[int, dict[str, Any]] = {}
        self._changed = threading.Condition()

    def run(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                message = self._events.receive()
                event = {"type": message["event"], "data": message["data"]}
                with self._changed:
                    # What has none is about presence.
                    self._by_version[message["data"].get("version", 0)] = event
                    self._changed.notify_all()

    def wait_for(self, types: set[str]) -> set[str]:
        """Until an event of each type was told: those that were not."""
        untold = set(types)

        def are_told() -> bool:
            untold.difference_update(each["type"] for each in self._by_version.values())
            return not untold

        with self._changed:
            self._changed.wait_for(are_told, PATIENCE_SECONDS)
        return untold

    def between(self, first: int, last: int) -> list[dict[str, Any]]:
        """The events after the first version, up to the last one, each once."""
        versions = range(first + 1, last + 1)
        with self._changed:
            assert self._changed.wait_for(
                lambda: self._by_version.keys() >= {*versions}, PATIENCE_SECONDS
            ), {*versions} - self._by_version.keys()
            return [self._by_version[version] for version in versions]


def test_each_state_is_that_of_one_moment(busy_server):
    amira = HttpUser("Amira", busy_server.address)
    session_id = amira.starts_session()
    priya, jonas, sofia, lukas, chen = (
        HttpUser(name, busy_server.address).joins(session_id)
        for name in ("Priya", "Jonas", "Sofía", "Lukas", "Chen Wei")
    )
    amira.promotes(priya)
    writers = [
        Writer(amira, [manage], Chance(1)),
        Writer(priya, RUNS, Chance(2)),
        Writer(jonas, VOTES, Chance(3)),
        Writer(sofia, VOTES, Chance(4)),
        Writer(lukas, COMES_AND_GOES, Chance(5)),
        Writer(chen, COMES_AND_GOES, Chance(6)),
    ]
    readers = [Reader(each.opens_another_tab()) for each in (amira, priya, jonas)]
    readings = Readings()

    with amira.subscribed() as events:
        first = amira.state
        recorder = Recorder(events)
        recorder.start()
        with ThreadPoolExecutor(len(writers) + len(readers)) as threads:
            everybody = [
                threads.submit(each.go_on, readings) for each in (*writers, *readers)
            ]
            is_enough = readings.is_enough.wait(PATIENCE_SECONDS)
            untold = recorder.wait_for(EVENTS)
            readings.is_over.set()
        for each in everybody:
            each.result()
        told = recorder.between(first["version"], amira.state["version"])
    recorder.join()

    assert is_enough, f"only {len(readings.states)} states"
    assert untold == set(), "people did all they can"
    assert readings.refusals <= {403}
    statuses = {*chain(*(each.statuses for each in writers))}
    assert statuses <= {204, 303, 403, 404, 409, 422}, "others were faster"
    rooms = replay(first, told)
    assert [room["version"] for room in rooms] == [
        *range(first["version"], amira.state["version"] + 1)
    ]
    for state in readings.states:
        room = rooms[state["version"] - first["version"]]
        assert of_its_moment(state) == of_its_moment(room)
        assert_it_agrees_with_itself(state)


def replay(first: State, events: list[dict[str, Any]]) -> list[State]:
    """The room before and after each event, as a browser would have it."""
    done = subprocess.run(
        ["node", "tests/js/states.js"],
        cwd=ROOT,
        # Where the machine has no Node.js, set_up.py installs it in the environment.
        env=os.environ | {"PATH": f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}"},
        input=json.dumps({"room": first, "events": events}),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def of_its_moment(state: State) -> State:
    """What everybody sees, without presence, which has no version."""
    members = [
        {name: value for name, value in member.items() if name not in PRESENCE}
        for member in state["members"]
    ]
    return {name: state[name] for name in COMMON} | {"members": members}


def assert_it_agrees_with_itself(state: State) -> None:
    """``me`` is one of the members, and the task in hand one of the tasks."""
    me, settings = state["me"], state["session"]["settings"]
    [own] = [each for each in state["members"] if each["userId"] == me["userId"]]
    for name in ("name", "role", "isFacilitator"):
        assert me[name] == own[name], "me is who I am to everybody"
    assert me["may"] == ["vote"] * (own["role"] == "voter") + [
        ability
        for ability, setting in OPENED_BY.items()
        if own["isFacilitator"] or settings[setting] == "everybody"
    ]
    laid = {
        each["taskId"]
        for each in state["rounds"]
        if me["userId"] in each["votedUserIds"]
    }
    assert me["votes"].keys() == laid
    in_hand = state["currentTaskId"]
    described = [
        each["hasDescription"] for each in state["tasks"] if each["taskId"] == in_hand
    ]
    told = [bool(each["description"]) for each in [state["current"]] if each]
    assert described == told
