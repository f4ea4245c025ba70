"""The contract between the server's events and the browser's reducer.

Several people take part in each action. The state of each before and after it, and the
events in between, are written to ``triples.json``; tests/js/contract.test.js replays
them: reduce(before, events) must equal after. Here the file is compared with what the
actions do now; ``make contract`` writes it.
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.urls import get_resolver

from sessions.actions import delete_session_as_admin
from sessions.contract import Message, PokerEvent, camel_case
from sessions.journal import admin
from tests.in_process_client import InProcessUser
from tests.people import without_time
from voting.events import VoteCast
from web.commands import addresses_in

HERE = Path(__file__).parent
TRIPLES = HERE / "triples.json"
EVENTS = HERE / "events.json"
COMMANDS = HERE / "commands.json"
EVENTS_TABLE = HERE.parent.parent / "docs" / "events.md"


@dataclass
class Room:
    """Amira facilitates, Jonas votes, Tom observes; two tasks are in the queue."""

    amira: InProcessUser
    jonas: InProcessUser
    tom: InProcessUser

    @property
    def task(self) -> str:
        """The task in hand: being voted on, else the first one pending."""
        return self.amira.current_task

    @property
    def tasks(self) -> list[str]:
        return [task["taskId"] for task in self.amira.state["tasks"]]

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

    def changes(self, **settings: str) -> None:
        self.amira.changes_settings(**settings)

    def describe(self, task: str) -> None:
        self.amira.edits_task(task, description="Why\nand what for")


Action = Callable[[Room], Any]

# name: (the stage before, what is done)
ACTIONS: dict[str, tuple[str, Action]] = {
    "somebody joins": ("", lambda r: InProcessUser("Lena").joins(r.amira.session_id)),
    "somebody joins during a round": (
        "voted",
        lambda r: InProcessUser("Lena").joins(r.amira.session_id, role="observer"),
    ),
    "somebody comes back": (
        "voted",
        lambda r: (r.jonas.leaves(), r.jonas.joins(r.amira.session_id)),
    ),
    "somebody leaves": ("voted", lambda r: r.jonas.leaves()),
    "somebody leaves after the reveal": ("revealed", lambda r: r.jonas.leaves()),
    "somebody leaves an ended session": (
        "",
        lambda r: (r.amira.ends_session(), r.jonas.leaves()),
    ),
    "the last facilitator leaves": ("voted", lambda r: r.amira.leaves()),
    "somebody is removed": ("voted", lambda r: r.amira.removes(r.jonas)),
    "a facilitator is removed": (
        "revealed",
        lambda r: (r.amira.promotes(r.jonas), r.jonas.removes(r.amira)),
    ),
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
    "the session is renamed": ("voted", lambda r: r.changes(name="Next sprint")),
    "the deck is changed": ("", lambda r: r.changes(deck="custom", cards="1,2,XL")),
    "everybody may reveal": ("voted", lambda r: r.changes(may_reveal="everybody")),
    "everybody may do all": (
        "",
        lambda r: r.changes(
            may_run="everybody", may_edit_tasks="everybody", may_manage="everybody"
        ),
    ),
    "a right is taken back": (
        "",
        lambda r: [r.changes(may_run=who) for who in ["everybody", "facilitators"]],
    ),
    "the session ends": ("", lambda r: r.amira.ends_session()),
    "the session ends in mid-vote": ("voted", lambda r: r.amira.ends_session()),
    "the session ends after the reveal": ("revealed", lambda r: r.amira.ends_session()),
    "the session is reopened": (
        "",
        lambda r: (r.amira.ends_session(), r.amira.reopens_session()),
    ),
    "a session that ended in mid-vote is reopened": (
        "voted",
        lambda r: (r.amira.ends_session(), r.amira.reopens_session()),
    ),
    "a reopened session votes on": (
        "voted",
        lambda r: (r.amira.ends_session(), r.amira.reopens_session(), r.reach("voted")),
    ),
    "a task is added": (
        "started",
        lambda r: r.amira.adds_task("Third", link="https://example.org/browse/PAY-3"),
    ),
    "a task with a description is added to an empty queue": (
        "",
        lambda r: (
            [r.amira.deletes_task(task) for task in r.tasks],
            r.amira.adds_task("Third", description="Why"),
        ),
    ),
    "a task is edited": (
        "",
        lambda r: r.amira.edits_task(r.tasks[1], title="New", description="Why"),
    ),
    "the task in hand gets a description": ("", lambda r: r.describe(r.task)),
    "the task in hand loses its description": (
        "",
        lambda r: (r.describe(r.task), r.amira.edits_task(r.task, description="")),
    ),
    "the task being voted on is edited": (
        "voted",
        lambda r: r.amira.edits_task(r.task, title="Clearer"),
    ),
    "the task in hand is deleted": ("", lambda r: r.amira.deletes_task(r.task)),
    "a task after the one being voted on is deleted": (
        "voted",
        lambda r: r.amira.deletes_task(r.tasks[1]),
    ),
    "a task before the one being voted on is deleted": (
        "",
        lambda r: (r.amira.starts_vote(r.tasks[1]), r.amira.deletes_task(r.tasks[0])),
    ),
    "a finalized task is deleted": (
        "finalized",
        lambda r: r.amira.deletes_task(r.tasks[0]),
    ),
    "a task with a description is in hand next": (
        "",
        lambda r: (r.describe(r.tasks[1]), r.amira.deletes_task(r.tasks[0])),
    ),
    "a task with a description is in hand after the estimate": (
        "revealed",
        lambda r: (r.describe(r.tasks[1]), r.amira.finalizes("8")),
    ),
    "a task is moved before another": (
        "started",
        lambda r: r.amira.moves_task(r.tasks[1], r.tasks[0]),
    ),
    "a task is moved to the end": ("", lambda r: r.amira.moves_task(r.tasks[0])),
    "the task being voted on is moved to the end": (
        "voted",
        lambda r: r.amira.moves_task(r.tasks[0]),
    ),
    "a quick vote": ("", lambda r: r.amira.starts_quick_vote()),
    "a vote is started": ("", lambda r: r.reach("started")),
    "a vote is started on a later task": (
        "",
        lambda r: r.amira.starts_vote(r.tasks[1]),
    ),
    "votes are cast": ("started", lambda r: r.vote()),
    "a vote is changed": ("voted", lambda r: r.jonas.votes("3")),
    "a vote is taken back": ("voted", lambda r: r.jonas.votes("")),
    "the votes are revealed": ("voted", lambda r: r.amira.reveals()),
    "a round without votes is revealed": ("started", lambda r: r.amira.reveals()),
    "the team votes again": ("revealed", lambda r: r.amira.votes_again()),
    "the second round is voted in": (
        "revealed",
        lambda r: (r.amira.votes_again(), r.vote()),
    ),
    "the task is finalized": ("revealed", lambda r: r.amira.finalizes("8")),
    "the last task is finalized": ("finalized", lambda r: r.reach("finalized")),
    "a finalized task is voted on again": (
        "finalized",
        lambda r: r.amira.starts_vote(r.tasks[0]),
    ),
    "a pending task is skipped": ("", lambda r: r.amira.skips(r.task)),
    "the task being voted on is skipped": ("voted", lambda r: r.amira.skips(r.task)),
    "a revealed task is skipped": ("revealed", lambda r: r.amira.skips(r.task)),
    "a skipped task is voted on": (
        "",
        lambda r: (r.amira.skips(r.tasks[0]), r.amira.starts_vote(r.tasks[0])),
    ),
}


@pytest.mark.usefixtures("pinned_ids")
def test_the_triples_are_what_the_actions_do(transactional_db, outbox):
    triples = [
        triple
        for name, (stage, action) in ACTIONS.items()
        for triple in _perform(name, stage, action, outbox)
    ]
    _compare(TRIPLES, triples)


def test_a_deleted_session_leaves_nobody_with_a_state(transactional_db, outbox):
    def delete(room: Room) -> None:
        delete_session_as_admin(room.amira.session_id, admin("root"))

    assert _perform("the session is deleted", "voted", delete, outbox) == []
    assert [event.type for event in outbox] == ["session-deleted"]


def test_each_event_is_known_to_the_reducers_test():
    _compare(EVENTS, sorted(_declared(Message)))


def test_the_commands_are_known_to_the_browsers_tests():
    assert get_resolver().url_patterns, "commands are known once these are loaded"
    _compare(COMMANDS, addresses_in("abcdefgh12345678"))


def test_each_event_is_in_a_triple():
    triples = json.loads(TRIPLES.read_text())
    types = {event["type"] for triple in triples for event in triple["events"]}
    # After a deletion there is no state to compare with.
    assert types == {*_declared(PokerEvent)} - {"session-deleted"}


def test_the_journal_has_each_event_but_votes():
    unheard = [event for event in _subclasses(PokerEvent) if not event.journal]
    assert unheard == [VoteCast]


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
    assert documented == _declared(Message)


def _declared(kind: type[Message]) -> dict[str, set[str]]:
    """Each event's wire name and its fields besides those that all have."""
    return {
        event.type: {
            camel_case(field.name)
            for field in fields(event)
            if field.name not in {"session_id", "version", "by"}
        }
        for event in _subclasses(kind)
        if hasattr(event, "type")
    }


AnyMessage = TypeVar("AnyMessage", bound=Message)


def _subclasses(kind: type[AnyMessage]) -> list[type[AnyMessage]]:
    children = kind.__subclasses__()
    return children + [each for child in children for each in _subclasses(child)]


def _perform(
    name: str, stage: str, action: Action, outbox: Any
) -> list[dict[str, Any]]:
    """What a facilitator and a voter see; Tom sees the same, unless it changes him."""
    amira = InProcessUser("Amira")
    amira.starts_session(deck="custom", cards="3,5,8,13")
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
    events = [
        {"type": event.type, "data": _without_presence(event.data)} for event in outbox
    ]
    triples = [
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
    return [
        triple
        for triple in triples
        if triple["viewer"] != "Tom" or triple["before"]["me"] != triple["after"]["me"]
    ]


def _comparable(state: dict[str, Any]) -> dict[str, Any]:
    """Without what no event carries in order, and what is another in each run."""
    comparable: dict[str, Any] = _without_presence(without_time(state))
    return comparable


def _without_presence(told: Any) -> Any:
    """Who is here is told by messages without a version, the newest of which wins."""
    if isinstance(told, list):
        return [_without_presence(each) for each in told]
    if not isinstance(told, Mapping):
        return told
    return {
        name: _without_presence(value)
        for name, value in told.items()
        if name not in {"isOnline", "isAway", "at"}
    }


def _compare(path: Path, expected: Any) -> None:
    if os.environ.get("WRITE_CONTRACT"):
        text = json.dumps(expected, ensure_ascii=False, separators=(",", ":"))
        path.write_text(text.replace('{"name"', '\n{"name"') + "\n")
    assert json.loads(path.read_text()) == json.loads(json.dumps(expected)), (
        "`make contract` writes what the actions do now; look at the difference"
    )
