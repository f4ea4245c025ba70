"""Secret until the reveal: nothing that anybody else receives depends on a vote.

The promise is checked as non-interference: a session is run twice, with other hidden
votes; nobody but the voters may be able to tell which run it was.
"""

import json
import logging
from itertools import chain

import pytest
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st

from realtime import RealtimeService
from realtime.server import EmbeddedServer, Response, running_server
from sessions.admin import ReadOnlyAdmin
from sessions.decks import READY_MADE
from sessions.events import PokerEvent
from sessions.models import PokerSession
from sessions.rules import RuleBroken
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
    paths_to_a_card,
)
from voting import report
from voting.actions import cast_vote
from voting.admin import ShowsCard, VoteAdmin, VoteInline
from voting.events import VoteCast
from voting.models import Vote, VotingRound
from voting.room_state import round_data
from voting.rules import NotRevealed

DECKS = [{"deck": slug} for slug in READY_MADE] + [
    {"deck": "custom", "cards": cards}
    for cards in ["1,2,10,20,?", "½,1,é,☕,2", "XS,XL,<b>,&lt;,ab", "'a','b',\"c\""]
]
ENDINGS = [["skips"], ["reveals", "finalizes"], ["reveals", "votes again"], ["reveals"]]

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


def test_no_page_of_the_admin_depends_on_a_hidden_vote(transactional_db):
    Run(SCENARIO).run()
    linked = linked_addresses()
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


@pytest.mark.parametrize(
    ("model", "path"),
    [
        (Vote, "card"),
        (VotingRound, "votes__card"),
        (Vote, "voting_round__votes__card"),
        (PokerSession, "members__votes__card"),
        (PokerSession, "tasks__rounds__votes__card"),
    ],
)
def test_each_query_path_to_a_card_is_tried(model, path):
    assert path in paths_to_a_card(model)


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
    def data(voting_round):
        voters = voting_round.votes.order_by("card").values_list("member", flat=True)
        return {**round_data(voting_round), "votedUserIds": list(voters)}

    monkeypatch.setattr("voting.room_state.round_data", data)


def the_etag_is_made_of_the_cards(monkeypatch):
    def etag(*_):
        return f'W/"{hash(tuple(cards()))}"'

    monkeypatch.setattr("voting.views.state_etag", etag)


def a_refusal_names_the_cards(monkeypatch):
    def init(broken):
        RuleBroken.__init__(broken, f"Hidden: {cards()}.")

    monkeypatch.setattr(NotRevealed, "__init__", init)


def the_report_has_every_round(monkeypatch):
    original = report._round

    def data(voting_round):
        cast = voting_round.votes.all()
        votes = [{"name": vote.member.name, "card": vote.card} for vote in cast]
        return {**original(voting_round), "is_revealed": True, "votes": votes}

    monkeypatch.setattr(report, "_round", data)


def the_card_is_logged(monkeypatch):
    def vote(member, task, card, **more):
        logging.getLogger("voting").warning("%s voted %s.", member, card)
        cast_vote(member, task, card, **more)

    monkeypatch.setattr("voting.views.cast_vote", vote)


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
    ],
)
def test_a_leak_would_be_found(transactional_db, monkeypatch, leak, receiver):
    leak(monkeypatch)
    assert receiver in differences(SCENARIO)


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
    ],
)
def test_a_leak_of_the_admin_would_be_found(
    transactional_db, monkeypatch, place, name, leaky
):
    Run(SCENARIO).run()
    crafted = crafted_addresses(CARD_OF_THE_SKIPPED_ROUND)
    monkeypatch.setattr(place, name, leaky, raising=False)
    addresses = [*linked_addresses(), *crafted]
    assert admin_difference([a for a in addresses if "/voting/vot" in a]) != ""


def cards():
    return list(Vote.objects.order_by("pk").values_list("card", flat=True))
