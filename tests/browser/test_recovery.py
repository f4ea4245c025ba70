"""Whatever a browser missed, it ends with the server's state, and without a reload.

What is lost with the server itself is in ``test_restart.py``.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import WebSocketRoute

from tests.browser.people import PHONE, Person
from tests.guests import Guest
from tests.process import dying
from tests.serving import Server

SLEEP = timedelta(minutes=10)
CLOCK_IS_OFF_BY = timedelta(minutes=15)
# What a browser says while it has no network, or its connection breaks.
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
    server = Server(tmp_path_factory.mktemp(provider), REALTIME_PROVIDER=provider)
    server.start()
    yield server
    assert server.stop() == 0
    assert server.complaints == []


over_each_driver = pytest.mark.parametrize(
    "server", ["pusher", "websocket"], indirect=True
)


@pytest.fixture
def amira(server):
    """Without a browser of her own: quick, and nothing makes her wait."""
    amira = Guest("Amira", server.address)
    amira.starts("Payments refinement")
    amira.does("quick-vote/", title="Refund part of an order")
    return amira


class Line:
    """Somebody's live connections; the one she has can be dead without her knowing."""

    def __init__(self, somebody: Person) -> None:
        self.count = 0
        self.is_dead = False
        somebody.page.route_web_socket(re.compile(""), self._carry)

    def _carry(self, page: WebSocketRoute) -> None:
        self.count += 1
        # Whoever connects anew has a good line.
        self.is_dead = False
        number, server = self.count, page.connect_to_server()

        def carried(to: WebSocketRoute) -> Callable[[str | bytes], None]:
            def carry(message: str | bytes) -> None:
                if number == self.count and not self.is_dead:
                    to.send(message)

            return carry

        page.on_message(carried(server))
        server.on_message(carried(page))


def comes_in(person, amira: Guest, name: str, **options) -> Person:
    somebody = person(name, may_complain_of=NO_NETWORK, **options)
    somebody.joins(amira.address + amira.room)
    somebody.is_live()
    return somebody


def open_another_tab(somebody: Person, room: str) -> Person:
    """Another tab of the same browser; nothing of it is watched."""
    tab = object.__new__(Person)
    tab.__dict__ |= somebody.__dict__
    tab.page = somebody.context.new_page()
    tab.opens(room)
    tab.is_live()
    return tab


def task_of(amira: Guest) -> str:
    return f"tasks/{amira.state()['round']['taskId']}/"


@over_each_driver
def test_without_network_for_twenty_changes_it_catches_up_and_its_vote_counts_once(
    person, amira
):
    """However long it lasts: what is missed is measured in changes, not in seconds."""
    jonas = comes_in(person, amira, "Jonas")
    sofia = Guest("Sofía", amira.address).joins(amira.room)
    jonas.sees_people("Amira", "Jonas", "Sofía")
    version = amira.state()["version"]

    jonas.context.set_offline(True)
    jonas.is_not_live()
    jonas.hand.get_by_role("button", name="8", exact=True).click()
    jonas.sees("8 was not saved.")
    for title in TITLES:
        amira.does("tasks/", title=title)
    sofia.does(f"{task_of(amira)}vote/", card="13")
    amira.does("settings/", name="Another name")
    sofia.does(f"members/{sofia.user_id()}/rename/", display_name="Sofie")
    assert amira.state()["version"] == version + 20

    jonas.context.set_offline(False)
    jonas.is_live()
    jonas.sees("8 is saved, face down.")
    jonas.sees_face("Sofie", "back")
    for title in TITLES:
        jonas.has_in_queue(title)
    assert amira.state()["version"] == version + 21, "it was sent once"
    amira.does(f"{task_of(amira)}reveal/")
    jonas.sees_card("Jonas", "8")
    assert_equals_a_new_page(jonas, amira)


def test_a_vote_that_comes_too_late_is_refused_with_a_sentence(person, amira):
    jonas = comes_in(person, amira, "Jonas")
    jonas.context.set_offline(True)
    jonas.hand.get_by_role("button", name="8", exact=True).click()
    jonas.sees("8 was not saved.")
    amira.does(f"{task_of(amira)}reveal/")
    amira.does(f"{task_of(amira)}revote/")

    jonas.context.set_offline(False)
    jonas.is_live()
    jonas.sees(re.compile("Your card 8 came too late"))
    assert amira.state()["round"]["votedUserIds"] == []


def test_two_tabs_and_a_phone_of_one_member_show_the_same_card(person, amira):
    jonas = comes_in(person, amira, "Jonas")
    tab = open_another_tab(jonas, amira.room)
    phone = person("Jonas", may_complain_of=NO_NETWORK, **PHONE)
    phone.context.add_cookies(jonas.context.cookies())
    phone.opens(amira.room)
    phone.is_live()
    assert len(amira.state()["members"]) == 2
    for lays, card, others in [
        (jonas, "5", [tab, phone]),
        (phone, "8", [jonas, tab]),
        (tab, "13", [jonas, phone]),
    ]:
        lays.lays(card)
        for other in others:
            chosen = other.hand.get_by_role("button", name=card, exact=True)
            chosen.and_(other.page.locator("[aria-pressed=true]")).wait_for()
    tab.page.close()
    amira.does(f"{task_of(amira)}reveal/")
    votes = amira.state()["round"]["votes"]
    assert [vote["storyPoints"] for vote in votes] == ["13"]
    for each in [jonas, phone]:
        each.sees_card("Jonas", "13")


@over_each_driver
def test_a_laptop_that_slept_for_ten_minutes_is_up_to_date_when_it_wakes(person, amira):
    jonas = person("Jonas", may_complain_of=NO_NETWORK)
    line = Line(jonas)
    jonas.page.clock.install()
    jonas.joins(amira.address + amira.room)
    jonas.is_live()
    jonas.lays("5")

    # No timer of the page runs, and nothing reaches it, as with the lid closed.
    now_ms = jonas.page.evaluate("Date.now()")
    jonas.page.clock.pause_at(datetime.fromtimestamp(now_ms / 1_000 + 1, tz=UTC))
    line.is_dead = True
    amira.does(f"{task_of(amira)}reveal/")
    amira.does(f"{task_of(amira)}finalize/", story_points="8")
    amira.does("quick-vote/", title="What came then")
    jonas.page.clock.fast_forward(int(SLEEP.total_seconds() * 1_000))
    jonas.page.clock.resume()

    jonas.has_in_hand("What came then")
    jonas.sees_estimate("Refund part of an order", "8")
    jonas.lays("3")
    assert line.count == 2, "it has a new connection"
    amira.does("tasks/", title="What comes now")
    jonas.has_in_queue("What comes now")
    assert_equals_a_new_page(jonas, amira)


@pytest.mark.parametrize("off", [CLOCK_IS_OFF_BY, -CLOCK_IS_OFF_BY])
def test_a_clock_that_is_off_by_a_quarter_of_an_hour_hinders_nobody(person, amira, off):
    jonas = person("Jonas", may_complain_of=NO_NETWORK)
    jonas.page.clock.install(time=datetime.now(UTC) + off)
    jonas.joins(amira.address + amira.room)
    jonas.is_live()
    jonas.lays("5")
    jonas.context.set_offline(True)
    jonas.is_not_live()
    jonas.context.set_offline(False)
    jonas.is_live()
    amira.does(f"{task_of(amira)}reveal/")
    jonas.sees_card("Jonas", "5")
    assert_equals_a_new_page(jonas, amira)


def test_a_vote_committed_by_a_process_that_died_then_is_on_every_screen(
    browser, tmp_path
):
    server = Server(tmp_path, **dying.environment(tmp_path / "died"))
    server.start()
    amira = Guest("Amira", server.address)
    amira.starts("Payments refinement")
    jonas, sofia = (Person(name, browser, server.address) for name in NAMES)
    for each in [jonas, sofia]:
        each.joins(amira.address + amira.room).is_live()
    amira.does("quick-vote/")
    version = amira.state()["version"]
    jonas.hand.get_by_role("button", name="8", exact=True).click()
    for each in [jonas, sofia]:
        each.is_not_live()
    server.kill()  # nothing is left of it but its exit status
    server.start()

    for each in [jonas, sofia]:
        each.is_live()
        each.sees_face("Jonas", "back")
    jonas.sees("8 is saved, face down.")
    assert amira.state()["version"] == version + 1, "it counted once"
    amira.does(f"{task_of(amira)}reveal/")
    for each in [jonas, sofia]:
        each.sees_card("Jonas", "8")
        each.went_well(NO_NETWORK)
    assert server.stop() == 0


def assert_equals_a_new_page(somebody: Person, amira: Guest) -> None:
    """All of its text, which a page just loaded has from the server.

    But for who is here: Amira has no browser, so that is a question of seconds.
    """
    fresh = open_another_tab(somebody, amira.room)
    texts = [each.page.locator("main").inner_text() for each in [somebody, fresh]]
    one, other = (re.sub("\n(away|offline)\n", "\n", text) for text in texts)
    assert one == other
    fresh.page.close()
