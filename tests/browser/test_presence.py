"""Presence as the other members see it."""

import pytest
from playwright.sync_api import expect

from tests.browser.browser_users import PHONE, BrowserUser
from tests.realtime.server.running import wait_until
from tests.serving import Server

# A headless browser's pages are all visible, whichever is in front.
SET_HIDDEN = """hidden => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def hide(person: BrowserUser) -> None:
    person.page.evaluate(SET_HIDDEN, True)


def show(person: BrowserUser) -> None:
    person.page.evaluate(SET_HIDDEN, False)


@pytest.fixture
def amira(person):
    """The facilitator; a round is open."""
    amira = person("Amira")
    amira.starts_session()
    amira.is_live()
    amira.starts_quick_vote()
    return amira


def sees_as(amira: BrowserUser, name: str, absence: str) -> None:
    expect(amira.seat(name)).to_have_attribute("data-absence", absence)


def test_a_member_whose_pages_are_all_hidden_is_away_and_not_missing(amira, person):
    jonas = person("Jonas").joins(amira.session_id)
    jonas.is_live()
    phone = person("Jonas", storage_state=jonas.context.storage_state(), **PHONE)
    phone.opens(amira.room)
    phone.is_live()
    sees_as(amira, "Jonas", "")
    with jonas.page.expect_response("**/presence/") as answer:
        hide(jonas)
    assert answer.value.status == 204
    sees_as(amira, "Jonas", "")
    amira.sees("Reveal, 2 missing")
    hide(phone)
    sees_as(amira, "Jonas", "away")
    amira.sees("Away: ⁨Jonas⁩.")
    amira.sees("Reveal, 1 missing")
    amira.votes("5")
    amira.sees("Everybody here has voted.")
    show(phone)
    sees_as(amira, "Jonas", "")
    amira.sees("Reveal, 1 missing")


def pages_of(server: Server, name: str) -> int:
    """How many are open, as far as the server knows."""
    command = (
        "from sessions.models import Tab;"
        f"print(Tab.objects.filter(member__name={name!r}).count())"
    )
    return int(server.manage("shell", "--verbosity", "0", "--command", command))


def test_a_member_who_closes_the_last_page_is_offline(amira, person, server):
    jonas = person("Jonas").joins(amira.session_id)
    jonas.is_live()
    sees_as(amira, "Jonas", "")
    wait_until(lambda: pages_of(server, "Jonas") == 1)
    jonas.opens("/")
    sees_as(amira, "Jonas", "offline")
    # The presence channel says so; without one the page itself does.
    wait_until(lambda: pages_of(server, "Jonas") == 0)
    amira.votes("5")
    amira.reveals()
    amira.sees_card("Amira", "5")
