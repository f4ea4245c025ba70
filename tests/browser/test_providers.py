"""One scripted session over each provider. Only environment variables differ.

Hosted Pusher cannot be reached from a test; what would be sent to it while the same
kind of session is played is compared in tests/realtime/test_hosted.py.
"""

import base64
import json
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.people import PHONE, Person
from tests.serving import Server
from tests.soketi import running as soketi

PROVIDERS = {
    "the embedded server": {},
    "native WebSocket": {"REALTIME_PROVIDER": "websocket"},
    "encrypted": {
        "PUSHER_ENCRYPTION_MASTER_KEY": base64.b64encode(bytes(range(32))).decode()
    },
    "polling": {"REALTIME_PROVIDER": "null"},
    "a server of one's own": {"Soketi": "stands for its settings"},
}


class Wire:
    """What a browser hears on its WebSockets, and which scripts it loads."""

    def __init__(self, person: Person) -> None:
        self.frames: list[str] = []
        self.scripts: list[str] = []
        person.page.on("websocket", self._listen)
        person.page.on("request", self._note)

    def _listen(self, websocket) -> None:
        websocket.on("framereceived", lambda frame: self.frames.append(str(frame)))

    def _note(self, request) -> None:
        if request.resource_type == "script":
            self.scripts.append(request.url)

    def events(self, name: str) -> list[dict[str, object]]:
        """The data of each event of this name, as it came over the wire."""
        messages = [json.loads(frame) for frame in self.frames]
        return [
            json.loads(message["data"])
            for message in messages
            if message["event"] == name
        ]


@pytest.fixture(scope="module", params=PROVIDERS)
def provider(request):
    return request.param


@pytest.fixture(scope="module")
def server(provider, tmp_path_factory):
    folder = tmp_path_factory.mktemp("serve")
    environment = PROVIDERS[provider]
    with ExitStack() as running:
        if "Soketi" in environment:
            if reason := soketi.why_it_cannot_run():
                pytest.skip(reason)
            other = running.enter_context(soketi.Soketi(folder))
            environment = other.environment()
        server = Server(folder, **environment)
        server.start()
        yield server
        assert server.stop() == 0
        assert server.complaints == []


@pytest.fixture
def person(browser, server, provider):
    """As in the other tests, but that a server of one's own is no stranger."""
    people = []

    def comes(name, **options):
        somebody = Person(name, browser, server.address, **options)
        people.append(somebody)
        return somebody

    yield comes
    for somebody in people:
        if own := server.environment.get("PUSHER_HOST"):
            somebody.requested = [
                url for url in somebody.requested if urlsplit(url).hostname != own
            ]
        somebody.went_well("")


def test_a_team_estimates_a_task(person, provider):
    amira, jonas, tom = person("Amira"), person("Jonas", **PHONE), person("Tom")
    wire = Wire(tom)
    state = "Slow mode" if provider == "polling" else "Live"

    amira.opens("/")
    amira.page.get_by_role("textbox", name="Session").fill("Payments")
    amira.page.get_by_label("Your name").fill("Amira")
    amira.presses("Start the session")
    link = str(amira.page.locator(".alone input").input_value())
    jonas.joins(link)
    tom.joins(link, watching=True)
    everybody = [amira, jonas, tom]
    for somebody in everybody:
        expect(somebody.page.locator(".live")).to_have_text(state)
    tom.sees_people("Amira", "Jonas")

    amira.adds_a_task("Refund part of an order")
    amira.presses("Start: Refund part of an order")
    for somebody in everybody:
        somebody.has_in_hand("Refund part of an order")
        somebody.sees("Round 1")
    jonas.lays("13")
    for other in (amira, tom):
        other.sees_face("Jonas", "back")
        assert "13" not in (other.page.locator("#table").text_content() or "")
    amira.lays("8")
    tom.sees_face("Amira", "back")
    # By value: ids, and what is encrypted, may have any two digits in them.
    said = wire.events("vote")
    assert bool(said) == (provider != "polling")
    assert not any("13" in vote.values() for vote in said)

    amira.presses("Reveal")
    for somebody in everybody:
        somebody.sees_card("Amira", "8")
        somebody.sees_card("Jonas", "13")
    amira.presses("Agree on 13")
    for somebody in everybody:
        somebody.has_in_hand("All tasks are done")
    tom.sees_estimate("Refund part of an order", "13")
    amira.chooses("End the session…")
    amira.presses("End session")
    for somebody in everybody:
        somebody.has_in_hand("This session has ended")
    tom.sees_the_queue_of(amira)

    it_came_by(provider, wire)


def it_came_by(provider: str, wire: Wire) -> None:
    """And it was this provider that carried it."""
    loads_library = any("pusher-js" in script for script in wire.scripts)
    if provider in ("polling", "native WebSocket"):
        assert not loads_library
    else:
        assert loads_library
    revealed = wire.events("votes-revealed")
    if provider == "polling":
        assert wire.frames == []
    elif provider == "encrypted":
        [sealed] = revealed
        assert set(sealed) == {"nonce", "ciphertext"}
    else:
        [plain] = revealed
        assert len(plain["round"]["votes"]) == 2
