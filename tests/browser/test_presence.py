"""Away and back, as the others see it."""

import pytest
from playwright.sync_api import expect

from tests.browser.people import PHONE, Person
from tests.realtime.server.running import wait_until
from tests.serving import Server

# A headless browser's pages are all in sight, whichever is in front.
SIGHT = """hidden => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def hide(person: Person) -> None:
    person.page.evaluate(SIGHT, True)


def show(person: Person) -> None:
    person.page.evaluate(SIGHT, False)


@pytest.fixture
def amira(person):
    """She facilitates, and what is voted on is open."""
    amira = person("Amira")
    amira.link = amira.starts_a_session("Payments refinement")
    amira.presses("Start a vote")
    return amira


def sees_as(amira: Person, name: str, absence: str) -> None:
    expect(amira.seat(name)).to_have_attribute("data-absence", absence)


def test_somebody_is_away_when_all_her_pages_are_hidden_and_nobody_waits_for_her(
    amira, person
):
    jonas = person("Jonas").joins(amira.link)
    jonas.is_live()
    phone = person("Jonas", storage_state=jonas.context.storage_state(), **PHONE)
    phone.page.goto(amira.link)
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
    amira.lays("5")
    amira.sees("Everybody here has voted.")
    show(phone)
    sees_as(amira, "Jonas", "")
    amira.sees("Reveal, 1 missing")


def pages_of(server: Server, name: str) -> int:
    """How many are open, as far as the server was told."""
    command = (
        "from sessions.models import Tab;"
        f"print(Tab.objects.filter(member__name={name!r}).count())"
    )
    return int(server.manage("shell", "--verbosity", "0", "--command", command))


def test_somebody_who_closes_the_last_page_is_offline(amira, person, server):
    jonas = person("Jonas").joins(amira.link)
    jonas.is_live()
    sees_as(amira, "Jonas", "")
    wait_until(lambda: pages_of(server, "Jonas") == 1)
    jonas.opens("/")
    sees_as(amira, "Jonas", "offline")
    # The presence channel said so. Where there is none, it was the page itself.
    wait_until(lambda: pages_of(server, "Jonas") == 0)
    amira.lays("5")
    amira.presses("Reveal")
    amira.sees_card("Amira", "5")
