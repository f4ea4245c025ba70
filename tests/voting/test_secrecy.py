"""Secret until the reveal: nothing that anybody else receives depends on a vote.

The promise is checked as non-interference: a session is run twice, with other hidden
votes; nobody but the voters may be able to tell which run it was.
"""

import json
import logging
import re
from dataclasses import replace
from itertools import chain

import pytest
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st

from realtime import RealtimeService
from realtime.server import EmbeddedServer, Response, running_server
from sessions.admin import MemberAdmin, ReadOnlyAdmin
from sessions.contract import PokerEvent
from sessions.decks import READY_MADE
from sessions.models import MemberIdentity, PokerSession
from tests.realtime.server import running
from tests.voting.recorders import PROVIDERS
from tests.voting.secrecy import (
    ACTS,
    NothingHiddenError,
    Plan,
    Run,
    Step,
    admin_difference,
    crafted_addresses,
    differences,
    linked_addresses,
    paths_to_a_secret,
)
from voting import report
from voting.admin import ShowsCard, VoteAdmin, VoteInline
from voting.events import VoteCast
from voting.forms import VoteForm
from voting.models import Vote, VotingRound
from voting.room_state import whole_task_data
from voting.rules import NotRevealed
from voting.visibility import Visibility
from web.rules import RuleBroken

DECKS = [{"deck": slug} for slug in READY_MADE] + [
    {"deck": "custom", "cards": cards}
    for cards in ["1,2,10,20,?", "½,1,é,☕,2", "XS,XL,<b>,&lt;,ab", "'a','b',\"c\""]
]
ENDINGS = [
    ["skips"],
    ["ends", "reopens"],
    ["reveals", "finalizes"],
    ["reveals", "votes again"],
    ["reveals"],
]

numbers = st.integers(0, 40)
votes = st.builds(
    Step,
    st.sampled_from(["votes", "votes", "votes from a tab"]),
    who=numbers,
    card=numbers,
)
anything = st.builds(
    Step,
    st.sampled_from([*ACTS, "reads a page"]),
    who=numbers,
    whom=numbers,
    card=numbers,
)
rounds = st.builds(
    lambda task, steps, ending: [
        Step("starts a vote", whom=task),
        *steps,
        *map(Step, ending),
    ],
    task=numbers,
    steps=st.lists(votes | anything, min_size=3, max_size=8),
    ending=st.sampled_from(ENDINGS),
)
plans = st.builds(
    Plan,
    steps=st.builds(
        lambda earlier, last: [*chain(*earlier), Step("starts a vote"), *last],
        st.lists(rounds, max_size=2),
        st.lists(votes | anything, min_size=3, max_size=8),
    ),
    roles=st.lists(
        st.sampled_from(["voter", "voter", "observer"]), min_size=2, max_size=3
    ),
    deck=st.sampled_from(DECKS),
    swapped=st.frozensets(st.integers(0, 2), min_size=1, max_size=2),
    admin_pages=st.lists(st.integers(0, 10_000), min_size=6, max_size=6),
)

# One round was revealed, one skipped and one is open; persons 0 and 1 voted in each.
SCENARIO = Plan(
    [
        Step("starts a vote"),
        Step("votes", who=1, card=3),
        Step("reveals"),
        Step("finalizes", card=3),
        Step("starts a vote", whom=1),
        Step("votes", who=1, card=7),
        Step("votes", who=0, card=4),
        Step("skips"),
        Step("starts a vote", whom=1),
        Step("votes", who=0, card=4),
        Step("votes", who=1, card=5),
        Step("votes", who=1, card=9),
        Step("votes again"),
    ],
    roles=["voter", "voter", "observer"],
)
CARD_OF_THE_SKIPPED_ROUND = "21"


@given(plan=plans, provider=st.sampled_from(sorted(PROVIDERS)))
@settings(
    max_examples=15,
    # The differing bytes show a leak well enough without a shorter plan.
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_nobody_receives_anything_that_depends_on_a_hidden_vote(
    transactional_db, plan, provider
):
    try:
        assert differences(plan, provider) == {}
    except NothingHiddenError:
        reject()


def test_no_page_of_the_admin_depends_on_a_secret(transactional_db):
    Run(SCENARIO).run()
    linked = linked_addresses()
    journal = [each for each in linked if "/journalentry/" in each]
    assert len(journal) > 10, "each entry of the journal has a page"
    for page in ["delete/", "change/", "history/", "?status__exact=voting", "?o="]:
        assert any(page in address for address in linked), "links were followed"
    crafted = crafted_addresses(CARD_OF_THE_SKIPPED_ROUND)
    assert admin_difference([*linked, *crafted]) == ""


@pytest.mark.parametrize("provider", PROVIDERS)
def test_over_no_provider_an_event_depends_on_a_hidden_vote(transactional_db, provider):
    assert differences(SCENARIO, provider) == {}


def test_the_events_are_among_what_is_compared(transactional_db):
    received = Run(SCENARIO, provider="pusher, embedded").run().received
    frames = b"".join(received["person 3"])
    assert frames.count(b'"event":"votes-revealed"') == 1
    assert frames.count(b'"event":"vote"') == 6


def test_the_details_of_a_task_are_among_what_is_compared(transactional_db):
    received = Run(SCENARIO).run().received["person 3"]
    details = [each for each in received if re.match(rb"GET /s/\w+/tasks/\w+/\n", each)]
    assert [each.splitlines()[1] for each in details] == [b"200", b"200"]
    assert b'"votes": [{"userId"' in details[0], "it was revealed"


@pytest.mark.parametrize(
    ("model", "path"),
    [
        (Vote, "card"),
        (VotingRound, "votes__card"),
        (Vote, "voting_round__votes__card"),
        (PokerSession, "members__votes__card"),
        (PokerSession, "tasks__rounds__votes__card"),
        (MemberIdentity, "fingerprint"),
        (Vote, "member__identities__fingerprint"),
    ],
)
def test_each_query_path_to_a_secret_is_tried(model, path):
    assert path in paths_to_a_secret(model)


def the_event_has_the_card(monkeypatch):
    def data(event):
        vote = Vote.objects.filter(member=event.user_id).last()
        return {**PokerEvent.data.fget(event), "storyPoints": vote and vote.card}

    monkeypatch.setattr(VoteCast, "data", property(data))


def a_skipped_round_counts_as_revealed(monkeypatch):
    monkeypatch.setattr(
        VotingRound, "is_revealed", property(lambda self: not self.is_open)
    )


def voters_are_listed_by_their_cards(monkeypatch):
    original = Visibility.for_room

    def for_room(visibility):
        voters = sorted(visibility._cards, key=visibility._cards.__getitem__)
        return replace(original(visibility), voted_user_ids=tuple(voters))

    monkeypatch.setattr(Visibility, "for_room", for_room)


def everybody_gets_the_first_card_as_their_own(monkeypatch):
    def for_member(visibility, user_id):
        return next(iter(visibility._cards.values()), None)

    monkeypatch.setattr(Visibility, "for_member", for_member)


def the_details_of_a_task_have_every_round(monkeypatch):
    def details(task):
        votes = Vote.objects.filter(voting_round__task=task)
        return {**whole_task_data(task), "cards": list(votes.values_list("card"))}

    monkeypatch.setattr("voting.views.whole_task_data", details)


def the_etag_is_made_of_the_cards(monkeypatch):
    def etag(*_):
        return f'W/"{hash(tuple(cards()))}"'

    monkeypatch.setattr("voting.views.state_etag", etag)


def a_refusal_names_the_cards(monkeypatch):
    def init(broken):
        RuleBroken.__init__(broken, hidden=str(cards()))

    monkeypatch.setattr(NotRevealed, "__init__", init)


def the_report_has_every_round(monkeypatch):
    original = report._round

    def data(visibility, names):
        votes = [
            {"name": names[user_id], "card": card}
            for user_id, card in visibility._cards.items()
        ]
        return {**original(visibility, names), "is_revealed": True, "votes": votes}

    monkeypatch.setattr(report, "_round", data)


def the_card_is_logged(monkeypatch):
    original = VoteForm.checked

    def checked(form):
        logging.getLogger("voting").warning("Somebody votes %s.", form.data.get("card"))
        return original(form)

    monkeypatch.setattr(VoteForm, "checked", checked)


def the_journal_has_the_cards(monkeypatch):
    original = PokerSession.note

    def note(poker_session, what, *, by, about=("", "")):
        original(poker_session, what, by=by, about=(about[0], str(cards())))

    monkeypatch.setattr(PokerSession, "note", note)


@pytest.mark.parametrize(
    ("leak", "receiver"),
    [
        (the_event_has_the_card, "the room"),
        (a_skipped_round_counts_as_revealed, "person 3"),
        (voters_are_listed_by_their_cards, "person 0"),
        (the_etag_is_made_of_the_cards, "person 3"),
        (a_refusal_names_the_cards, "person 0"),
        (the_report_has_every_round, "person 3"),
        (the_card_is_logged, "the log"),
        (everybody_gets_the_first_card_as_their_own, "person 3"),
        (the_details_of_a_task_have_every_round, "person 3"),
        (the_journal_has_the_cards, "the admin"),
    ],
)
def test_a_leak_would_be_found(transactional_db, monkeypatch, leak, receiver):
    leak(monkeypatch)
    assert receiver in differences(replace(SCENARIO, admin_pages=[0]))


def a_public_channel_caches_the_cards(monkeypatch):
    original = RealtimeService.broadcast

    def broadcast(service, channel, event):
        original(service, channel, event)
        leak = {"name": "x", "channels": [f"cache-{channel}"], "data": str(cards())}
        body = json.dumps(leak).encode()
        path = f"/apps/{running.APP.app_id}/events"
        query = running.signed_query("POST", path, body)
        running_server().call_from_thread("POST", path, query, body)

    monkeypatch.setattr(RealtimeService, "broadcast", broadcast)


def webhooks_and_numbers_have_the_cards(monkeypatch):
    original, status = RealtimeService.broadcast, EmbeddedServer.status
    leaked = []

    def broadcast(service, channel, event):
        leaked[:] = cards()
        running_server()._webhooks.enqueue(
            "vote", {"channel": channel, "cards": [*leaked]}
        )
        original(service, channel, event)

    monkeypatch.setattr(RealtimeService, "broadcast", broadcast)
    monkeypatch.setattr(
        EmbeddedServer, "status", lambda server: status(server) | {"cards": str(leaked)}
    )


def the_health_page_has_the_cards(monkeypatch):
    status = RealtimeService.status
    monkeypatch.setattr(
        RealtimeService, "status", lambda service: {**status(service), "c": cards()}
    )


def the_list_of_channels_has_the_cards(monkeypatch):
    original = EmbeddedServer.call_from_thread

    def call(server, method, *request):
        answer = original(server, method, *request)
        leak = str(cards()).encode() if method == "GET" else b""
        return Response(answer.status, answer.body + leak)

    monkeypatch.setattr(EmbeddedServer, "call_from_thread", call)


@pytest.mark.parametrize(
    ("leak", "provider", "receiver"),
    [
        (the_event_has_the_card, "websocket", "person 3"),
        (the_event_has_the_card, "pusher, embedded, encrypted", "person 3"),
        (the_event_has_the_card, "pusher, hosted", "the provider"),
        (the_event_has_the_card, "pusher, hosted, encrypted", "the provider"),
        (the_health_page_has_the_cards, "null", "the health check"),
        (
            webhooks_and_numbers_have_the_cards,
            "pusher, embedded",
            "the webhooks",
        ),
        (
            webhooks_and_numbers_have_the_cards,
            "pusher, embedded",
            "the metrics",
        ),
        (
            the_list_of_channels_has_the_cards,
            "pusher, embedded",
            "the channel queries",
        ),
        (a_public_channel_caches_the_cards, "pusher, embedded", "a stranger"),
        (a_public_channel_caches_the_cards, "pusher, embedded", "a late client"),
    ],
)
def test_a_leak_over_a_provider_would_be_found(
    transactional_db, monkeypatch, leak, provider, receiver
):
    leak(monkeypatch)
    assert receiver in differences(SCENARIO, provider)


@pytest.mark.parametrize(
    ("place", "name", "leaky"),
    [
        (VoteAdmin, "list_display", ["member", "card"]),
        (VoteInline, "fields", ["card"]),
        (VoteAdmin, "search_fields", ["card"]),
        (VoteAdmin, "list_filter", ["card"]),
        (VoteAdmin, "ordering", ["card"]),
        (ShowsCard.shown_card, "admin_order_field", "card"),
        (ReadOnlyAdmin, "lookup_allowed", lambda self, lookup, value, request: True),
        (Vote, "__str__", lambda vote: vote.card),
        (MemberAdmin, "search_fields", ["identities__fingerprint"]),
    ],
)
def test_a_leak_of_the_admin_would_be_found(
    transactional_db, monkeypatch, place, name, leaky
):
    Run(SCENARIO).run()
    crafted = crafted_addresses(CARD_OF_THE_SKIPPED_ROUND)
    monkeypatch.setattr(place, name, leaky, raising=False)
    addresses = [*linked_addresses(), *crafted]
    shown = re.compile("/voting/vot|/member/")
    assert admin_difference(list(filter(shown.search, addresses))) != ""


def cards():
    return list(Vote.objects.order_by("pk").values_list("card", flat=True))
