"""A server that is lost in the middle of a round, and comes back."""

import time

import pytest

from tests.browser.people import PHONE
from tests.serving import Server

# From the moment at which the server answers again.
LIVE_AGAIN_WITHIN_SECONDS = 5
# What a browser says while there is no server, or no network.
NO_ANSWER = (
    "ERR_CONNECTION_REFUSED|ERR_INTERNET_DISCONNECTED|WebSocket connection to"
    # pusher-js pings when the network returns, also on a connection just given up.
    "|already in CLOSING or CLOSED state"
)


@pytest.fixture
def server(tmp_path):
    """One of this test's own: it is killed."""
    server = Server(tmp_path)
    server.start()
    yield server
    assert server.stop() == 0
    assert server.complaints == []


def test_no_vote_is_lost_and_every_browser_is_live_again(person, server):
    amira = person("Amira", may_complain_of=NO_ANSWER)
    jonas = person("Jonas", may_complain_of=NO_ANSWER, **PHONE)
    sofia = person("Sofía", may_complain_of=NO_ANSWER)
    link = amira.starts_a_session("Payments refinement")
    jonas.joins(link)
    sofia.joins(link)
    for somebody in (jonas, sofia):
        somebody.is_live()
    amira.presses("Start a vote")
    jonas.lays("8")
    sofia.lays("13")
    amira.sees_face("Sofía", "back")

    server.kill()
    for somebody in (amira, jonas, sofia):
        somebody.is_not_live()
    server.start()

    began = time.monotonic()
    for somebody in (amira, jonas, sofia):
        somebody.is_live()
    assert time.monotonic() - began < LIVE_AGAIN_WITHIN_SECONDS
    jonas.sees("8 is saved, face down.")
    sofia.sees("13 is saved, face down.")
    for somebody in (amira, jonas, sofia):
        somebody.sees_face("Jonas", "back")
        somebody.sees_face("Sofía", "back")

    amira.presses("Reveal, 1 missing")
    for somebody in (amira, jonas, sofia):
        somebody.sees_card("Jonas", "8")
        somebody.sees_card("Sofía", "13")


def test_a_vote_that_could_not_be_sent_is_sent_once_it_can_be(person, server):
    amira = person("Amira", may_complain_of=NO_ANSWER)
    jonas = person("Jonas")
    link = amira.starts_a_session("Payments refinement")
    jonas.joins(link)
    amira.presses("Start a vote")
    amira.lays("3")

    amira.context.set_offline(True)
    amira.hand.get_by_role("button", name="8", exact=True).click()
    amira.sees("8 was not saved.")
    amira.is_not_live()
    amira.context.set_offline(False)
    amira.is_live()
    amira.sees("8 is saved, face down.")
    amira.presses("Reveal, 1 missing")
    jonas.sees_card("Amira", "8")
