"""Who may do what: every role at every command and every reading address.

The tables are written by hand, from what the product promises: they are what the code
is held to. Each command is tried where it could succeed, with fields that are right.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse

from sessions.settings import Rights, Who
from tests.in_process_client import InProcessUser
from tests.test_bad_input import ADDRESSES, VALID_FIELDS, all_rows
from web.commands import all_commands

# out: 403 not-a-member; no: 403 may-not; sign: 403 webhook-refused.
ANSWERS = """
                 nobody  stranger removed elsewhere admin   observer voter facilitator
home             200     200      200     200       200     200      200   200
create-session   303     303      303     303       303     303      303   303
room             200     200      200     200       200     200      200   200
join             303     303      303     303       303     303      303   303
state            out     out      out     out       out     200      200   200
presence         out     out      out     out       out     204      204   204
task             out     out      out     out       out     200      200   200
report           out     out      out     out       out     200      200   200
invite-qr        out     out      out     out       out     200      200   200
realtime-auth    channel channel  channel channel   channel 200      200   200
realtime-webhook sign    sign     sign    sign      sign    sign     sign  sign
health           200     200      200     200       200     200      200   200

leave            out     out      out     out       out     204      204   204
end              out     out      out     out       out     no       no    204
reopen           out     out      out     out       out     no       no    204
change-settings  out     out      out     out       out     no       no    204
rename           out     out      out     out       out     no       no    204
rename/self      out     out      out     out       out     204      204   204
change-role      out     out      out     out       out     no       no    204
change-role/self out     out      out     out       out     204      204   204
promote          out     out      out     out       out     no       no    204
demote           out     out      out     out       out     no       no    204
remove           out     out      out     out       out     no       no    204

add-task         out     out      out     out       out     no       no    204
edit-task        out     out      out     out       out     no       no    204
move-task        out     out      out     out       out     no       no    204
delete-task      out     out      out     out       out     no       no    204

vote             out     out      out     out       out     no       204   204
start            out     out      out     out       out     no       no    204
quick-vote       out     out      out     out       out     no       no    204
reveal           out     out      out     out       out     no       no    204
revote           out     out      out     out       out     no       no    204
finalize         out     out      out     out       out     no       no    204
skip             out     out      out     out       out     no       no    204
"""
# What a setting allows to everybody, observers included.
OPENED = {
    "may_reveal": "reveal",
    "may_run": "start quick-vote revote finalize skip",
    "may_edit_tasks": "add-task edit-task move-task delete-task",
    "may_manage": "end reopen change-settings rename change-role promote demote remove",
}
MEANING = {
    "out": "403 not-a-member",
    "no": "403 may-not",
    "channel": "403 channel",
    "sign": "403 webhook-refused",
}


def read_table(text: str) -> dict[str, dict[str, str]]:
    """{row: {role: "204", or status and code}}"""
    head, *lines = [line.split() for line in text.strip().splitlines() if line]
    return {
        name: {
            role: MEANING.get(cell, cell)
            for role, cell in zip(head, cells, strict=True)
        }
        for name, *cells in lines
    }


TABLE = read_table(ANSWERS)
COMMANDS = {command.name for command in all_commands()}
COMMAND_ROWS = [row for row in TABLE if row.split("/")[0] in COMMANDS]
BY_NAME = {address.name: address for address in ADDRESSES}
OUTSIDERS = {"nobody", "stranger", "removed", "elsewhere", "admin"}


@dataclass
class Room:
    """A session that could go on in any way, and another one.

    Words and ids of the first are ``outside`` if its join page may say them, else
    ``inside``; those of the other are ``elsewhere``.
    """

    people: Mapping[str, InProcessUser]
    task: str
    # Of each role that has one, and of two more members.
    ids: Mapping[str, str]
    outside: set[str]
    inside: set[str]
    elsewhere: set[str]

    @property
    def amira(self) -> InProcessUser:
        return self.people["facilitator"]


def a_room() -> Room:
    amira = InProcessUser("Amira")
    session_id = amira.starts_session("Zebra refinement")
    priyanka, jonas, tomasz, samuel, lenuta = (
        InProcessUser(name).joins(session_id, role)
        for name, role in [
            ("Priyanka", "voter"),
            ("Jonas", "voter"),
            ("Tomasz", "observer"),
            ("Samuel", "voter"),
            ("Lenuta", "voter"),
        ]
    )
    present = {
        "facilitator": amira,
        "another facilitator": priyanka,
        "voter": jonas,
        "observer": tomasz,
        "another": samuel,
    }
    ids = {"removed": lenuta.user_id} | {
        role: person.user_id for role, person in present.items()
    }
    amira.promotes(priyanka)
    amira.removes(lenuta)
    tasks = [
        amira.adds_task("Giraffe", description="As tall as an okapi"),
        amira.adds_task("Llama", link="https://tracker.example/browse/LLAMA-1"),
    ]
    ferdinand = InProcessUser("Ferdinand")
    other_session = ferdinand.starts_session("Walrus planning")
    other_task = ferdinand.starts_quick_vote("Narwhal")
    other_id = ferdinand.user_id
    stranger, admin = (InProcessUser(name, session_id) for name in ("Carl", "Admin"))
    for person in [stranger, admin]:
        person.get("/")
    account, _ = User.objects.get_or_create(
        username="admin", is_staff=True, is_superuser=True
    )
    admin.client.force_login(account)
    ferdinand.session_id = session_id
    return Room(
        people={
            **present,
            "nobody": InProcessUser("Nobody", session_id),
            "stranger": stranger,
            "removed": lenuta,
            "elsewhere": ferdinand,
            "admin": admin,
        },
        task=tasks[0],
        ids=ids | {"elsewhere": other_id},
        outside={session_id, "Zebra", *(person.name for person in present.values())},
        inside={*ids.values(), *tasks, "Giraffe", "okapi", "Llama", "LLAMA-1"},
        elsewhere={other_session, other_task, other_id, "Walrus", "Narwhal"},
    )


def with_a_vote(room: Room) -> None:
    room.amira.starts_vote(room.task)


def with_revealed_cards(room: Room) -> None:
    with_a_vote(room)
    room.people["voter"].votes("13")
    room.amira.reveals()


def that_has_ended(room: Room) -> None:
    room.amira.ends_session()


Given = Callable[[Room], None]
# What the room is like; otherwise two tasks are pending.
GIVEN: dict[str, Given] = {
    "vote": with_a_vote,
    "reveal": with_a_vote,
    "skip": with_a_vote,
    "revote": with_revealed_cards,
    "finalize": with_revealed_cards,
    "reopen": that_has_ended,
    **dict.fromkeys(["state", "room", "task", "report"], with_revealed_cards),
}
FIELDS: dict[str, dict[str, str]] = {
    **VALID_FIELDS,
    "create-session": {
        "name": "Ibex refinement",
        "display_name": "Newcomer",
        "deck": "fibonacci",
    },
    "join": {"display_name": "Newcomer"},
    "presence": {"tab": "tab", "state": "live"},
    "realtime-auth": {"socket_id": "1.2"},
}


def ask(room: Room, role: str, row: str) -> HttpResponse:
    name, _, oneself = row.partition("/")
    whom = "another facilitator" if name == "demote" else "another"
    if oneself and role in room.ids:
        whom = role
    address = BY_NAME[name]
    path = address.of(
        session_id=room.amira.session_id, task_id=room.task, user_id=room.ids[whom]
    )
    sent = dict(FIELDS.get(name, {}))
    if name == "realtime-auth":
        sent["channel_name"] = f"private-{room.amira.channel}"
    if row == "change-role/self" and role == "observer":
        sent["role"] = "voter"
    client = room.people[role].client
    return client.get(path) if address.method == "GET" else client.post(path, sent)


def cell_of(answer: HttpResponse) -> str:
    if answer.status_code < 400:
        return str(answer.status_code)
    return f"{answer.status_code} {answer.json()['code']}"


def everything_in(answer: HttpResponse) -> str:
    content = answer.content.decode()
    return f"{answer.headers}\n{answer.cookies.output()}\n{content}"


class Rooms:
    """A room for each try: the same one, as long as nothing has changed in it."""

    def __init__(self, outbox: list[Any], **settings: str) -> None:
        self._outbox = outbox
        self._settings = settings
        self._rooms: dict[Given | None, Room] = {}

    def answer(self, row: str, role: str) -> str:
        """Nothing foreign is in it, and where it is a refusal nothing changed."""
        name = row.split("/")[0]
        room = self._room(GIVEN.get(name))
        rows, events = all_rows(), len(self._outbox)
        answer = ask(room, role, row)
        changed, told = all_rows() != rows, len(self._outbox) > events
        if changed:
            del self._rooms[GIVEN.get(name)]
        if answer.status_code >= 400 or BY_NAME[name].method == "GET":
            assert not changed, f"{row} by {role} changed something"
            assert not told, f"{row} by {role} told something"
        elif name in COMMANDS:
            # What it tells is in tests/contract.
            assert changed, f"{row} by {role} changed nothing"
        said, foreign = everything_in(answer), foreign_to(role, name, room)
        assert [word for word in foreign if word in said] == [], (row, role)
        return cell_of(answer)

    def _room(self, given: Given | None) -> Room:
        if given not in self._rooms:
            self._rooms[given] = room = a_room()
            if self._settings:
                room.amira.changes_settings(**self._settings)
            if given:
                given(room)
        return self._rooms[given]


def foreign_to(role: str, name: str, room: Room) -> set[str]:
    """What must not be in an answer to this role."""
    if role not in OUTSIDERS:
        return room.elsewhere
    foreign = room.inside if name in {"room", "join"} else room.inside | room.outside
    return foreign if role == "elsewhere" else foreign | room.elsewhere


@pytest.mark.parametrize("row", TABLE)
def test_everybody_is_answered_as_the_table_says(transactional_db, outbox, row):
    rooms = Rooms(outbox)
    assert {role: rooms.answer(row, role) for role in TABLE[row]} == TABLE[row]


@pytest.mark.parametrize("setting", OPENED)
def test_a_setting_opens_its_commands_and_no_others(transactional_db, outbox, setting):
    rooms, opened = Rooms(outbox, **{setting: "everybody"}), OPENED[setting].split()
    for row in COMMAND_ROWS:
        for role in ("observer", "voter"):
            expected = "204" if row in opened else TABLE[row][role]
            assert rooms.answer(row, role) == expected, (row, role)


def test_each_command_and_each_address_has_its_row():
    rows = {row.split("/")[0] for row in TABLE}
    assert rows == COMMANDS | set(BY_NAME)
    rights = {each.name for each in fields(Rights) if each.type is Who}
    assert set(OPENED) == rights
    opened = {name for names in OPENED.values() for name in names.split()}
    closed = {name for name in COMMANDS if TABLE[name]["observer"] == MEANING["no"]}
    assert opened == closed - {"vote"}


def test_what_must_not_be_said_is_found_where_it_is_said(transactional_db):
    room = a_room()
    with_revealed_cards(room)
    page = everything_in(ask(room, "voter", "room"))
    assert [word for word in room.inside | room.outside if word not in page] == [
        room.ids["removed"]
    ]
    page = everything_in(ask(room, "stranger", "room"))
    assert "Zebra" in page
    assert "Amira" in page
    page = everything_in(ask(room, "elsewhere", "home"))
    assert "Walrus" in page
