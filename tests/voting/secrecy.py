"""Plays a session twice, with other hidden cards, and compares what others received.

Whoever sees a difference has learnt something of a hidden card, by whatever way: this
needs no list of the places in which a card might stand.
"""

import json
import logging
import random
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management.color import no_style
from django.db import connection
from django.db.models import Field, Model
from django.http import HttpResponse
from django.test import Client

from sessions.models import PokerSession
from tests.players import Player
from tests.voting.ears import Ears, over
from voting.models import Vote, VotingRound

# What people do: an address in the session, and a form's fields. ``voting`` is the task
# being voted on, ``task`` any of the queue, ``member`` anybody present.
ACTS: dict[str, tuple[str, dict[str, str]]] = {
    "lays a card": ("tasks/{voting}/vote/", {"card": "{card}"}),
    "lays a card from a tab": (
        "tasks/{voting}/vote/",
        {"card": "{card}", "round": "1", "key": "tab:{number}"},
    ),
    "takes a card back": ("tasks/{voting}/vote/", {"card": ""}),
    "lays a card of no deck": ("tasks/{voting}/vote/", {"card": "of none"}),
    "votes on any task": ("tasks/{task}/vote/", {"card": "{card}"}),
    "starts": ("tasks/{task}/start/", {}),
    "starts a quick vote": ("quick-vote/", {"title": ""}),
    "reveals": ("tasks/{voting}/reveal/", {}),
    "votes again": ("tasks/{voting}/revote/", {}),
    "finalizes": ("tasks/{voting}/finalize/", {"story_points": "{estimate}"}),
    "skips": ("tasks/{voting}/skip/", {}),
    "skips any task": ("tasks/{task}/skip/", {}),
    "adds a task": ("tasks/", {"title": "Task {number}"}),
    "edits a task": ("tasks/{task}/edit/", {"description": "<b>{number}</b>"}),
    "deletes a task": ("tasks/{task}/delete/", {}),
    "orders the queue": ("tasks/order/", {"task_ids": "{task}"}),
    "renames": ("members/{member}/rename/", {"display_name": "Name {number}"}),
    "takes a name": ("members/{member}/rename/", {"display_name": "Person 0"}),
    "makes a voter": ("members/{member}/role/", {"role": "voter"}),
    "makes an observer": ("members/{member}/role/", {"role": "observer"}),
    "promotes": ("members/{member}/promote/", {}),
    "demotes": ("members/{member}/demote/", {}),
    "removes": ("members/{member}/remove/", {}),
    "leaves": ("leave/", {}),
    "comes in again": ("join/", {"display_name": "Back {number}"}),
    "names the session": ("settings/", {"name": "Session {number}"}),
    "changes the deck": ("settings/", {"deck": "powers-of-two"}),
    "ends": ("end/", {}),
    "reopens": ("reopen/", {}),
}
LOOKS = ["", "state/", "report/"]

# From any model a card is reached over at most this many relations.
FARTHEST = 4
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
    """What is played. Person 0 is the facilitator, ``roles`` are those of the others.

    The hidden cards of the ``keepers`` are others in the second playing; everybody
    else, the admin and the log must receive the same in both.
    """

    steps: Sequence[Step]
    roles: Sequence[str] = ("voter", "observer")
    deck: Mapping[str, str] = field(default_factory=lambda: {"deck": "fibonacci"})
    keepers: Collection[int] = (1,)
    # Which of the admin's addresses are looked at; beyond the last they begin anew.
    admin_looks: Sequence[int] = ()


class NothingHidden(Exception):
    pass


class RecordingClient(Client):
    """A browser that keeps every byte it was sent."""

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


class Person(Player):
    """A player of whom every byte is kept that reached her."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.client = RecordingClient(headers={"accept": "application/json"})

    @property
    def received(self) -> list[bytes]:
        return self.client.received


class Playing:
    """A plan, played once. ``received``: who got what, in order."""

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
        self.ears = Ears()
        self.received: dict[str, list[bytes]] = {}
        self.other_cards_laid = 0

    def play(self) -> "Playing":
        empty_the_database()
        with pinned() as clock, logged() as lines, over(self.provider) as self.ears:
            self._come_in()
            for number, step in enumerate(self.plan.steps):
                clock.now += timedelta(seconds=1)
                self._take(step, number)
                self._hear()
            self._look_at_everything()
            admin_pages = self._looked_at_by_the_admin()
            overheard = self.ears.overheard()
            # Only now: till here, what is sent elsewhere may still be on its way.
            health = self.stranger.client.get("/healthz").json()
            self.stranger.received.pop()
        self.received = {
            **overheard,
            "who asks how it does": [health_but_for_the_time(health)],
            "the operator": [line.encode() for line in lines],
            "the admin": admin_pages,
            "a stranger": self.stranger.received,
            **{
                f"person {number}": person.received
                for number, person in enumerate(self.people)
                if number not in self.plan.keepers
            },
        }
        return self

    def _come_in(self) -> None:
        amira = Person("Person 0")
        amira.starts_a_session(**self.plan.deck)
        self.people = [amira]
        self.stranger = Person("Stranger")
        self.stranger.session_id = amira.session_id
        for number, role in enumerate(self.plan.roles, start=1):
            person = Person(f"Person {number}")
            person.joins(amira.session_id, role=role)
            self.people.append(person)
        amira.did("tasks/", title="First")
        amira.did("tasks/", title="Second")
        for person in [*self.people, self.stranger]:
            self.ears.listen(person)

    def _take(self, step: Step, number: int) -> None:
        who = step.who % len(self.people)
        person = self.people[who]
        if step.does == "looks":
            person.client.get(
                f"/s/{person.session_id}/{LOOKS[step.whom % len(LOOKS)]}",
                headers={"accept": "text/html"},
            )
            return
        poker_session = PokerSession.objects.get()
        voting_round = VotingRound.objects.current_in(poker_session)
        deck = voting_round.deck if voting_round else poker_session.deck
        is_hidden = not (voting_round and voting_round.pk in self.revealed_rounds)
        swaps = self.other_cards and is_hidden and who in self.plan.keepers
        card = deck.cards[step.card % len(deck.cards)]
        words = {
            "number": number,
            "estimate": card,
            "card": other_card(deck.cards, card) if swaps else card,
            "voting": voting_round.task_id if voting_round else "none",
            "task": _one_of(poker_session.tasks.all(), step.whom),
            "member": _one_of(poker_session.members.present(), step.whom),
        }
        path, fields = ACTS[step.does]
        answer = person.does(
            path.format(**words),
            **{name: text.format(**words) for name, text in fields.items()},
        )
        if words["card"] != card and "{card}" in fields.values():
            self.other_cards_laid += answer.status_code == 204

    def _hear(self) -> None:
        for person, frames in self.ears.hear().items():
            person.client.received.extend(frames)

    def _look_at_everything(self) -> None:
        for person in [*self.people, self.stranger]:
            for look in LOOKS:
                person.client.get(f"/s/{person.session_id}/{look}")
            person.client.get("/")
        self._hear()

    def _looked_at_by_the_admin(self) -> list[bytes]:
        if not self.plan.admin_looks:
            return []
        client = admin_client()
        addresses = crafted_addresses(PokerSession.objects.get().deck.cards[1])
        for look in self.plan.admin_looks:
            client.get(addresses[look % len(addresses)])
        return client.received


def differences(plan: Plan, provider: str = "memory") -> dict[str, str]:
    """Who can tell the two playings apart, and by what. {} is what must be.

    Raises:
        NothingHidden: no card differs, so that no leak could be seen.
    """
    first = Playing(plan, provider=provider).play()
    revealed = VotingRound.objects.filter(status=VotingRound.Status.REVEALED)
    second = Playing(
        plan,
        other_cards=True,
        revealed_rounds=set(revealed.values_list("pk", flat=True)),
        provider=provider,
    ).play()
    if not second.other_cards_laid:
        raise NothingHidden
    return {
        who: _first_difference(first.received[who], second.received[who])
        for who in first.received
        if first.received[who] != second.received[who]
    }


def admin_difference(addresses: Sequence[str]) -> str:
    """The first of the admin's pages that tells one hidden card from another, or "".

    The session has been played; what nobody but the database knows is swapped.
    """
    client = admin_client()
    client.get("/admin/")  # brings the CSRF cookie
    hidden = Vote.objects.exclude(voting_round__status=VotingRound.Status.REVEALED)
    votes = list(hidden.select_related("voting_round"))
    assert votes, "there is something to hide"
    cards = [vote.card for vote in votes]
    others = [other_card(vote.voting_round.deck.cards, vote.card) for vote in votes]
    for address in addresses:
        pages = []
        for shown in [cards, others]:
            for vote, card in zip(votes, shown, strict=True):
                Vote.objects.filter(pk=vote.pk).update(card=card)
            with pinned():
                client.get(address)
            pages.append(client.received.pop())
        if pages[0] != pages[1]:
            return f"{address}: {_first_difference(pages[:1], pages[1:])}"
    return ""


def admin_client() -> RecordingClient:
    superuser, _ = User.objects.get_or_create(
        username="admin", is_staff=True, is_superuser=True
    )
    client = RecordingClient()
    client.force_login(superuser)
    return client


def linked_addresses() -> list[str]:
    """Every page of the admin that links lead to, with each filter and order once."""
    client = admin_client()
    waiting, seen = ["/admin/"], {"/admin/"}
    while waiting:
        page = waiting.pop()
        html = client.get(page).content.decode()
        for link in map(unescape, re.findall(r'href="([^"]+)"', html)):
            address = page + link if link.startswith("?") else link
            if address in seen or not _is_looked_at(address):
                continue
            seen.add(address)
            # What a filtered page links to is another filter on top.
            if "?" not in address:
                waiting.append(address)
    return sorted(seen)


def crafted_addresses(card: str) -> list[str]:
    """Lists asked for what no link asks: who laid this card, by every path to one."""
    addresses = []
    for model in our_models():
        address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        queries = [
            {"q": card},
            {"o": "1"},
            {"o": "-2.3"},
            {"o": "3"},
            {"_to_field": "card", "_popup": "1"},
            {"_facets": "True"},
            {"all": ""},
            {"e": "1"},
            *(
                {path + lookup: "1" if lookup == "__isnull" else card}
                for path in paths_to_a_card(model)
                for lookup in LOOKUPS
            ),
        ]
        addresses += [f"{address}?{urlencode(query)}" for query in queries]
    return addresses


def our_models() -> list[type[Model]]:
    return [
        model
        for label in ["poker_sessions", "tasks", "voting"]
        for model in apps.get_app_config(label).get_models()
    ]


def paths_to_a_card(model: type[Model], farthest: int = FARTHEST) -> list[str]:
    """Each way in which a query on ``model`` can ask for a card: "votes__card"."""
    paths = []
    for relation in model._meta.get_fields():
        if isinstance(relation, Field) and relation.name == "card":
            paths.append("card")
        elif relation.is_relation and farthest and relation.related_model:
            paths += [
                f"{relation.name}__{path}"
                for path in paths_to_a_card(relation.related_model, farthest - 1)
            ]
    return paths


def other_card(cards: Sequence[str], card: str) -> str:
    """The deck's next card of as many bytes; where there is none, the card itself."""
    place = cards.index(card)
    after = [*cards[place + 1 :], *cards[:place]]
    return next((c for c in after if len(c.encode()) == len(card.encode())), card)


def empty_the_database() -> None:
    """As a new one is: numbers begin at 1 again, too."""
    tables = connection.introspection.django_table_names(only_existing=True)
    kept = {"django_migrations", "django_content_type", "auth_permission"}
    flush = connection.ops.sql_flush(
        no_style(), [t for t in tables if t not in kept], reset_sequences=True
    )
    connection.ops.execute_sql_flush(flush)


def health_but_for_the_time(health: dict[str, Any]) -> bytes:
    """How long the sending took is another number each time."""
    health["realtime"].pop("seconds", None)
    return json.dumps(health).encode()


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 1, 5, 9, tzinfo=UTC)


@contextmanager
def pinned() -> Iterator[Clock]:
    """Each id, token and time is the same in every playing."""
    clock, numbers = Clock(), random.Random(1)

    class PinnedDatetime(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return clock.now

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("secrets.choice", numbers.choice)
        patch.setattr("secrets.randbelow", numbers.randrange)
        patch.setattr(
            "secrets.token_urlsafe", lambda size: numbers.randbytes(size).hex()[:size]
        )
        # Encrypted events are the same bytes where they are the same events.
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


def _one_of(rows: Any, number: int) -> str:
    ids = list(rows.values_list("pk", flat=True))
    return ids[number % len(ids)] if ids else "none"


def _is_looked_at(address: str) -> bool:
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
