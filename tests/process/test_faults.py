"""A provider that fails in any way neither loses nor delays a vote.

The server is a real process, the provider a fake one. A browser that receives only the
provider's events reaches the server's state nevertheless: a ``refetch`` replaces lost
events.
"""

import re
from typing import Any

import pytest
import requests

from tests.http_client import HttpUser, start_round
from tests.process.fake_servers import FAULTS, SECRET, SMALL_FAULTS, FakeProvider
from tests.realtime.server.running import PATIENCE_SECONDS, wait_until
from tests.serving import Server

pytestmark = pytest.mark.process

CARDS = ["1", "2", "3", "5", "8", "13"]


@pytest.fixture(scope="module")
def provider():
    with FakeProvider() as provider:
        yield provider


@pytest.fixture(scope="module")
def server(tmp_path_factory, provider):
    server = Server(
        tmp_path_factory.mktemp("faults"),
        **provider.environment,
        DJANGO_SETTINGS_MODULE="tests.process.short_timeouts",
    )
    server.start()
    yield server
    assert server.stop() == 0
    assert_no_secret_in(server)


class Screen:
    """The version that a browser reaches by the provider's events alone.

    It begins with the state, applies the event with the next version, and fetches the
    state on a ``refetch``.
    """

    def __init__(self, provider: FakeProvider, person: HttpUser) -> None:
        self.provider = provider
        self.person = person
        self.version: int = person.state["version"]
        self.refetches = 0
        self._read = len(self._published())

    def is_up_to_date(self) -> bool:
        events = self._published()[self._read :]
        self._read += len(events)
        for event in events:
            if event.name == "refetch":
                assert event.data == {}
                self.refetches += 1
                self.version = self.person.state["version"]
            elif event.data["version"] == self.version + 1:
                self.version += 1
        return self.version == self.person.state["version"]

    def _published(self):
        return self.provider.published_on(f"private-{self.person.channel}")


class Room:
    """Amira's session: a round is open, Jonas votes. The provider works."""

    def __init__(self, server: Server, provider: FakeProvider) -> None:
        self.provider = provider
        self.amira, self.jonas, _ = start_round(server.address)
        version = self.amira.state["version"]
        wait_until(lambda: version in self.published_versions())
        self.screen = Screen(provider, self.amira)

    def vote(self, card: str) -> None:
        """Answered with 204, and saved."""
        before = self.amira.state["version"]
        self.jonas.votes(card)
        assert (self.jonas.vote, self.jonas.state["version"]) == (card, before + 1)

    def published_versions(self) -> list[int]:
        events = self.provider.published_on(f"private-{self.amira.channel}")
        return [event.data["version"] for event in events if event.name != "refetch"]

    def reveal(self) -> list[str]:
        self.amira.reveals()
        return self.amira.revealed_cards


@pytest.fixture
def room(server, provider):
    """Created once the events that were lost before have been replaced."""
    provider.recover()
    wait_until(lambda: realtime_health(server)["circuit"] == "closed")
    return Room(server, provider)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_failing_provider_loses_no_vote_and_its_events_are_replaced(
    room, provider, fault
):
    FAULTS[fault](provider)
    for card in CARDS:
        room.vote(card)
    provider.recover()

    wait_until(room.screen.is_up_to_date)
    assert room.screen.refetches <= 1
    versions = room.published_versions()
    assert versions == sorted(set(versions)), "in order, and each once"
    assert room.reveal() == [CARDS[-1]]
    wait_until(room.screen.is_up_to_date)


def test_no_vote_waits_for_a_provider_that_hangs(room, provider):
    before = len(provider.requests)
    FAULTS["hangs after connect"](provider)
    for card in CARDS:
        room.vote(card)
    # If the votes waited for it, it would have received a request for each.
    assert len(provider.requests) - before < len(CARDS)


@pytest.mark.parametrize("fault", SMALL_FAULTS)
def test_a_dropped_connection_loses_nothing(room, provider, fault):
    SMALL_FAULTS[fault](provider)
    for card in CARDS:
        room.vote(card)

    wait_until(room.screen.is_up_to_date)
    assert room.screen.refetches == 0
    versions = room.published_versions()
    assert versions == sorted(versions), "in order; browsers ignore a repeated one"


def test_after_an_outage_only_the_rooms_that_lost_events_refetch(server, provider):
    """The provider goes down in the middle of a round, and the round goes on."""
    busy, other, quiet = (Room(server, provider) for _ in range(3))
    provider.refuse_connections()
    for card in CARDS:
        busy.vote(card)
        other.vote(card)
    assert busy.reveal() == [CARDS[-1]]
    busy.amira.finalizes("13")
    wait_until(lambda: realtime_health(server)["circuit"] == "open")
    assert realtime_health(server)["failed"] > 0
    provider.recover()

    for room in [busy, other]:
        wait_until(room.screen.is_up_to_date)
        assert room.screen.refetches == 1
    wait_until(lambda: realtime_health(server)["circuit"] == "closed")
    assert realtime_health(server)["waiting"] == 0
    # From then on events arrive as before.
    other.vote("1")
    quiet.vote("1")
    for room in [other, quiet]:
        wait_until(room.screen.is_up_to_date)
    assert [room.screen.refetches for room in [busy, other, quiet]] == [1, 1, 0]


def test_a_provider_whose_host_is_unknown_loses_no_vote(tmp_path, provider):
    # RFC 2606: there is no name under .invalid.
    elsewhere = {"PUSHER_HOST": "provider.invalid"}
    server = Server(tmp_path, **provider.environment | elsewhere)
    server.start()
    amira, jonas, _ = start_round(server.address)
    for card in CARDS:
        jonas.votes(card)
    amira.reveals()
    assert amira.revealed_cards == ["13"]
    wait_until(lambda: "was not delivered" in server.log.read_text())
    assert server.stop() == 0
    assert_no_secret_in(server)


def realtime_health(server: Server) -> dict[str, Any]:
    """A provider that is down does not fail the health check."""
    answer = requests.get(f"{server.address}/healthz", timeout=PATIENCE_SECONDS)
    assert answer.status_code == 200
    health: dict[str, Any] = answer.json()["realtime"]
    return health


def assert_no_secret_in(server: Server) -> None:
    log = server.log.read_text()
    for secret in [SECRET, server.environment["SECRET_KEY"]]:
        assert secret not in log
    assert not re.search("auth_signature=[0-9a-f]", log)
