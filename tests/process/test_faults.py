"""A provider that misbehaves in every way costs nobody a vote, and nobody a moment.

The product as it is run, and beside it a provider that speaks the protocol until it is
told not to. Whoever hears only the provider ends with the server's state all the same:
what was lost is made up for by a ``refetch``.
"""

import re
from typing import Any

import pytest
import requests

from tests.guests import Guest
from tests.process.misbehaving import FAULTS, SECRET, SMALL_FAULTS, Provider
from tests.realtime.server.running import PATIENCE_SECONDS, wait_until
from tests.serving import Server

pytestmark = pytest.mark.process

CARDS = ["1", "2", "3", "5", "8", "13"]


@pytest.fixture(scope="module")
def provider():
    with Provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def server(tmp_path_factory, provider):
    server = Server(
        tmp_path_factory.mktemp("faults"),
        **provider.environment,
        DJANGO_SETTINGS_MODULE="tests.process.impatient",
    )
    server.start()
    yield server
    assert server.stop() == 0
    assert_no_secret_in(server)


class Screen:
    """What a browser knows that hears nothing but the provider.

    It begins with the state, applies the event with the next version, and asks for the
    state on a ``refetch``.
    """

    def __init__(self, provider: Provider, guest: Guest) -> None:
        self.provider = provider
        self.guest = guest
        self.version: int = guest.state()["version"]
        self.refetches = 0
        self._heard = len(self._told())

    def is_up_to_date(self) -> bool:
        told = self._told()[self._heard :]
        self._heard += len(told)
        for each in told:
            if each.name == "refetch":
                assert each.data == {}
                self.refetches += 1
                self.version = self.guest.state()["version"]
            elif each.data["version"] == self.version + 1:
                self.version += 1
        return self.version == self.guest.state()["version"]

    def _told(self):
        channel = f"private-planning-poker-{self.guest.room.split('/')[2]}"
        return self.provider.told_on(channel)


class Room:
    """Amira's session: a round is open, Jonas votes. The provider is well."""

    def __init__(self, server: Server, provider: Provider) -> None:
        self.provider = provider
        self.amira = Guest("Amira", server.address)
        self.amira.starts("Payments refinement")
        self.jonas = Guest("Jonas", server.address).joins(self.amira.room)
        self.amira.does("quick-vote/")
        self.task = f"tasks/{self.amira.state()['round']['taskId']}/"
        self.channel = f"private-planning-poker-{self.amira.room.split('/')[2]}"
        version = self.amira.state()["version"]
        wait_until(lambda: version in self.versions_told())
        self.screen = Screen(provider, self.amira)

    def vote(self, card: str) -> None:
        """Answered with 204, and saved."""
        before = self.amira.state()["version"]
        self.jonas.does(f"{self.task}vote/", card=card)
        state = self.jonas.state()
        assert (state["me"]["vote"], state["version"]) == (card, before + 1)

    def versions_told(self) -> list[int]:
        told = self.provider.told_on(self.channel)
        return [each.data["version"] for each in told if each.name != "refetch"]

    def reveals(self) -> list[str]:
        self.amira.does(f"{self.task}reveal/")
        return [vote["storyPoints"] for vote in self.amira.state()["round"]["votes"]]


@pytest.fixture
def room(server, provider):
    """Begun when all that was lost before has been made up for."""
    provider.is_well()
    wait_until(lambda: realtime_health(server)["circuit"] == "closed")
    return Room(server, provider)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_provider_that_fails_costs_no_vote_and_is_made_up_for(room, provider, fault):
    FAULTS[fault](provider)
    for card in CARDS:
        room.vote(card)
    provider.is_well()

    wait_until(room.screen.is_up_to_date)
    assert room.screen.refetches <= 1
    versions = room.versions_told()
    assert versions == sorted(set(versions)), "in order, and none twice"
    assert room.reveals() == [CARDS[-1]]
    wait_until(room.screen.is_up_to_date)


def test_no_vote_waits_for_a_provider_that_says_nothing(room, provider):
    before = len(provider.asked)
    FAULTS["hangs after connect"](provider)
    for card in CARDS:
        room.vote(card)
    # Had they waited for it, it would have been asked for each before they returned.
    assert len(provider.asked) - before < len(CARDS)


@pytest.mark.parametrize("fault", SMALL_FAULTS)
def test_a_dropped_connection_loses_nothing(room, provider, fault):
    SMALL_FAULTS[fault](provider)
    for card in CARDS:
        room.vote(card)

    wait_until(room.screen.is_up_to_date)
    assert room.screen.refetches == 0
    versions = room.versions_told()
    assert versions == sorted(versions), "in order; one that came twice is known"


def test_after_an_outage_the_rooms_that_lost_events_fetch_and_no_other(
    server, provider
):
    """The provider is lost in the middle of a round, and the round goes on."""
    busy, other, quiet = (Room(server, provider) for _ in range(3))
    provider.refuses()
    for card in CARDS:
        busy.vote(card)
        other.vote(card)
    assert busy.reveals() == [CARDS[-1]]
    busy.amira.does(f"{busy.task}finalize/", story_points="13")
    wait_until(lambda: realtime_health(server)["circuit"] == "open")
    assert realtime_health(server)["failed"] > 0
    provider.is_well()

    for room in [busy, other]:
        wait_until(room.screen.is_up_to_date)
        assert room.screen.refetches == 1
    wait_until(lambda: realtime_health(server)["circuit"] == "closed")
    assert realtime_health(server)["waiting"] == 0
    # From then on events arrive as they always did.
    other.vote("1")
    quiet.vote("1")
    for room in [other, quiet]:
        wait_until(room.screen.is_up_to_date)
    assert [room.screen.refetches for room in [busy, other, quiet]] == [1, 1, 0]


def test_a_provider_whose_name_is_not_known_costs_no_vote(tmp_path, provider):
    # RFC 2606: there is no name under .invalid.
    elsewhere = {"PUSHER_HOST": "provider.invalid"}
    server = Server(tmp_path, **provider.environment | elsewhere)
    server.start()
    amira = Guest("Amira", server.address)
    jonas = Guest("Jonas", server.address).joins(amira.starts("Refinement"))
    amira.does("quick-vote/")
    task = f"tasks/{amira.state()['round']['taskId']}/"
    for card in CARDS:
        jonas.does(f"{task}vote/", card=card)
    amira.does(f"{task}reveal/")
    assert [v["storyPoints"] for v in amira.state()["round"]["votes"]] == ["13"]
    wait_until(lambda: "was not delivered" in server.log.read_text())
    assert server.stop() == 0
    assert_no_secret_in(server)


def realtime_health(server: Server) -> dict[str, Any]:
    """A provider that is down is no reason to restart: the answer is 200."""
    answer = requests.get(f"{server.address}/healthz", timeout=PATIENCE_SECONDS)
    assert answer.status_code == 200
    health: dict[str, Any] = answer.json()["realtime"]
    return health


def assert_no_secret_in(server: Server) -> None:
    log = server.log.read_text()
    for secret in [SECRET, server.environment["SECRET_KEY"]]:
        assert secret not in log
    assert not re.search("auth_signature=[0-9a-f]", log)
