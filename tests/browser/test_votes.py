"""One's own card, on a network that delays, loses, and knows of more than one tab."""

import pytest

from tests.browser.people import PHONE

VOTES = "**/vote/"


@pytest.fixture
def amira(person):
    """She facilitates, and what is voted on is open."""
    amira = person("Amira")
    amira.link = amira.starts_a_session("Payments refinement")
    amira.presses("Start a vote")
    return amira


def test_a_vote_whose_answer_was_lost_is_found_to_be_saved(amira, person):
    jonas = person("Jonas", may_complain_of="ERR_FAILED").joins(amira.link)
    jonas.is_live()

    def lose_the_answer(route):
        route.fetch()
        route.abort()

    jonas.page.route(VOTES, lose_the_answer)
    jonas.lays("8")
    amira.sees_face("Jonas", "back")
    amira.presses("Reveal, 1 missing")
    amira.sees_card("Jonas", "8")


def test_a_vote_that_was_overtaken_does_not_count(amira, person):
    jonas = person("Jonas").joins(amira.link)
    jonas.is_live()
    held = []
    jonas.page.route(VOTES, lambda route: held.append(route), times=1)
    jonas.hand.get_by_role("button", name="3", exact=True).click()
    jonas.sees("3 is being saved…")
    jonas.lays("8")
    with jonas.page.expect_response(VOTES) as answer:
        held[0].continue_()
    assert answer.value.status == 204
    jonas.sees("8 is saved, face down.")
    amira.presses("Reveal, 1 missing")
    amira.sees_card("Jonas", "8")


def test_a_card_laid_in_one_tab_lies_in_the_other(amira, person):
    jonas = person("Jonas", **PHONE).joins(amira.link)
    jonas.is_live()
    other_tab = person("Jonas", storage_state=jonas.context.storage_state())
    other_tab.page.goto(amira.link)
    other_tab.is_live()

    jonas.lays("5")
    other_tab.sees("5 is saved, face down.")
    other_tab.lays("13")
    jonas.sees("13 is saved, face down.")
    jonas.hand.get_by_role("button", name="13", exact=True).click()
    other_tab.sees("Choose a card.")
    amira.sees_face("Jonas", "none")
