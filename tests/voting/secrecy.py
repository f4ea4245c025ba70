"""Run a session twice, with other hidden votes, and compare what others received.

A difference tells its receiver something of a hidden vote, wherever it is: this needs
no list of the places in which a card might appear.
"""

import json
import logging
import random
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from html import unescape
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.management.color import no_style
from django.db import connection
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client

from database.fields import is_secret
from sessions.models import MemberIdentity, PokerSession
from sessions.settings import Rights
from tasks.models import Task
from tests.in_process_client import InProcessUser
from tests.people import Person, RefusedError
from tests.voting.recorders import PROVIDERS, Recorder
from voting.models import Vote, VotingRound

# ``c`` is the choice of a step: ``c.voting`` is being voted on, ``c.task`` is any task.
ACTS: dict[str, Callable[[Person, Any], Any]] = {
    "votes": lambda p, c: p.votes(c.card, c.voting),
    "votes from a tab": lambda p, c: p.votes(
        c.card, c.voting, round="1", key=f"tab:{c.number}"
    ),
    "votes on any task": lambda p, c: p.votes(c.card, c.task),
    "takes a vote back": lambda p, c: p.votes("", c.voting),
    "votes with an unknown card": lambda p, c: p.votes("unknown", c.voting),
    "starts a vote": lambda p, c: p.starts_vote(c.task),
    "starts a quick vote": lambda p, c: p.starts_quick_vote(),
    "reveals": lambda p, c: p.reveals(c.voting),
    "votes again": lambda p, c: p.votes_again(c.voting),
    "finalizes": lambda p, c: p.finalizes(c.estimate, c.voting),
    "skips": lambda p, c: p.skips(c.voting),
    "skips any task": lambda p, c: p.skips(c.task),
    "adds a task": lambda p, c: p.adds_task(f"Task {c.number}"),
    "edits a task": lambda p, c: p.edits_task(c.task, description=f"<b>{c.number}</b>"),
    "deletes a task": lambda p, c: p.deletes_task(c.task),
    "moves a task": lambda p, c: p.moves_task(c.task, c.other_task),
    "moves a task to the end": lambda p, c: p.moves_task(c.task),
    "renames": lambda p, c: p.renames(c.member, f"Name {c.number}"),
    "takes a name": lambda p, c: p.renames(c.member, "Person 0"),
    "makes a voter": lambda p, c: p.changes_role(c.member, "voter"),
    "makes an observer": lambda p, c: p.changes_role(c.member, "observer"),
    "promotes": lambda p, c: p.promotes(c.member),
    "demotes": lambda p, c: p.demotes(c.member),
    "removes": lambda p, c: p.removes(c.member),
    "leaves": lambda p, c: p.leaves(),
    "joins again": lambda p, c: p.joins(p.session_id, display_name=f"Back {c.number}"),
    "renames the session": lambda p, c: p.changes_settings(name=f"Session {c.number}"),
    "changes the deck": lambda p, c: p.changes_settings(deck="powers-of-two"),
    "opens every right": lambda p, c: p.changes_settings(
        **dict.fromkeys(RIGHTS, "everybody")
    ),
    "hides a page": lambda p, c: p.sends_heartbeat("tab", "hidden"),
    "shows a page": lambda p, c: p.sends_heartbeat("tab", "live"),
    "closes a page": lambda p, c: p.sends_heartbeat("tab", "closed"),
    "ends": lambda p, c: p.ends_session(),
    "reopens": lambda p, c: p.reopens_session(),
}
VOTES = {"votes", "votes from a tab", "votes on any task"}
PAGES = ["", "state/", "report/", "tasks/{task}/"]
RIGHTS = [each.name for each in fields(Rights)]

# A query reaches a secret over at most this many relations.
MOST_RELATIONS = 4
# With one value of each secret, then with the other.
PAGES_AT_ONCE = 20
LOOKUPS = ["", "__gt", "__startswith", "__in", "__regex", "__isnull"]


@dataclass(frozen=True)
class Step:
    """Person ``who`` does one of ACTS. The other numbers choose among what there is."""

    does: str
    who: int = 0
    whom: int = 0
    card: int = 0


@dataclass(frozen=True)
class Plan:
    """What is run. Person 0 is the facilitator, ``roles`` are those of the others.

    The hidden votes of the ``swapped`` persons differ in the second run; everybody
    else, the admin and the log must receive the same in both.
    """

    steps: Sequence[Step]
    roles: Sequence[str] = ("voter", "observer")
    deck: Mapping[str, str] = field(default_factory=lambda: {"deck": "fibonacci"})
    swapped: Collection[int] = (1,)
    # Indexes of the admin's addresses, modulo their number.
    admin_pages: Sequence[int] = ()


class NothingHiddenError(Exception):
    """No vote of the plan differs, so that no leak could be seen."""


class RecordingClient(Client):
    """A browser that records every byte it was sent."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.received: list[bytes] = []

    def request(self, **request: Any) -> HttpResponse:
        response = super().request(**request)
        self.received.append(
            b"%s %s\n%d\n%s\n%s\n\n%s"
            % (
                request["REQUEST_METHOD"].encode(),
                request["PATH_INFO"].encode(),
                response.status_code,
                "\n".join(map(": ".join, sorted(response.items()))).encode(),
                response.cookies.output().encode(),
                response.content,
            )
        )
        return response


class Run:
    """One run of a plan. ``received``: who got what, in order."""

    def __init__(
        self,
        plan: Plan,
        *,
        other_cards: bool = False,
        revealed_rounds: Collection[str] = (),
        provider: str = "memory",
    ) -> None:
        self.plan = plan
        self.other_cards = other_cards
        self.revealed_rounds = revealed_rounds
        self.provider = provider
        self.recorder = Recorder()
        self.received: dict[str, list[bytes]] = {}
        self.swapped_votes = 0

    def run(self) -> "Run":
        empty_the_database()
        with (
            pinned() as clock,
            logged() as lines,
            PROVIDERS[self.provider]() as self.recorder,
        ):
            self._join()
            for number, step in enumerate(self.plan.steps):
                clock.now += timedelta(seconds=1)
                self._take(step, number)
                self._record()
            self._read_every_page()
            admin_pages = self._read_admin_pages()
            captured = self.recorder.captured()
            # Only now: until here, events may still be on their way to the provider.
            health = self.stranger.get("/healthz").json()
            self.stranger.client.received.pop()
        self.received = {
            **captured,
            "the health check": [health_without_seconds(health)],
            "the log": [line.encode() for line in lines],
            "the admin": admin_pages,
            "a stranger": self.stranger.client.received,
            **{
                f"person {number}": person.client.received
                for number, person in enumerate(self.people)
                if number not in self.plan.swapped
            },
        }
        return self

    def _join(self) -> None:
        amira = InProcessUser("Person 0", client=RecordingClient)
        session_id = amira.starts_session(**self.plan.deck)
        self.people = [amira]
        self.stranger = InProcessUser("Stranger", session_id, RecordingClient)
        for number, role in enumerate(self.plan.roles, start=1):
            person = InProcessUser(f"Person {number}", client=RecordingClient)
            self.people.append(person.joins(session_id, role))
        amira.adds_task("First")
        amira.adds_task("Second")
        for person in [*self.people, self.stranger]:
            self.recorder.connect(person)

    def _take(self, step: Step, number: int) -> None:
        who = step.who % len(self.people)
        person = self.people[who]
        if step.does == "reads a page":
            task = _one_of(Task.objects.all(), step.card)
            page = PAGES[step.whom % len(PAGES)].format(task=task)
            person.gets(page, headers={"accept": "text/html"})
            return
        poker_session = PokerSession.objects.get()
        rounds = VotingRound.objects.in_hand(poker_session.pk)
        voting_round = rounds[0] if rounds else None
        deck = voting_round.deck if voting_round else poker_session.deck
        is_hidden = not (voting_round and voting_round.pk in self.revealed_rounds)
        swaps = self.other_cards and is_hidden and who in self.plan.swapped
        card = deck.cards[step.card % len(deck.cards)]
        member = _one_of(poker_session.members.present(), step.whom)
        choice = SimpleNamespace(
            number=number,
            estimate=card,
            card=other_card(deck.cards, card) if swaps else card,
            voting=voting_round.task_id if voting_round else "none",
            task=_one_of(poker_session.tasks.all(), step.whom),
            other_task=_one_of(poker_session.tasks.all(), step.card),
            member=SimpleNamespace(user_id=member),
        )
        with suppress(RefusedError):
            ACTS[step.does](person, choice)
            self.swapped_votes += choice.card != card and step.does in VOTES

    def _record(self) -> None:
        for person, frames in self.recorder.received().items():
            person.client.received.extend(frames)

    def _read_every_page(self) -> None:
        for person in [*self.people, self.stranger]:
            for page in PAGES:
                for task in _ids(Task.objects.all()) if "{task}" in page else [""]:
                    person.gets(page.format(task=task))
            person.get("/")
        self._record()

    def _read_admin_pages(self) -> list[bytes]:
        if not self.plan.admin_pages:
            return []
        client = admin_client()
        for model in filter(admin.site.is_registered, our_models()):
            client.get(admin_address(model))
        addresses = crafted_addresses(PokerSession.objects.get().deck.cards[1])
        for number in self.plan.admin_pages:
            client.get(addresses[number % len(addresses)])
        return client.received


def differences(plan: Plan, provider: str = "memory") -> dict[str, str]:
    """Who can distinguish the two runs, and by what; it must be empty.

    Raises:
        NothingHiddenError: the plan cannot show a leak.
    """
    first = Run(plan, provider=provider).run()
    revealed = VotingRound.objects.filter(status=VotingRound.Status.REVEALED)
    second = Run(
        plan,
        other_cards=True,
        revealed_rounds=set(revealed.values_list("pk", flat=True)),
        provider=provider,
    ).run()
    if not second.swapped_votes:
        raise NothingHiddenError
    return {
        who: _first_difference(first.received[who], second.received[who])
        for who in first.received
        if first.received[who] != second.received[who]
    }


def admin_difference(addresses: Sequence[str]) -> str:
    """The first page of the admin that depends on a secret, or "".

    A session has been run; what is secret is changed in the database.
    """
    client = admin_client()
    client.get("/admin/")  # brings the CSRF cookie
    secrets = secrets_in_the_database()
    for start in range(0, len(addresses), PAGES_AT_ONCE):
        some = addresses[start : start + PAGES_AT_ONCE]
        pages: list[list[bytes]] = [[], []]
        for shown, read in enumerate(pages):
            for row, name, values in secrets:
                rows = type(row)._default_manager.filter(pk=row.pk)
                rows.update(**{name: values[shown]})
            for address in some:
                with pinned():
                    client.get(address)
                read.append(client.received.pop())
        for address, one, other in zip(some, *pages, strict=True):
            if one != other:
                return f"{address}: {_first_difference([one], [other])}"
    return ""


def secrets_in_the_database() -> list[tuple[Model, str, tuple[str, str]]]:
    """Each row with a secret, the field's name, and two values of it: a card face down
    and another one, for any other secret its letters turned round.
    """
    found = []
    for model in our_models():
        for name in secret_names(model):
            rows = list(model._default_manager.all())
            if model is Vote:
                rows = [row for row in rows if not row.voting_round.is_revealed]
            assert rows, f"there is no {name} to hide"
            for row in rows:
                value = getattr(row, name)
                other = value[::-1]
                if model is Vote:
                    other = other_card(row.voting_round.deck.cards, value)
                found.append((row, name, (value, other)))
    return found


def admin_client() -> RecordingClient:
    superuser, _ = User.objects.get_or_create(
        username="admin", is_staff=True, is_superuser=True
    )
    client = RecordingClient()
    client.force_login(superuser)
    return client


def linked_addresses() -> list[str]:
    """Every page of the admin that is linked, with each filter and ordering once."""
    client = admin_client()
    waiting, seen = ["/admin/"], {"/admin/"}
    while waiting:
        page = waiting.pop()
        html = client.get(page).content.decode()
        for link in map(unescape, re.findall(r'href="([^"]+)"', html)):
            address = page + link if link.startswith("?") else link
            if address in seen or not _is_read(address):
                continue
            seen.add(address)
            # A filtered page links to combinations of filters.
            if "?" not in address:
                waiting.append(address)
    return sorted(seen)


def crafted_addresses(card: str) -> list[str]:
    """Lists with queries that are not linked: every query path to a secret."""
    addresses = []
    for model in filter(admin.site.is_registered, our_models()):
        queries = [
            *({"q": _guess(name, card)} for name in ("card", "fingerprint")),
            {"o": "1"},
            {"o": "-2.3"},
            {"o": "3"},
            *({"_to_field": name, "_popup": "1"} for name in secret_names(model)),
            {"_facets": "True"},
            {"all": ""},
            {"e": "1"},
            *(
                {path + lookup: "1" if lookup == "__isnull" else _guess(path, card)}
                for path in paths_to_a_secret(model)
                for lookup in LOOKUPS
            ),
        ]
        address = admin_address(model)
        addresses += [f"{address}?{urlencode(query)}" for query in queries]
    return addresses


def _guess(path: str, card: str) -> str:
    """What is asked for: something that is there."""
    if path.endswith("card"):
        return card
    identity = MemberIdentity.objects.order_by("pk").first()
    return identity.fingerprint if identity else card


def admin_address(model: type[Model]) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


def our_models() -> list[type[Model]]:
    return [
        model
        for label in ["poker_sessions", "tasks", "voting"]
        for model in apps.get_app_config(label).get_models()
    ]


def secret_names(model: type[Model]) -> list[str]:
    return [each.name for each in model._meta.get_fields() if is_secret(each)]


def paths_to_a_secret(model: type[Model], most: int = MOST_RELATIONS) -> list[str]:
    """The paths by which a query on ``model`` reaches a secret: "votes__card"."""
    paths = secret_names(model)
    for relation in model._meta.get_fields():
        if relation.is_relation and most and relation.related_model:
            paths += [
                f"{relation.name}__{path}"
                for path in paths_to_a_secret(relation.related_model, most - 1)
            ]
    return paths


def other_card(cards: Sequence[str], card: str) -> str:
    """The deck's next card of as many bytes; where there is none, the card itself."""
    place = cards.index(card)
    after = [*cards[place + 1 :], *cards[:place]]
    return next((c for c in after if len(c.encode()) == len(card.encode())), card)


def empty_the_database() -> None:
    """Also reset the sequences of the primary keys."""
    tables = connection.introspection.django_table_names(only_existing=True)
    kept = {"django_migrations", "django_content_type", "auth_permission"}
    flush = connection.ops.sql_flush(
        no_style(), [t for t in tables if t not in kept], reset_sequences=True
    )
    connection.ops.execute_sql_flush(flush)


def health_without_seconds(health: dict[str, Any]) -> bytes:
    """How long the sending took differs each time."""
    health["realtime"].pop("seconds", None)
    return json.dumps(health).encode()


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 1, 5, 9, tzinfo=UTC)


@contextmanager
def pinned() -> Iterator[Clock]:
    """Each id, token and time is the same in every run."""
    clock, numbers = Clock(), random.Random(1)

    class PinnedDatetime(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return clock.now

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("secrets.choice", numbers.choice)
        patch.setattr("secrets.randbelow", numbers.randrange)
        patch.setattr(
            "secrets.token_urlsafe",
            lambda size: urlsafe_b64encode(numbers.randbytes(size)).decode().strip("="),
        )
        # Equal events are encrypted to equal bytes.
        patch.setattr("nacl.utils.random", random.Random(2).randbytes)
        patch.setattr("time.time", lambda: clock.now.timestamp())
        patch.setattr("django.utils.timezone.datetime", PinnedDatetime)
        yield clock


@contextmanager
def logged() -> Iterator[list[str]]:
    """All that is written to the log."""
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler, root = Kept(), logging.getLogger()
    root.addHandler(handler)
    try:
        yield lines
    finally:
        root.removeHandler(handler)


def _ids(rows: Any) -> list[str]:
    return list(rows.values_list("pk", flat=True))


def _one_of(rows: Any, number: int) -> str:
    ids = _ids(rows)
    return ids[number % len(ids)] if ids else "none"


def _is_read(address: str) -> bool:
    """The product's own pages; not those about accounts, and none that logs out."""
    return bool(re.match(r"/admin/($|\?|poker_sessions/|tasks/|voting/)", address))


def _first_difference(first: Sequence[bytes], second: Sequence[bytes]) -> str:
    if len(first) != len(second):
        return f"{len(first)} pieces, and {len(second)}"
    one, other = next((a, b) for a, b in zip(first, second, strict=True) if a != b)
    place = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    start = max(0, place - 80)
    head = one.split(b"\n", 1)[0].decode()
    return (
        f"{head}: …{one[start : place + 40].decode(errors='replace')!r} "
        f"and …{other[start : place + 40].decode(errors='replace')!r}"
    )
