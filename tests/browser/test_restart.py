"""A server that is killed during a round, and restarted."""

import time

import pytest

from tests.browser.browser_users import PHONE
from tests.serving import Server

# From the moment at which the server answers again.
LIVE_AGAIN_WITHIN_SECONDS = 5
# Messages of the console while there is no server, or no network.
NO_ANSWER = (
    "ERR_CONNECTION_REFUSED|ERR_INTERNET_DISCONNECTED|WebSocket connection to"
    # pusher-js pings when the network returns, also on a connection just given up.
    "|already in CLOSING or CLOSED state"
)


@pytest.fixture
def server(tmp_path):
    """For one test alone: it is killed."""
    with Server(tmp_path).running() as server:
        yield server


def test_no_vote_is_lost_and_every_browser_is_live_again(person, server):
    amira = person("Amira", allowed_errors=NO_ANSWER)
    jonas = person("Jonas", allowed_errors=NO_ANSWER, **PHONE)
    sofia = person("Sofía", allowed_errors=NO_ANSWER)
    session_id = amira.starts_session()
    jonas.joins(session_id)
    sofia.joins(session_id)
    for somebody in (amira, jonas, sofia):
        somebody.is_live()
    amira.starts_quick_vote()
    jonas.votes("8")
    sofia.votes("13")
    amira.sees_face("Sofía", "back")

    server.kill()
    for somebody in (amira, jonas, sofia):
        somebody.is_not_live()
    server.start()

    began = time.monotonic()
    for somebody in (amira, jonas, sofia):
        somebody.is_live()
    assert time.monotonic() - began < LIVE_AGAIN_WITHIN_SECONDS
    jonas.sees_saved("8")
    sofia.sees_saved("13")
    for somebody in (amira, jonas, sofia):
        somebody.sees_face("Jonas", "back")
        somebody.sees_face("Sofía", "back")

    amira.reveals(missing=1)
    for somebody in (amira, jonas, sofia):
        somebody.sees_card("Jonas", "8")
        somebody.sees_card("Sofía", "13")


def test_a_vote_that_could_not_be_sent_is_sent_later(person, server):
    amira = person("Amira", allowed_errors=NO_ANSWER)
    jonas = person("Jonas")
    session_id = amira.starts_session()
    amira.is_live()
    jonas.joins(session_id)
    amira.starts_quick_vote()
    amira.votes("3")

    amira.context.set_offline(True)
    amira.presses_card("8")
    amira.sees("8 was not saved.")
    amira.is_not_live()
    amira.context.set_offline(False)
    amira.is_live()
    amira.sees_saved("8")
    amira.reveals(missing=1)
    jonas.sees_card("Amira", "8")
