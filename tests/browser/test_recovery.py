"""A browser that missed events reaches the server's state without a reload.

Losses by a restart of the server are in ``test_restart.py``.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import WebSocketRoute

from tests.browser.browser_users import PHONE, BrowserUser
from tests.http_client import HttpUser
from tests.process import crash_server
from tests.serving import Server

SLEEP = timedelta(minutes=10)
CLOCK_IS_OFF_BY = timedelta(minutes=15)
# Messages of the console while there is no network, or a connection breaks.
NO_NETWORK = (
    "ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_|ERR_EMPTY_RESPONSE"
    "|WebSocket connection to|already in CLOSING or CLOSED state"
    # A vote that came too late.
    "|status of 409"
)
NAMES = ["Jonas", "Sofía"]
TITLES = [f"Change {number:02}" for number in range(1, 18)]


@pytest.fixture(scope="module")
def server(request, tmp_path_factory):
    provider = getattr(request, "param", "pusher")
    folder = tmp_path_factory.mktemp(provider)
    with Server(folder, REALTIME_PROVIDER=provider).running() as server:
        yield server


over_each_driver = pytest.mark.parametrize(
    "server", ["pusher", "websocket"], indirect=True
)


@pytest.fixture
def amira(server):
    """The facilitator, without a browser, which is faster."""
    amira = HttpUser("Amira", server.address)
    amira.starts_session()
    amira.starts_quick_vote("Refund part of an order")
    return amira


class Proxy:
    """Forwards a page's WebSockets; the current one can silently stop working."""

    def __init__(self, somebody: BrowserUser) -> None:
        self.count = 0
        self.is_dead = False
        somebody.page.route_web_socket(re.compile(""), self._forward)

    def _forward(self, page: WebSocketRoute) -> None:
        self.count += 1
        # A new connection works.
        self.is_dead = False
        number, server = self.count, page.connect_to_server()

        def forward_to(to: WebSocketRoute) -> Callable[[str | bytes], None]:
            def forward(message: str | bytes) -> None:
                if number == self.count and not self.is_dead:
                    to.send(message)

            return forward

        page.on_message(forward_to(server))
        server.on_message(forward_to(page))


def join(person, amira: HttpUser, name: str, **options) -> BrowserUser:
    somebody = person(name, allowed_errors=NO_NETWORK, **options)
    somebody.joins(amira.session_id)
    somebody.is_live()
    return somebody


@over_each_driver
def test_after_twenty_changes_without_network_all_are_shown_and_a_vote_counts_once(
    person, amira
):
    """The number of missed changes matters, not the time."""
    jonas = join(person, amira, "Jonas")
    sofia = HttpUser("Sofía", amira.address).joins(amira.session_id)
    jonas.sees_people("Amira", "Jonas", "Sofía")
    version = amira.state["version"]

    jonas.context.set_offline(True)
    jonas.is_not_live()
    jonas.presses_card("8")
    jonas.sees("8 was not saved.")
    for title in TITLES:
        amira.adds_task(title)
    sofia.votes("13")
    amira.changes_settings(name="Another name")
    sofia.renames(sofia, "Sofie")
    assert amira.state["version"] == version + 20

    jonas.context.set_offline(False)
    jonas.is_live()
    jonas.sees_saved("8")
    jonas.sees_face("Sofie", "back")
    for title in TITLES:
        jonas.sees_in_queue(title)
    assert amira.state["version"] == version + 21, "it was sent once"
    amira.reveals()
    jonas.sees_card("Jonas", "8")
    assert_equals_a_new_page(jonas)


def test_a_vote_that_comes_too_late_is_refused_with_a_sentence(person, amira):
    jonas = join(person, amira, "Jonas")
    jonas.context.set_offline(True)
    jonas.presses_card("8")
    jonas.sees("8 was not saved.")
    amira.reveals()
    amira.votes_again()

    jonas.context.set_offline(False)
    jonas.is_live()
    jonas.sees(re.compile("Your card 8 came too late"))
    assert amira.round["votedUserIds"] == []


def test_two_tabs_and_a_phone_of_one_member_show_the_same_card(person, amira):
    jonas = join(person, amira, "Jonas")
    tab = jonas.opens_another_tab()
    phone = person("Jonas", allowed_errors=NO_NETWORK, **PHONE)
    phone.context.add_cookies(jonas.context.cookies())
    phone.opens(amira.room)
    phone.is_live()
    assert len(amira.state["members"]) == 2
    for voter, card, others in [
        (jonas, "5", [tab, phone]),
        (phone, "8", [jonas, tab]),
        (tab, "13", [jonas, phone]),
    ]:
        voter.votes(card)
        for other in others:
            chosen = other.cards.get_by_role("button", name=card, exact=True)
            chosen.and_(other.page.locator("[aria-pressed=true]")).wait_for()
    tab.page.close()
    amira.reveals()
    votes = amira.round["votes"]
    assert [vote["storyPoints"] for vote in votes] == ["13"]
    for each in [jonas, phone]:
        each.sees_card("Jonas", "13")


@over_each_driver
def test_a_laptop_that_slept_for_ten_minutes_catches_up(person, amira):
    jonas = person("Jonas", allowed_errors=NO_NETWORK)
    proxy = Proxy(jonas)
    jonas.page.clock.install()
    jonas.joins(amira.session_id)
    jonas.is_live()
    jonas.votes("5")

    # No timer of the page runs, and nothing reaches it, as with the lid closed.
    now_ms = jonas.page.evaluate("Date.now()")
    jonas.page.clock.pause_at(datetime.fromtimestamp(now_ms / 1_000 + 1, tz=UTC))
    proxy.is_dead = True
    amira.reveals()
    amira.finalizes("8")
    amira.starts_quick_vote("Added during the sleep")
    jonas.page.clock.fast_forward(int(SLEEP.total_seconds() * 1_000))
    jonas.page.clock.resume()

    jonas.sees_current_task("Added during the sleep")
    jonas.sees_estimate("Refund part of an order", "8")
    jonas.votes("3")
    assert proxy.count == 2, "there is a new connection"
    amira.adds_task("Added afterwards")
    jonas.sees_in_queue("Added afterwards")
    assert_equals_a_new_page(jonas)


@pytest.mark.parametrize("off", [CLOCK_IS_OFF_BY, -CLOCK_IS_OFF_BY])
def test_a_clock_that_is_off_by_a_quarter_of_an_hour_does_no_harm(person, amira, off):
    jonas = person("Jonas", allowed_errors=NO_NETWORK)
    jonas.page.clock.install(time=datetime.now(UTC) + off)
    jonas.joins(amira.session_id)
    jonas.is_live()
    jonas.votes("5")
    jonas.context.set_offline(True)
    jonas.is_not_live()
    jonas.context.set_offline(False)
    jonas.is_live()
    amira.reveals()
    jonas.sees_card("Jonas", "5")
    assert_equals_a_new_page(jonas)


def test_a_vote_that_a_killed_process_committed_is_on_every_screen(browser, tmp_path):
    server = Server(tmp_path, **crash_server.environment(tmp_path / "crashed"))
    server.start()
    amira = HttpUser("Amira", server.address)
    amira.starts_session()
    jonas, sofia = (BrowserUser(name, browser, server.address) for name in NAMES)
    for each in [jonas, sofia]:
        each.joins(amira.session_id).is_live()
    amira.starts_quick_vote()
    version = amira.state["version"]
    jonas.presses_card("8")
    for each in [jonas, sofia]:
        each.is_not_live()
    server.kill()  # it only collects the exit status
    server.start()

    for each in [jonas, sofia]:
        each.is_live()
        each.sees_face("Jonas", "back")
    jonas.sees_saved("8")
    assert amira.state["version"] == version + 1, "it counted once"
    amira.reveals()
    for each in [jonas, sofia]:
        each.sees_card("Jonas", "8")
        each.close_and_check(NO_NETWORK)
    assert server.stop() == 0


def assert_equals_a_new_page(somebody: BrowserUser) -> None:
    """In all of its text, except in presence.

    Amira has no browser and is present for some seconds only.
    """
    fresh = somebody.opens_another_tab()
    texts = [each.page.locator("main").inner_text() for each in [somebody, fresh]]
    one, other = (re.sub("\n(away|offline)\n", "\n", text) for text in texts)
    assert one == other
    fresh.page.close()
