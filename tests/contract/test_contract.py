"""The contract between the server's events and the browser's reducer.

Several people take part in each action. The state of each before and after it, and the
events in between, are written to ``triples.json``; tests/js/contract.test.js replays
them: reduce(before, events) must equal after. Here the file is compared with what the
actions do now; ``make contract`` writes it.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest

from sessions.events import PokerEvent
from tests.in_process_client import InProcessUser
from tests.people import without_time

HERE = Path(__file__).parent
TRIPLES = HERE / "triples.json"
EVENTS = HERE / "events.json"
EVENTS_TABLE = HERE.parent.parent / "docs" / "events.md"


@dataclass
class Room:
    """Amira facilitates, Jonas votes, Tom observes; two tasks are in the queue."""

    amira: InProcessUser
    jonas: InProcessUser
    tom: InProcessUser

    @property
    def task(self) -> str:
        """The task being voted on, else the first one pending."""
        state = self.amira.state
        if state["round"]:
            return state["round"]["taskId"]
        pending = (t for t in state["tasks"] if t["status"] == "pending")
        return next(pending)["taskId"]

    def vote(self) -> None:
        self.amira.votes("5")
        self.jonas.votes("13")

    def reach(self, stage: str) -> None:
        """Go on until the round is "started", "voted", "revealed" or "finalized"."""
        steps: dict[str, Callable[[], Any]] = {
            "started": lambda: self.amira.starts_vote(self.task),
            "voted": self.vote,
            "revealed": self.amira.reveals,
            "finalized": lambda: self.amira.finalizes("8"),
        }
        for name, step in steps.items():
            step()
            if name == stage:
                return

    def order(self) -> list[str]:
        return [task["taskId"] for task in self.amira.state["tasks"]]


Action = Callable[[Room], Any]

# name: (the stage before, what is done)
ACTIONS: dict[str, tuple[str, Action]] = {
    "somebody joins": ("", lambda r: InProcessUser("Lena").joins(r.amira.session_id)),
    "somebody joins during a round": (
        "voted",
        lambda r: InProcessUser("Lena").joins(r.amira.session_id, role="observer"),
    ),
    "somebody leaves": ("voted", lambda r: r.jonas.leaves()),
    "somebody leaves after the reveal": ("revealed", lambda r: r.jonas.leaves()),
    "the last facilitator leaves": ("voted", lambda r: r.amira.leaves()),
    "somebody is removed": ("voted", lambda r: r.amira.removes(r.jonas)),
    "somebody is renamed": ("", lambda r: r.tom.renames(r.tom, "Tomás")),
    "a voter becomes an observer": (
        "voted",
        lambda r: r.jonas.changes_role(r.jonas, "observer"),
    ),
    "a voter becomes an observer after the reveal": (
        "revealed",
        lambda r: r.jonas.changes_role(r.jonas, "observer"),
    ),
    "an observer becomes a voter": (
        "voted",
        lambda r: r.tom.changes_role(r.tom, "voter"),
    ),
    "somebody is promoted": ("", lambda r: r.amira.promotes(r.jonas)),
    "somebody is demoted": (
        "",
        lambda r: (r.amira.promotes(r.jonas), r.amira.demotes(r.jonas)),
    ),
    "somebody is away": ("voted", lambda r: r.jonas.sends_heartbeat("a", "away")),
    "somebody is back": (
        "voted",
        lambda r: [
            r.jonas.sends_heartbeat("a", presence) for presence in ["away", "online"]
        ],
    ),
    "the session is renamed": (
        "voted",
        lambda r: r.amira.changes_settings(name="Next sprint"),
    ),
    "the deck is changed": (
        "",
        lambda r: r.amira.changes_settings(deck="custom", cards="1,2,XL"),
    ),
    "the session ends": ("voted", lambda r: r.amira.ends_session()),
    "the session is reopened": (
        "",
        lambda r: (r.amira.ends_session(), r.amira.reopens_session()),
    ),
    "a task is added": (
        "started",
        lambda r: r.amira.adds_task("Third", link="https://example.org/3"),
    ),
    "a task is edited": (
        "",
        lambda r: r.amira.edits_task(r.task, title="New", description="Why"),
    ),
    "the task being voted on is edited": (
        "voted",
        lambda r: r.amira.edits_task(r.task, title="Clearer"),
    ),
    "a task is deleted": ("", lambda r: r.amira.deletes_task(r.task)),
    "the queue is reordered": (
        "started",
        lambda r: r.amira.reorders_tasks(r.order()[::-1]),
    ),
    "a quick vote": ("", lambda r: r.amira.starts_quick_vote()),
    "a vote is started": ("", lambda r: r.reach("started")),
    "votes are cast": ("started", lambda r: r.vote()),
    "a vote is changed": ("voted", lambda r: r.jonas.votes("3")),
    "a vote is taken back": ("voted", lambda r: r.jonas.votes("")),
    "the votes are revealed": ("voted", lambda r: r.amira.reveals()),
    "a round without votes is revealed": ("started", lambda r: r.amira.reveals()),
    "the team votes again": ("revealed", lambda r: r.amira.votes_again()),
    "the task is finalized": ("revealed", lambda r: r.amira.finalizes("8")),
    "the last task is finalized": ("finalized", lambda r: r.reach("finalized")),
    "a finalized task is voted on again": (
        "finalized",
        lambda r: r.amira.starts_vote(r.order()[0]),
    ),
    "a pending task is skipped": ("", lambda r: r.amira.skips(r.task)),
    "the task being voted on is skipped": ("voted", lambda r: r.amira.skips(r.task)),
    "a revealed task is skipped": ("revealed", lambda r: r.amira.skips(r.task)),
}


@pytest.mark.usefixtures("pinned_ids")
def test_the_triples_are_what_the_actions_do(transactional_db, outbox):
    triples = [
        triple
        for name, (stage, action) in ACTIONS.items()
        for triple in _perform(name, stage, action, outbox)
    ]
    _compare(TRIPLES, triples)


def test_each_event_is_known_to_the_reducers_test():
    _compare(EVENTS, sorted(_declared()))


def test_each_event_is_in_a_triple():
    triples = json.loads(TRIPLES.read_text())
    types = {event["type"] for triple in triples for event in triple["events"]}
    assert types == set(_declared())


def test_each_event_is_in_the_documents_table_with_its_data():
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in EVENTS_TABLE.read_text().splitlines()
        if line.startswith("| `")
    ]
    documented = {
        row[0].strip("`"): set(row[1].replace("`", "").replace(",", " ").split())
        for row in rows
    }
    assert documented == _declared()


def _declared() -> dict[str, set[str]]:
    """Each event's wire name and its fields besides those that all have."""
    return {
        event.type: {
            _camel(field.name)
            for field in fields(event)
            if field.name not in {"session_id", "version"}
        }
        for event in PokerEvent.__subclasses__()
    }


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def _perform(
    name: str, stage: str, action: Action, outbox: Any
) -> list[dict[str, Any]]:
    amira = InProcessUser("Amira")
    amira.starts_session()
    jonas = InProcessUser("Jonas").joins(amira.session_id)
    tom = InProcessUser("Tom").joins(amira.session_id, role="observer")
    for title in ["First", "Second"]:
        amira.adds_task(title)
    room = Room(amira, jonas, tom)
    if stage:
        room.reach(stage)
    people = [amira, jonas, tom]
    before = [_comparable(person.state) for person in people]
    outbox.clear()
    action(room)
    events = [{"type": event.type, "data": dict(event.data)} for event in outbox]
    return [
        {
            "name": name,
            "viewer": person.name,
            "before": state,
            "events": events,
            "after": _comparable(person.state),
        }
        for person, state in zip(people, before, strict=True)
        if person.gets("state/").status_code == 200
    ]


def _comparable(state: dict[str, Any]) -> dict[str, Any]:
    """Without what no event contains: the time, who is online, and the own vote."""
    members = [
        {key: value for key, value in member.items() if key != "isOnline"}
        for member in state["members"]
    ]
    me = {key: value for key, value in state["me"].items() if key != "vote"}
    return without_time(state) | {"members": members, "me": me}


def _compare(path: Path, expected: Any) -> None:
    if os.environ.get("WRITE_CONTRACT"):
        text = json.dumps(expected, ensure_ascii=False, separators=(",", ":"))
        path.write_text(text.replace('{"name"', '\n{"name"') + "\n")
    assert json.loads(path.read_text()) == json.loads(json.dumps(expected)), (
        "`make contract` writes what the actions do now; look at the difference"
    )
