"""The own vote with delayed and lost answers, and in several tabs."""

import pytest

from tests.browser.browser_users import PHONE

VOTES = "**/vote/"


@pytest.fixture
def amira(person):
    """The facilitator; a round is open."""
    amira = person("Amira")
    amira.starts_session()
    amira.is_live()
    amira.starts_quick_vote()
    return amira


def test_a_vote_whose_answer_was_lost_is_shown_as_saved(amira, person):
    jonas = person("Jonas", allowed_errors="ERR_FAILED").joins(amira.session_id)
    jonas.is_live()

    def lose_the_answer(route):
        route.fetch()
        route.abort()

    jonas.page.route(VOTES, lose_the_answer)
    jonas.votes("8")
    amira.sees_face("Jonas", "back")
    amira.reveals(missing=1)
    amira.sees_card("Jonas", "8")


def test_a_vote_that_was_overtaken_does_not_count(amira, person):
    jonas = person("Jonas").joins(amira.session_id)
    jonas.is_live()
    held = []
    jonas.page.route(VOTES, lambda route: held.append(route), times=1)
    jonas.presses_card("3")
    jonas.sees("3 is being saved…")
    jonas.votes("8")
    with jonas.page.expect_response(VOTES) as answer:
        held[0].continue_()
    assert answer.value.status == 204
    jonas.sees_saved("8")
    amira.reveals(missing=1)
    amira.sees_card("Jonas", "8")


def test_a_vote_of_one_tab_is_shown_in_the_other(amira, person):
    jonas = person("Jonas", **PHONE).joins(amira.session_id)
    jonas.is_live()
    other_tab = person("Jonas", storage_state=jonas.context.storage_state())
    other_tab.opens(amira.room)
    other_tab.is_live()

    jonas.votes("5")
    other_tab.sees_saved("5")
    other_tab.votes("13")
    jonas.sees_saved("13")
    jonas.presses_card("13")
    other_tab.sees("Choose a card.")
    amira.sees_face("Jonas", "none")
