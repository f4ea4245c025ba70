"""Away and back, as the others see it."""

import pytest
from playwright.sync_api import expect

from tests.browser.people import PHONE, Person

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


def test_somebody_who_closes_the_last_page_is_offline(amira, person):
    jonas = person("Jonas").joins(amira.link)
    jonas.is_live()
    sees_as(amira, "Jonas", "")
    jonas.opens("/")
    sees_as(amira, "Jonas", "offline")
    amira.lays("5")
    amira.presses("Reveal")
    amira.sees_card("Amira", "5")
