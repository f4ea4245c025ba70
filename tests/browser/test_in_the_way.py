"""Something stands between the browsers and the server, and answers in its place.

It comes and goes during a round. No vote is shown as saved that is not, none is lost,
nobody has to reload, and the page says what is in the way.
"""

import re
from urllib.parse import urlsplit

import pytest

from tests.browser.browser_users import BrowserUser
from tests.http_client import HttpUser
from tests.process.fake_servers import IN_THE_WAY, Proxy
from tests.serving import Server

# Messages of the console about answers that no server of ours gave.
STRANGE_ANSWERS = (
    "status of (403|404|502)|WebSocket connection to|ERR_CONNECTION_|ERR_EMPTY_RESPONSE"
)


@pytest.fixture(scope="module")
def proxy(server):
    with Proxy(server.port) as proxy:
        yield proxy


@pytest.fixture
def join(person, server, proxy, monkeypatch):
    """Join a session through the proxy, in a browser."""
    monkeypatch.setattr(server, "address", proxy.address)
    joined = []

    def join(name: str, session_id: str) -> BrowserUser:
        somebody = person(name, allowed_errors=STRANGE_ANSWERS).joins(session_id)
        somebody.is_live()
        joined.append(somebody)
        return somebody

    yield join
    proxy.pass_on()
    for somebody in joined:
        # The pages of others have no policy, or one of their own.
        for url in list(somebody.policies):
            if urlsplit(url).path in proxy.answered:
                del somebody.policies[url]


def behind(somebody: BrowserUser, server: Server) -> HttpUser:
    """The same member, asking the server itself."""
    address = f"http://localhost:{server.port}"
    asks = HttpUser(somebody.name, address, somebody.session_id)
    for cookie in somebody.context.cookies():
        asks.http.cookies.set(cookie["name"], cookie["value"])
    return asks


@pytest.mark.parametrize("what", IN_THE_WAY)
def test_no_vote_is_lost_and_none_shown_as_saved_that_is_not(server, proxy, join, what):
    amira = HttpUser("Amira", f"http://localhost:{server.port}")
    session_id = amira.starts_session()
    amira.starts_quick_vote()
    jonas, sofia = (join(name, session_id) for name in ("Jonas", "Sofía"))
    asked = {each: behind(each, server) for each in (jonas, sofia)}
    saved = {jonas: "3", sofia: "5"}
    for each, card in saved.items():
        each.votes(card)

    # At first the WebSockets stay open, the second time they are cut as well.
    for is_cut, cards in [(False, ("8", "13")), (True, ("1", ""))]:
        proxy.get_in_the_way(IN_THE_WAY[what])
        if is_cut:
            proxy.cut()
        for each, card in zip((jonas, sofia), cards, strict=True):
            each.presses_card(card or saved[each])
            each.sees(f"{card} was not saved." if card else "was not taken back.")
            each.sees(says(what))
            each.does_not_see("is saved, face down")
            assert asked[each].vote == saved[each]
        amira.adds_task(f"Meanwhile {cards}")
        proxy.pass_on()
        for each, card in zip((jonas, sofia), cards, strict=True):
            each.sees_saved(card) if card else each.sees("Choose a card.")
            assert asked[each].vote == (card or None)
            each.is_live()
            each.does_not_see(says(what))
            each.sees_in_queue(f"Meanwhile {cards}")
            saved[each] = card

    amira.reveals()
    for each in (jonas, sofia):
        each.sees_card("Jonas", "1")
        each.sees_face("Sofía", "none")


def says(what: str) -> re.Pattern[str]:
    """What the page must say of it."""
    if what == "a sign-in page":
        return re.compile("in front of this server wants you to sign in. Reload")
    status = re.search(r"[0-9]{3}", f"{what} 200")
    return re.compile(rf"in front of it answers in its place \({status[0]}\)")
