"""Any bad input is refused with a status and a sentence, and changes nothing.

Every address that the resolver knows is tried, so that a new one cannot be forgotten.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.apps import apps
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.in_process_client import InProcessUser
from voting.models import VotingRoundQuerySet
from web.commands import all_commands

FORM = "application/x-www-form-urlencoded"
LIMIT = 1_000_000
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
READING = {"home", "room", "state", "task", "report", "invite-qr", "health"}
# A reload after a refused form leads home, or to the room.
PLAIN_FORMS = {"create-session", "join"}
# A signed request needs no cookie, and has JSON (test_webhook.py).
SIGNED = {"realtime-webhook"}

# What is missing, by the parameter of the address that names it.
NOT_FOUND = {
    "session_id": (404, "no-session"),
    "user_id": (404, "no-member"),
    "task_id": (404, "no-task"),
}
UNKNOWN_IDS = ["0123456789abcdef", "x", "AAAAAAAAAAAAAAAA", "9" * 300]
NO_ADDRESS = (404, "not-found")
MALFORMED_IDS = ["..", "\0", "a\0b", "' OR 1=1 --", "\u202e", "%00", "<script>", "ﬁ"]


@dataclass(frozen=True)
class Address:
    """An address of the product; its route has parameters as ``<slug:session_id>``."""

    route: str
    name: str

    @property
    def method(self) -> str:
        return "GET" if self.name in READING else "POST"

    def of(self, **ids: str) -> str:
        return "/" + re.sub(r"<slug:(\w+)>", lambda m: quote(ids[m[1]], ""), self.route)


def ids_in(route: str) -> list[str]:
    """The parameters of an address."""
    return re.findall(r"<slug:(\w+)>", route)


def addresses_of(
    patterns: list[URLPattern | URLResolver], prefix: str = ""
) -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if route.startswith("admin/"):
            continue
        if isinstance(pattern, URLPattern):
            yield Address(route, str(pattern.name))
        else:
            yield from addresses_of(pattern.url_patterns, route)


def address_of(name: str, ids: Mapping[str, str]) -> str:
    """The address of this name, with those of the ids that are in it."""
    return next(each for each in ADDRESSES if each.name == name).of(**ids)


ADDRESSES = list(addresses_of(get_resolver().url_patterns))
POSTED = [
    address
    for address in ADDRESSES
    if address.method == "POST" and address.name not in SIGNED
]


# With them the form of a command refuses nothing; the others need no field.
VALID_FIELDS = {
    "change-settings": {"name": "Another name"},
    "rename": {"display_name": "Another name"},
    "change-role": {"role": "observer"},
    "add-task": {"title": "One more"},
    "edit-task": {"title": "Another title"},
    "move-task": {"before": ""},
    "vote": {"card": "8", "round": "1", "key": "tab:1"},
    "finalize": {"story_points": "8"},
}


@dataclass
class Room:
    """Amira's session: Jonas has voted, Tom observes, one more task is pending."""

    amira: InProcessUser
    jonas: InProcessUser
    tom: InProcessUser
    stranger: InProcessUser
    task: str
    pending: str
    foreign: InProcessUser
    foreign_task: str

    @property
    def ids(self) -> dict[str, str]:
        return {
            "session_id": self.amira.session_id,
            "user_id": self.jonas.user_id,
            "task_id": self.task,
        }

    @property
    def foreign_ids(self) -> dict[str, str]:
        return {"user_id": self.foreign.user_id, "task_id": self.foreign_task}


@pytest.fixture
def room(amira, jonas, tom, stranger):
    task = amira.starts_vote()
    pending = amira.adds_task("Pending")
    jonas.votes("13")
    foreign = InProcessUser("Foreign")
    foreign.starts_session()
    foreign_task = foreign.starts_vote()
    return Room(amira, jonas, tom, stranger, task, pending, foreign, foreign_task)


Refusal = Callable[[Callable[[], HttpResponse]], tuple[int, str]]


@pytest.fixture
def refusal(outbox) -> Refusal:
    """Make a request that must be refused: its status and code; the rest is checked."""

    def ask(request: Callable[[], HttpResponse]) -> tuple[int, str]:
        before, events = all_rows(), list(outbox)
        answer = request()
        assert all_rows() == before, "it changed nothing"
        assert outbox == events, "it published nothing"
        assert answer.status_code >= 400
        refusal = answer.json()
        assert_sentence(refusal["error"])
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", refusal["code"]), "a code is a slug"
        assert refusal.keys() <= {"error", "code", "params", "errors"}
        assert isinstance(refusal["params"], dict)
        assert ("errors" in refusal) == (refusal["code"] == "invalid-input")
        for sentences in refusal.get("errors", {}).values():
            for sentence in sentences:
                assert_sentence(sentence)
        return answer.status_code, refusal["code"]

    return ask


def all_rows() -> dict[str, list[dict[str, Any]]]:
    return {
        model.__name__: list(model._default_manager.order_by("pk").values())
        for label in ["poker_sessions", "tasks", "voting"]
        for model in apps.get_app_config(label).get_models()
    }


def assert_sentence(text: str) -> None:
    assert re.fullmatch(r"[A-Z“].*[.?]", text), "a refusal is a sentence"
    assert "Traceback" not in text


def browser_of(person: InProcessUser, **options: Any) -> Client:
    """Another client with the same cookies."""
    client = Client(headers={"accept": "application/json"}, **options)
    client.cookies = person.client.cookies.copy()
    return client


# A request, and its refusal. ``{task}`` is being voted on.
REFUSED = {
    "a card outside the deck": (
        ("jonas", "tasks/{task}/vote/", {"card": "7"}),
        (422, "card-not-in-deck"),
    ),
    "a card that only looks like one": (
        ("jonas", "tasks/{task}/vote/", {"card": "\uff113"}),
        (422, "card-not-in-deck"),
    ),
    "an observer's vote": (
        ("tom", "tasks/{task}/vote/", {"card": "5"}),
        (403, "may-not"),
    ),
    "a stranger's vote": (
        ("stranger", "tasks/{task}/vote/", {"card": "5"}),
        (403, "not-a-member"),
    ),
    "a vote on another session's task": (
        ("jonas", "tasks/{foreign_task}/vote/", {"card": "5"}),
        (404, "no-task"),
    ),
    "a vote on a task that is not being voted on": (
        ("jonas", "tasks/{pending}/vote/", {"card": "5"}),
        (409, "not-being-voted-on"),
    ),
    "a vote in the name of another member": (
        ("tom", "tasks/{task}/vote/", {"card": "5", "userId": "{amira}"}),
        (403, "may-not"),
    ),
    "a vote in round 0": (
        ("jonas", "tasks/{task}/vote/", {"card": "5", "round": "0"}),
        (422, "invalid-input"),
    ),
    "a vote in a round of 5,000 digits": (
        ("jonas", "tasks/{task}/vote/", {"card": "5", "round": "9" * 5_000}),
        (422, "invalid-input"),
    ),
    "a vote in another round": (
        ("jonas", "tasks/{task}/vote/", {"card": "5", "round": "2"}),
        (409, "stale-round"),
    ),
    "an estimate before the reveal": (
        ("amira", "tasks/{task}/finalize/", {"story_points": "5"}),
        (409, "not-revealed"),
    ),
    "an estimate by a voter": (
        ("jonas", "tasks/{task}/finalize/", {"story_points": "5"}),
        (403, "may-not"),
    ),
    "a task without a title": (
        ("amira", "tasks/", {"title": " \t "}),
        (422, "invalid-input"),
    ),
    "a title of 256 characters": (
        ("amira", "tasks/", {"title": "x" * 256}),
        (422, "invalid-input"),
    ),
    "a description of 10,001 characters": (
        ("amira", "tasks/", {"title": "A", "description": "x" * 10_001}),
        (422, "invalid-input"),
    ),
    "a title with a NUL": (
        ("amira", "tasks/", {"title": "a\0b"}),
        (422, "invalid-input"),
    ),
    "a link that is a script": (
        ("amira", "tasks/", {"title": "A", "link": "javascript:alert(1)"}),
        (422, "invalid-input"),
    ),
    "a link that is data": (
        ("amira", "tasks/{task}/edit/", {"link": "data:text/html,<script>"}),
        (422, "invalid-input"),
    ),
    "a move before another session's task": (
        ("amira", "tasks/{pending}/move/", {"before": "{foreign_task}"}),
        (409, "queue-changed"),
    ),
    "a move before a task that is not there": (
        ("amira", "tasks/{pending}/move/", {"before": "0123456789abcdef"}),
        (409, "queue-changed"),
    ),
    "a move before an id with a NUL": (
        ("amira", "tasks/{pending}/move/", {"before": "a\0b"}),
        (422, "invalid-input"),
    ),
    "a move of another session's task": (
        ("amira", "tasks/{foreign_task}/move/", {"before": "{pending}"}),
        (404, "no-task"),
    ),
    "the deletion of the task being voted on": (
        ("amira", "tasks/{task}/delete/", {}),
        (409, "task-being-voted-on"),
    ),
    "an unknown deck": (
        ("amira", "settings/", {"deck": "tarot"}),
        (422, "invalid-input"),
    ),
    "a deck of one card": (
        ("amira", "settings/", {"deck": "custom", "cards": "1"}),
        (422, "invalid-input"),
    ),
    "a deck with a card of nine characters": (
        ("amira", "settings/", {"deck": "custom", "cards": "1,123456789"}),
        (422, "invalid-input"),
    ),
    "a deck of 1,000 cards": (
        ("amira", "settings/", {"deck": "custom", "cards": "1," * 1_000}),
        (422, "invalid-input"),
    ),
    "cards without a deck": (
        ("amira", "settings/", {"cards": "1,2,3"}),
        (422, "invalid-input"),
    ),
    "an unknown setting": (
        ("amira", "settings/", {"may_win": "everybody"}),
        (422, "invalid-input"),
    ),
    "an unknown setting beside a known one": (
        ("amira", "settings/", {"name": "Another", "mayReveal": "everybody"}),
        (422, "invalid-input"),
    ),
    "a setting with an unknown value": (
        ("amira", "settings/", {"may_reveal": "nobody"}),
        (422, "invalid-input"),
    ),
    "a setting without a value": (
        ("amira", "settings/", {"may_run": ""}),
        (422, "invalid-input"),
    ),
    "another deck during a round": (
        ("amira", "settings/", {"deck": "t-shirts"}),
        (409, "round-in-progress"),
    ),
    "an unknown role": (
        ("amira", "members/{jonas}/role/", {"role": "admin"}),
        (422, "invalid-input"),
    ),
    "no role": (("amira", "members/{jonas}/role/", {}), (422, "invalid-input")),
    "a voter who removes another": (
        ("jonas", "members/{tom}/remove/", {}),
        (403, "may-not"),
    ),
    "a voter who promotes themselves": (
        ("jonas", "members/{jonas}/promote/", {}),
        (403, "may-not"),
    ),
    "the last facilitator's demotion": (
        ("amira", "members/{amira}/demote/", {}),
        (409, "last-facilitator"),
    ),
    "the reopening of an open session": (
        ("amira", "reopen/", {}),
        (409, "session-not-ended"),
    ),
    "a page that is of no kind": (
        ("jonas", "presence/", {"tab": "tab", "state": "online"}),
        (422, "invalid-input"),
    ),
    "a page without a name": (
        ("jonas", "presence/", {"state": "live"}),
        (422, "invalid-input"),
    ),
    "a page whose name is markup": (
        ("jonas", "presence/", {"tab": "<b>", "state": "live"}),
        (422, "invalid-input"),
    ),
    "a page whose name has 33 characters": (
        ("jonas", "presence/", {"tab": "t" * 33, "state": "live"}),
        (422, "invalid-input"),
    ),
}
REFUSED_AFTER_THE_REVEAL = {
    "a vote": (
        ("jonas", "tasks/{task}/vote/", {"card": "5"}),
        (409, "round-closed"),
    ),
    "a vote that is taken back": (
        ("jonas", "tasks/{task}/vote/", {"card": ""}),
        (409, "round-closed"),
    ),
    "an estimate outside the deck": (
        ("amira", "tasks/{task}/finalize/", {"story_points": "7"}),
        (422, "card-not-in-deck"),
    ),
    "an estimate of 9,000 characters": (
        ("amira", "tasks/{task}/finalize/", {"story_points": "5" * 9_000}),
        (422, "card-not-in-deck"),
    ),
    "no estimate": (
        ("amira", "tasks/{task}/finalize/", {"story_points": " "}),
        (422, "invalid-input"),
    ),
    "an estimate for another round": (
        ("amira", "tasks/{task}/finalize/", {"story_points": "5", "round": "2"}),
        (409, "stale-round"),
    ),
    "a second reveal": (("amira", "tasks/{task}/reveal/", {}), (409, "round-closed")),
}


@pytest.mark.parametrize(("what", "answer"), REFUSED.values(), ids=REFUSED)
def test_a_request_against_the_rules_is_refused(room, refusal, what, answer):
    assert refusal(lambda: post(room, *what)) == answer


@pytest.mark.parametrize(
    ("what", "answer"), REFUSED_AFTER_THE_REVEAL.values(), ids=REFUSED_AFTER_THE_REVEAL
)
def test_a_request_after_the_reveal_is_refused(room, refusal, what, answer):
    room.amira.reveals()
    assert refusal(lambda: post(room, *what)) == answer


def test_an_ended_session_cannot_be_changed(room, refusal):
    room.amira.ends_session()
    for command in all_commands():
        if command.name in {"reopen", "leave"}:
            continue
        path = address_of(command.name, room.ids)
        client, fields = room.amira.client, VALID_FIELDS.get(command.name, {})
        answer = refusal(lambda: client.post(path, fields))  # noqa: B023
        assert answer == (409, "session-ended"), path
    newcomer = InProcessUser("Newcomer", room.amira.session_id)
    answer = refusal(lambda: newcomer.posts("join/", display_name="Newcomer"))
    assert answer == (409, "session-ended")


BAD_NAMES = {
    "empty": "",
    "spaces": "  \t ",
    "a line break": "\n",
    "of 41 characters": "x" * 41,
    "of 41 emoji": "🂡" * 41,
    "of 41 characters in two marks each": "x\u0301" * 41,
    "a zero-width space": "\u200b",
    "joiners": "\u200d\u200c",
    "a right-to-left override": "\u202e",
    "an invisible letter": "\u3164",
    "control characters": "\0\x07\x1b",
    "5,000 characters": "x" * 5_000,
}


@pytest.mark.parametrize("name", BAD_NAMES.values(), ids=BAD_NAMES)
def test_a_name_that_cannot_be_shown_is_refused(room, refusal, name):
    jonas = room.jonas
    newcomer = InProcessUser("Newcomer", jonas.session_id)
    invalid = (422, "invalid-input")
    for request in [
        lambda: newcomer.posts("join/", display_name=name),
        lambda: jonas.posts(f"members/{jonas.user_id}/rename/", display_name=name),
        lambda: newcomer.client.post(
            "/s/", {"name": "A session", "deck": "fibonacci", "display_name": name}
        ),
        # A session's name may have 80.
        lambda: room.amira.posts("settings/", name=name * 2),
        lambda: newcomer.client.post(
            "/s/", {"name": name * 2, "deck": "fibonacci", "display_name": "Me"}
        ),
    ]:
        assert refusal(request) == invalid


@pytest.mark.parametrize("name", ["JONAS", " jonas ", "\uff2aonas", "jo\u200dnas"])
def test_an_equivalent_name_is_refused(room, refusal, name):
    newcomer = InProcessUser("Newcomer", room.amira.session_id)
    rename = f"members/{room.tom.user_id}/rename/"
    taken = (409, "name-taken")
    assert refusal(lambda: newcomer.posts("join/", display_name=name)) == taken
    assert refusal(lambda: room.tom.posts(rename, display_name=name)) == taken


SHOWN_NAMES = {
    "<script>alert('x')</script>": "<script>alert('x')</script>",
    '"><img src=x onerror=alert(1)>': '"><img src=x onerror=alert(1)>',
    "{{ secret }} {% debug %} ${7*7}": "{{ secret }} {% debug %} ${7*7}",
    "👩\u200d💻 Łucja": "👩\u200d💻 Łucja",
    "שלום": "שלום",
    "\u202eevil\u202c": "evil",
    "in\u200bvisible": "invisible",
    "two\nlines": "two lines",
    "x" * 40: "x" * 40,
    "🂡" * 40: "🂡" * 40,
}


@pytest.mark.parametrize(("typed", "shown"), SHOWN_NAMES.items())
def test_other_names_are_shown_as_text_and_never_as_markup(
    amira, stranger, typed, shown
):
    person = InProcessUser(typed).joins(amira.session_id)
    assert person.state["me"]["name"] == shown
    amira.starts_quick_vote(shown)
    person.votes("5")
    amira.reveals()
    amira.changes_settings(name=typed)
    for viewer, path in [(amira, ""), (amira, "report/"), (stranger, "")]:
        page = viewer.gets(path).content.decode()
        for markup in ["<script>alert", "<img src=x", "\u202e"]:
            assert markup not in page


def test_a_wrong_method_is_refused_at_every_address(room, refusal):
    for address in ADDRESSES:
        allowed = {"POST"} if address.method == "POST" else {"GET", "HEAD"}
        if address.name in PLAIN_FORMS:
            allowed |= {"GET", "HEAD"}
        path = address.of(**room.ids)
        for method in set(METHODS) - allowed:
            before = all_rows()
            answer = room.amira.client.generic(method, path)
            assert answer.status_code == 405, (method, path)
            assert set(answer["Allow"].split(", ")) == allowed
            assert all_rows() == before
            if method != "HEAD":
                assert answer.json()["code"] == "wrong-method"
                assert_sentence(answer.json()["error"])


def test_a_missing_csrf_token_is_refused_at_every_address(room, refusal):
    careful = browser_of(room.amira, enforce_csrf_checks=True)
    for address in POSTED:
        path = address.of(**room.ids)
        assert refusal(lambda: careful.post(path)) == (403, "csrf"), path  # noqa: B023


def test_a_forged_csrf_token_is_refused(room, refusal):
    careful = browser_of(room.amira, enforce_csrf_checks=True)
    forged = {"x-csrftoken": "a" * 32}
    leave = f"{room.amira.room}leave/"
    assert refusal(lambda: careful.post(leave, headers=forged)) == (403, "csrf")


def test_a_request_with_the_csrf_token_of_the_page_succeeds(room):
    careful = browser_of(room.amira, enforce_csrf_checks=True)
    careful.get(room.amira.room)
    token = {"x-csrftoken": careful.cookies["csrftoken"].value}
    leave = f"{room.amira.room}leave/"
    assert careful.post(leave, headers=token).status_code == 204


def test_a_stranger_is_refused_at_every_address_of_a_session(room, refusal):
    for address in addresses_in_the_session(ADDRESSES):
        if address.name in {"room", "join"}:
            continue
        path = address.of(**room.ids)
        client = room.stranger.client
        answer = refusal(lambda: client.generic(address.method, path))  # noqa: B023
        assert answer == (403, "not-a-member"), path


@pytest.mark.parametrize("cookie", ["forged", "forged:a:b", "é", "x" * 5_000, ":"])
def test_a_forged_identity_is_a_strangers(room, refusal, cookie):
    forger = Client(headers={"accept": "application/json"})
    forger.cookies["member"] = cookie
    state = f"{room.amira.room}state/"
    assert refusal(lambda: forger.get(state)) == (403, "not-a-member")


@pytest.mark.parametrize("wrong_id", [*UNKNOWN_IDS, *MALFORMED_IDS])
def test_an_unknown_id_is_not_found_at_any_address(room, refusal, wrong_id):
    for address in ADDRESSES:
        for part in ids_in(address.route):
            path = address.of(**{**room.ids, part: wrong_id})
            answer = refusal(lambda: send(room.amira, address, path))  # noqa: B023
            is_known = wrong_id in UNKNOWN_IDS
            assert answer == (NOT_FOUND[part] if is_known else NO_ADDRESS), path


def test_an_id_of_another_session_is_not_found_at_any_address(room, refusal):
    for address in ADDRESSES:
        for part in set(ids_in(address.route)) - {"session_id"}:
            path = address.of(**{**room.ids, part: room.foreign_ids[part]})
            answer = refusal(lambda: send(room.amira, address, path))  # noqa: B023
            assert answer == NOT_FOUND[part], path


@pytest.mark.parametrize("path", ["/nothing/", "/s/x/nothing/", "/realtime/nothing/"])
def test_an_unknown_address_is_not_found(amira, refusal, path):
    for method in ["GET", "POST"]:
        answer = refusal(lambda: amira.client.generic(method, path))  # noqa: B023
        assert answer == NO_ADDRESS


NOT_FORMS = {
    "JSON": ("application/json", b'{"card": "5"}'),
    "text": ("text/plain", b"card=5"),
    "of no type": ("", b"card=5"),
    "of a nonsense type": ("\u00e9;;;=", b"card=5"),
    "multipart without a boundary": ("multipart/form-data", b"card=5"),
    "multipart with a bad boundary": ("multipart/form-data; boundary=é", b"--x--"),
    "multipart that breaks off": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="card"\r\n\r\n5',
    ),
    "of too many fields": (FORM, urlencode([("card", "5")] * 1_001).encode()),
    "of too many parts": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="card"\r\n\r\n5\r\n' * 1_001
        + b"--x--",
    ),
    "of too many files": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n5\r\n'
        * 101
        + b"--x--",
    ),
    "in another character set": (f"{FORM}; charset=utf-16", b"card=5"),
} | {
    f"in parts, as {codec}": (
        f"multipart/form-data; boundary=x; charset={codec}",
        b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\n+2AA-\r\n--x--',
    )
    for codec in [
        "base64",
        "rot13",
        "idna",
        "undefined",
        "utf-7",
        "unicode_escape",
        "no",
    ]
}


@pytest.mark.parametrize(("content_type", "body"), NOT_FORMS.values(), ids=NOT_FORMS)
def test_a_body_that_is_not_a_form_is_refused_at_every_address(
    room, refusal, content_type, body
):
    client = room.amira.client
    for address in POSTED:
        path = address.of(**room.ids)
        answer = refusal(
            lambda: client.generic("POST", path, body, content_type)  # noqa: B023
        )
        assert answer == (422, "not-a-form"), path


@pytest.mark.parametrize("size", [LIMIT + 1, 5_000_000])
@pytest.mark.parametrize(
    "content_type", [FORM, "application/json", "multipart/form-data; boundary=x"]
)
def test_a_body_over_one_megabyte_is_refused_at_every_address(
    room, refusal, size, content_type
):
    client, body = room.amira.client, b"card=" + b"5" * (size - 5)
    for address in POSTED:
        path = address.of(**room.ids)
        answer = refusal(
            lambda: client.generic("POST", path, body, content_type)  # noqa: B023
        )
        assert answer == (413, "too-large"), path


def test_a_body_of_one_megabyte_is_read(room, refusal):
    path = f"{room.jonas.room}tasks/{room.task}/vote/"
    body = b"card=" + b"5" * (LIMIT - 5)
    answer = refusal(lambda: room.jonas.client.generic("POST", path, body, FORM))
    assert answer == (422, "card-not-in-deck")


@pytest.mark.parametrize("length", ["many", "-1", "1e3", "0x10", "9" * 20])
def test_an_invalid_length_is_refused(room, refusal, length):
    path = f"{room.jonas.room}tasks/{room.task}/vote/"

    def vote():
        return room.jonas.client.generic(
            "POST", path, b"card=5", FORM, CONTENT_LENGTH=length
        )

    assert refusal(vote)[0] in {413, 422}


@pytest.mark.parametrize("provider", ["memory", "pusher"])
def test_any_channel_but_the_sessions_own_is_refused(room, refusal, settings, provider):
    settings.REALTIME = settings.REALTIME | {"PROVIDER": provider}
    own, foreign = room.jonas.session_id, room.foreign.session_id
    for channel in [
        "",
        f"private-planning-poker-{foreign}",
        f"presence-planning-poker-{foreign}",
        f"private-planning-poker-{'0' * 16}",
        f"planning-poker-{own}",
        f"public-planning-poker-{own}",
        f"private-private-planning-poker-{own}",
        f"private-planning-poker-{own}-and-more",
        f"private-planning-poker-{own}\n",
        f"private-planning-poker-{own} ",
        f"private-planning-poker-{own},private-planning-poker-{foreign}",
        f"private-encrypted-planning-poker-{own}",
        f"private-cache-planning-poker-{own}",
        f"private-something-else-{own}",
        "private-planning-poker-",
        "private-planning-poker-%",
        "private-planning-poker-\0",
        "private-" + "x" * 900_000,
        f"PRIVATE-planning-poker-{own}",
    ]:
        answer = refusal(lambda: room.jonas.asks_to_subscribe("1.2", channel))  # noqa: B023
        assert answer == (403, "channel"), channel[:80]
    for stranger in [room.stranger, room.foreign]:
        channel = f"private-planning-poker-{own}"
        answer = refusal(lambda: stranger.asks_to_subscribe("1.2", channel))  # noqa: B023
        assert answer == (403, "channel")


@pytest.mark.parametrize("provider", ["memory", "pusher"])
@pytest.mark.parametrize(
    "socket_id",
    [
        "",
        "1",
        "1.",
        ".1",
        "1.2.3",
        "1.2:private-x",
        "1.2\n",
        " 1.2",
        "a.b",
        "\u0661.\u0662",
    ],
)
def test_a_malformed_socket_id_is_refused(room, refusal, settings, provider, socket_id):
    settings.REALTIME = settings.REALTIME | {"PROVIDER": provider}
    channel = f"private-{room.jonas.channel}"
    answer = refusal(lambda: room.jonas.asks_to_subscribe(socket_id, channel))
    assert answer == (403, "channel")


@pytest.mark.parametrize("provider", ["memory", "pusher"])
def test_members_who_left_or_were_removed_cannot_subscribe(
    room, refusal, settings, provider
):
    settings.REALTIME = settings.REALTIME | {"PROVIDER": provider}
    channel = f"private-{room.jonas.channel}"
    for person in [room.jonas, room.tom]:
        assert person.asks_to_subscribe("1.2", channel).status_code == 200
    room.jonas.leaves()
    room.amira.removes(room.tom)
    for person in [room.jonas, room.tom]:
        answer = refusal(lambda: person.asks_to_subscribe("1.2", channel))  # noqa: B023
        assert answer == (403, "channel")


def test_a_browser_gets_the_refusal_as_a_page(room):
    browser = browser_of(room.stranger)
    html = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    for address in ADDRESSES:
        answer = browser.get(address.of(**room.ids), headers=html)
        page = answer.content.decode()
        if address.name in PLAIN_FORMS:
            assert answer.status_code == 302
        elif answer.status_code != 200:
            assert answer.status_code in {403, 405}
            assert f">{answer.status_code}<" in page
            assert re.search(r"<p>[A-Z][^<]*\.</p>", page), "a sentence"
        assert "Traceback" not in page


def test_a_refused_form_keeps_its_input(amira):
    person = Client(headers={"accept": "text/html"})
    answer = person.post(f"{amira.room}join/", {"display_name": "amira"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Somebody here already has this name." in page
    assert 'value="amira"' in page
    typed = {"name": "Refinement", "display_name": " ", "deck": "nonsense"}
    answer = person.post("/s/", typed)
    assert answer.status_code == 422
    page = answer.content.decode()
    for shown in [
        "Please type a name.",
        "There is no such deck.",
        'value="Refinement"',
    ]:
        assert shown in page


def test_an_internal_error_is_a_sentence_too(room, refusal, monkeypatch):
    def fails(*_: object) -> None:
        raise ZeroDivisionError("a secret of the code")

    monkeypatch.setattr(VotingRoundQuerySet, "current_of", fails)
    client = browser_of(room.amira, raise_request_exception=False)
    path = f"{room.amira.room}tasks/{room.task}/reveal/"
    assert refusal(lambda: client.post(path)) == (500, "server-error")
    assert "secret" not in json.dumps(client.post(path).json())


def addresses_in_the_session(among: list[Address] = POSTED) -> list[Address]:
    return [address for address in among if "session_id" in address.route]


def post(room: Room, who: str, path: str, fields: dict[str, Any]) -> HttpResponse:
    words = {
        "task": room.task,
        "pending": room.pending,
        "foreign_task": room.foreign_task,
        "amira": room.amira.user_id,
        "jonas": room.jonas.user_id,
        "tom": room.tom.user_id,
    }

    def filled(value: Any) -> Any:
        if isinstance(value, list):
            return [each.format(**words) for each in value]
        return value.format(**words)

    person: InProcessUser = getattr(room, who)
    filled_in = {name: filled(value) for name, value in fields.items()}
    return person.posts(path.format(**words), **filled_in)


def send(person: InProcessUser, address: Address, path: str) -> HttpResponse:
    return person.client.generic(address.method, path)


@pytest.mark.parametrize(
    ("length", "status"), [("9" * 5_000, 413), ("\u0667", 422), ("-1", 422), ("x", 422)]
)
def test_a_length_that_is_none_is_refused(room, refusal, length, status):
    post = {"content_type": FORM, "CONTENT_LENGTH": length}
    answer = refusal(
        lambda: room.amira.client.post(f"{room.amira.room}tasks/", "title=a", **post)
    )
    assert answer[0] == status
