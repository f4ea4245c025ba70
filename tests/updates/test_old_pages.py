"""Pages that were open during the update to contract 2 learn that they are too old."""

import pytest


@pytest.mark.parametrize("seen", ["live", "slow", "hidden"])
def test_an_old_pages_request_for_the_state_says_so(jonas, seen):
    answer = jonas.gets(f"state/?tab=a&seen={seen}")

    assert answer.status_code == 403
    assert answer.json() == {
        "error": "This page is out of date. Reload it.",
        "code": "out-of-date",
        "params": {},
    }


def test_an_old_pages_heartbeat_is_refused(jonas):
    refusal = jonas.is_refused("presence/", tab="a", presence="online")

    assert refusal == (422, "invalid-input")


def test_an_old_pages_last_vote_counts(amira, jonas):
    amira.starts_vote()

    jonas.votes("8", round="1", key="a:1")

    assert jonas.vote == "8"
