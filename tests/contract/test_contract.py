"""The contract between the server's events and the browser's reducer.

Each action is played by several people over HTTP. What each of them could see before
and after, and the events in between, is written to ``triples.json``;
tests/js/contract.test.js replays it: reduce(before, events) must equal after. Here the
file is compared with what the actions do now. ``make contract`` writes it anew.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest

from sessions.events import PokerEvent
from tests.players import Player

HERE = Path(__file__).parent
TRIPLES = HERE / "triples.json"
EVENTS = HERE / "events.json"
EVENTS_TABLE = HERE.parent.parent / "docs" / "events.md"


@dataclass
class Room:
    """Amira facilitates, Jonas votes, Tom watches; two tasks wait in the queue."""

    amira: Player
    jonas: Player
    tom: Player

    @property
    def task(self) -> str:
        """The task being voted on, else the first one pending."""
        state = self.amira.state
        if state["round"]:
            return state["round"]["taskId"]
        pending = (t for t in state["tasks"] if t["status"] == "pending")
        return next(pending)["taskId"]

    def votes(self) -> None:
        self.amira.did(f"tasks/{self.task}/vote/", card="5")
        self.jonas.did(f"tasks/{self.task}/vote/", card="13")

    def reaches(self, stage: str) -> None:
        """Play on until the round is "started", "voted", "revealed" or "finalized"."""
        steps: dict[str, Callable[[], None]] = {
            "started": lambda: self.amira.did(f"tasks/{self.task}/start/"),
            "voted": self.votes,
            "revealed": lambda: self.amira.did(f"tasks/{self.task}/reveal/"),
            "finalized": lambda: self.amira.did(
                f"tasks/{self.task}/finalize/", story_points="8"
            ),
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
    "somebody joins": ("", lambda r: Player("Lena").joins(r.amira.session_id)),
    "somebody joins while cards lie": (
        "voted",
        lambda r: Player("Lena").joins(r.amira.session_id, role="observer"),
    ),
    "somebody leaves": ("voted", lambda r: r.jonas.did("leave/")),
    "somebody leaves after the reveal": ("revealed", lambda r: r.jonas.did("leave/")),
    "the last facilitator leaves": ("voted", lambda r: r.amira.did("leave/")),
    "somebody is removed": (
        "voted",
        lambda r: r.amira.did(f"members/{r.jonas.user_id}/remove/"),
    ),
    "somebody is renamed": (
        "",
        lambda r: r.tom.did(f"members/{r.tom.user_id}/rename/", display_name="Tomás"),
    ),
    "a voter becomes an observer": (
        "voted",
        lambda r: r.jonas.did(f"members/{r.jonas.user_id}/role/", role="observer"),
    ),
    "a voter becomes an observer after the reveal": (
        "revealed",
        lambda r: r.jonas.did(f"members/{r.jonas.user_id}/role/", role="observer"),
    ),
    "an observer becomes a voter": (
        "voted",
        lambda r: r.tom.did(f"members/{r.tom.user_id}/role/", role="voter"),
    ),
    "somebody is promoted": (
        "",
        lambda r: r.amira.did(f"members/{r.jonas.user_id}/promote/"),
    ),
    "somebody is demoted": ("", lambda r: _promotes_then_demotes(r)),
    "somebody is away": (
        "voted",
        lambda r: r.jonas.did("presence/", tab="a", presence="away"),
    ),
    "somebody is back": (
        "voted",
        lambda r: [
            r.jonas.did("presence/", tab="a", presence=presence)
            for presence in ["away", "online"]
        ],
    ),
    "the session gets another name": (
        "voted",
        lambda r: r.amira.did("settings/", name="Next sprint"),
    ),
    "the session gets another deck": (
        "",
        lambda r: r.amira.did("settings/", deck="custom", cards="1,2,XL"),
    ),
    "the session ends": ("voted", lambda r: r.amira.did("end/")),
    "the session is reopened": (
        "",
        lambda r: (r.amira.did("end/"), r.amira.did("reopen/")),
    ),
    "a task is added": (
        "started",
        lambda r: r.amira.did("tasks/", title="Third", link="https://example.org/3"),
    ),
    "a task is edited": (
        "",
        lambda r: r.amira.did(f"tasks/{r.task}/edit/", title="New", description="Why"),
    ),
    "the task being voted on is edited": (
        "voted",
        lambda r: r.amira.did(f"tasks/{r.task}/edit/", title="Clearer"),
    ),
    "a task is deleted": ("", lambda r: r.amira.did(f"tasks/{r.task}/delete/")),
    "the queue is put in another order": (
        "started",
        lambda r: r.amira.did("tasks/order/", task_ids=r.order()[::-1]),
    ),
    "a quick vote": ("", lambda r: r.amira.did("quick-vote/")),
    "a task is put to the vote": ("", lambda r: r.reaches("started")),
    "cards are laid": ("started", lambda r: r.votes()),
    "a card is swapped": (
        "voted",
        lambda r: r.jonas.did(f"tasks/{r.task}/vote/", card="3"),
    ),
    "a card is taken back": (
        "voted",
        lambda r: r.jonas.did(f"tasks/{r.task}/vote/", card=""),
    ),
    "the cards are revealed": (
        "voted",
        lambda r: r.amira.did(f"tasks/{r.task}/reveal/"),
    ),
    "no card is revealed": (
        "started",
        lambda r: r.amira.did(f"tasks/{r.task}/reveal/"),
    ),
    "the team votes again": (
        "revealed",
        lambda r: r.amira.did(f"tasks/{r.task}/revote/"),
    ),
    "the task is finalized": (
        "revealed",
        lambda r: r.amira.did(f"tasks/{r.task}/finalize/", story_points="8"),
    ),
    "the last task is finalized": ("finalized", lambda r: r.reaches("finalized")),
    "a finalized task is voted on again": (
        "finalized",
        lambda r: r.amira.did(f"tasks/{r.order()[0]}/start/"),
    ),
    "a pending task is skipped": ("", lambda r: r.amira.did(f"tasks/{r.task}/skip/")),
    "the task being voted on is skipped": (
        "voted",
        lambda r: r.amira.did(f"tasks/{r.task}/skip/"),
    ),
    "a revealed task is skipped": (
        "revealed",
        lambda r: r.amira.did(f"tasks/{r.task}/skip/"),
    ),
}


def _promotes_then_demotes(room: Room) -> None:
    for path in ["promote/", "demote/"]:
        room.amira.did(f"members/{room.jonas.user_id}/{path}")


@pytest.mark.usefixtures("pinned_ids")
def test_the_reducers_triples_are_what_the_actions_do(transactional_db, outbox):
    triples = [
        triple
        for name, (stage, action) in ACTIONS.items()
        for triple in _play(name, stage, action, outbox)
    ]
    _compare(TRIPLES, triples)


def test_each_event_is_known_to_the_reducers_test():
    _compare(EVENTS, sorted(_declared()))


def test_each_event_is_made_to_happen_here():
    triples = json.loads(TRIPLES.read_text())
    told = {event["type"] for triple in triples for event in triple["events"]}
    assert told == set(_declared())


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


def _play(name: str, stage: str, action: Action, outbox: Any) -> list[dict[str, Any]]:
    amira = Player("Amira")
    amira.starts_a_session()
    jonas = Player("Jonas").joins(amira.session_id)
    tom = Player("Tom").joins(amira.session_id, role="observer")
    for title in ["First", "Second"]:
        amira.adds_a_task(title)
    room = Room(amira, jonas, tom)
    if stage:
        room.reaches(stage)
    players = {"Amira": amira, "Jonas": jonas, "Tom": tom}
    before = {who: player.state for who, player in players.items()}
    outbox.clear()
    action(room)
    events = [{"type": told.type, "data": dict(told.data)} for told in outbox]
    return [
        {
            "name": name,
            "viewer": who,
            "before": _comparable(before[who]),
            "events": events,
            "after": _comparable(player.state),
        }
        for who, player in players.items()
        if _is_still_in(player)
    ]


def _is_still_in(player: Player) -> bool:
    path = f"/s/{player.session_id}/state/"
    return player.client.get(path).status_code == 200


def _comparable(state: dict[str, Any]) -> dict[str, Any]:
    """Without what no event carries: the time, who is online, and one's own card."""
    members = [
        {key: value for key, value in member.items() if key != "isOnline"}
        for member in state["members"]
    ]
    me = {key: value for key, value in state["me"].items() if key != "vote"}
    return {key: value for key, value in state.items() if key != "serverTime"} | {
        "members": members,
        "me": me,
    }


def _compare(path: Path, made: Any) -> None:
    if os.environ.get("WRITE_CONTRACT"):
        text = json.dumps(made, ensure_ascii=False, separators=(",", ":"))
        path.write_text(text.replace('{"name"', '\n{"name"') + "\n")
    assert json.loads(path.read_text()) == json.loads(json.dumps(made)), (
        "`make contract` writes what the actions do now; look at the difference"
    )
