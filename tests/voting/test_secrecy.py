"""Secret until the reveal: nothing that anybody else receives depends on a card.

The promise of DESIGN.md 1 as non-interference: a session is played twice, with other
hidden cards; whoever did not lay them must not be able to tell which playing it was.
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
from tests.voting.ears import PROVIDERS
from tests.voting.secrecy import (
    ACTS,
    NothingHidden,
    Plan,
    Playing,
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
FATES = [["skips"], ["reveals", "finalizes"], ["reveals", "votes again"], ["reveals"]]

numbers = st.integers(0, 40)
votes = st.builds(
    Step,
    st.sampled_from(["lays a card", "lays a card", "lays a card from a tab"]),
    who=numbers,
    card=numbers,
)
anything = st.builds(
    Step, st.sampled_from([*ACTS, "looks"]), who=numbers, whom=numbers, card=numbers
)
rounds = st.builds(
    lambda task, steps, fate: [Step("starts", whom=task), *steps, *map(Step, fate)],
    task=numbers,
    steps=st.lists(votes | anything, min_size=3, max_size=8),
    fate=st.sampled_from(FATES),
)
plans = st.builds(
    Plan,
    steps=st.builds(
        lambda earlier, last: [*chain(*earlier), Step("starts"), *last],
        st.lists(rounds, max_size=2),
        st.lists(votes | anything, min_size=3, max_size=8),
    ),
    roles=st.lists(
        st.sampled_from(["voter", "voter", "observer"]), min_size=2, max_size=3
    ),
    deck=st.sampled_from(DECKS),
    keepers=st.frozensets(st.integers(0, 2), min_size=1, max_size=2),
    admin_looks=st.lists(st.integers(0, 10_000), min_size=6, max_size=6),
)

# One round was revealed, one skipped and one is open; persons 0 and 1 voted in each.
SCENARIO = Plan(
    [
        Step("starts"),
        Step("lays a card", who=1, card=3),
        Step("reveals"),
        Step("finalizes", card=3),
        Step("starts", whom=1),
        Step("lays a card", who=1, card=7),
        Step("lays a card", who=0, card=4),
        Step("skips"),
        Step("starts", whom=1),
        Step("lays a card", who=0, card=4),
        Step("lays a card", who=1, card=5),
        Step("lays a card", who=1, card=9),
        Step("votes again"),
    ],
    roles=["voter", "voter", "observer"],
)
CARD_OF_THE_SKIPPED_ROUND = "21"


@given(plan=plans, provider=st.sampled_from(sorted(PROVIDERS)))
@settings(
    max_examples=15,
    # A leak is told by the bytes that differ: no need of minutes for a shorter plan.
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_nobody_can_tell_one_hidden_card_from_another(transactional_db, plan, provider):
    try:
        assert differences(plan, provider) == {}
    except NothingHidden:
        reject()


def test_no_page_of_the_admin_tells_one_hidden_card_from_another(transactional_db):
    Playing(SCENARIO).play()
    linked = linked_addresses()
    for page in ["delete/", "change/", "history/", "?status__exact=voting", "?o="]:
        assert any(page in address for address in linked), "links were followed"
    crafted = crafted_addresses(CARD_OF_THE_SKIPPED_ROUND)
    assert admin_difference([*linked, *crafted]) == ""


@pytest.mark.parametrize("provider", PROVIDERS)
def test_over_no_provider_does_anybody_hear_of_a_hidden_card(
    transactional_db, provider
):
    assert differences(SCENARIO, provider) == {}


def test_what_is_compared_are_the_events_themselves(transactional_db):
    received = Playing(SCENARIO, provider="pusher, embedded").play().received
    heard = b"".join(received["person 3"])
    assert heard.count(b'"event":"votes-revealed"') == 1
    assert heard.count(b'"event":"vote"') == 6


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
def test_each_path_to_a_card_is_tried(model, path):
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
        RuleBroken.__init__(broken, f"Face down: {cards()}.")

    monkeypatch.setattr(NotRevealed, "__init__", init)


def the_report_has_every_round(monkeypatch):
    honest = report._round

    def data(voting_round):
        laid = voting_round.votes.all()
        votes = [{"name": vote.member.name, "card": vote.card} for vote in laid]
        return {**honest(voting_round), "is_revealed": True, "votes": votes}

    monkeypatch.setattr(report, "_round", data)


def the_card_is_logged(monkeypatch):
    def vote(member, task, card, **more):
        logging.getLogger("voting").warning("%s laid %s.", member, card)
        cast_vote(member, task, card, **more)

    monkeypatch.setattr("voting.views.cast_vote", vote)


@pytest.mark.parametrize(
    ("leak", "who_sees_it"),
    [
        (the_event_has_the_card, "the room"),
        (a_skipped_round_counts_as_revealed, "person 3"),
        (voters_are_listed_by_their_cards, "person 0"),
        (the_etag_is_made_of_the_cards, "person 3"),
        (a_refusal_names_the_cards, "person 0"),
        (the_report_has_every_round, "person 3"),
        (the_card_is_logged, "the operator"),
    ],
)
def test_a_leak_would_be_seen(transactional_db, monkeypatch, leak, who_sees_it):
    leak(monkeypatch)
    assert who_sees_it in differences(SCENARIO)


def a_public_channel_keeps_the_cards(monkeypatch):
    honest = RealtimeService.broadcast

    def broadcast(service, channel, event):
        honest(service, channel, event)
        told = {"name": "x", "channels": [f"cache-{channel}"], "data": str(cards())}
        body = json.dumps(told).encode()
        path = f"/apps/{running.APP.app_id}/events"
        query = running.signed_query("POST", path, body)
        running_server().call_from_thread("POST", path, query, body)

    monkeypatch.setattr(RealtimeService, "broadcast", broadcast)


def webhooks_and_numbers_have_the_cards(monkeypatch):
    honest, status = RealtimeService.broadcast, EmbeddedServer.status
    told = []

    def broadcast(service, channel, event):
        told[:] = cards()
        running_server()._webhooks.enqueue(
            "vote", {"channel": channel, "cards": [*told]}
        )
        honest(service, channel, event)

    monkeypatch.setattr(RealtimeService, "broadcast", broadcast)
    monkeypatch.setattr(
        EmbeddedServer, "status", lambda server: status(server) | {"cards": str(told)}
    )


def the_health_page_has_the_cards(monkeypatch):
    status = RealtimeService.status
    monkeypatch.setattr(
        RealtimeService, "status", lambda service: {**status(service), "c": cards()}
    )


def the_list_of_channels_has_the_cards(monkeypatch):
    honest = EmbeddedServer.call_from_thread

    def call(server, method, *request):
        answer = honest(server, method, *request)
        leak = str(cards()).encode() if method == "GET" else b""
        return Response(answer.status, answer.body + leak)

    monkeypatch.setattr(EmbeddedServer, "call_from_thread", call)


@pytest.mark.parametrize(
    ("leak", "provider", "who_sees_it"),
    [
        (the_event_has_the_card, "websocket", "person 3"),
        (the_event_has_the_card, "pusher, embedded, encrypted", "person 3"),
        (the_event_has_the_card, "pusher, hosted", "the provider"),
        (the_event_has_the_card, "pusher, hosted, encrypted", "the provider"),
        (the_health_page_has_the_cards, "null", "who asks how it does"),
        (
            webhooks_and_numbers_have_the_cards,
            "pusher, embedded",
            "who is told by webhooks",
        ),
        (
            webhooks_and_numbers_have_the_cards,
            "pusher, embedded",
            "who reads the metrics",
        ),
        (
            the_list_of_channels_has_the_cards,
            "pusher, embedded",
            "who asks for the channels",
        ),
        (a_public_channel_keeps_the_cards, "pusher, embedded", "a stranger"),
        (a_public_channel_keeps_the_cards, "pusher, embedded", "one who comes late"),
    ],
)
def test_a_leak_over_a_provider_would_be_seen(
    transactional_db, monkeypatch, leak, provider, who_sees_it
):
    leak(monkeypatch)
    assert who_sees_it in differences(SCENARIO, provider)


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
def test_a_leak_of_the_admin_would_be_seen(
    transactional_db, monkeypatch, place, name, leaky
):
    Playing(SCENARIO).play()
    crafted = crafted_addresses(CARD_OF_THE_SKIPPED_ROUND)
    monkeypatch.setattr(place, name, leaky, raising=False)
    addresses = [*linked_addresses(), *crafted]
    assert admin_difference([a for a in addresses if "/voting/vot" in a]) != ""


def cards():
    return list(Vote.objects.order_by("pk").values_list("card", flat=True))
