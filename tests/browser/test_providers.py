"""The same session over each provider. Only environment variables differ.

Hosted Pusher cannot be reached from a test; the requests that it would receive are
checked in tests/realtime/test_hosted.py.
"""

import base64
import json
from contextlib import ExitStack

import pytest
from playwright.sync_api import expect

from tests.browser.browser_users import PHONE, BrowserUser
from tests.serving import Server
from tests.soketi import running as soketi

PROVIDERS = {
    "the embedded server": {},
    "native WebSocket": {"REALTIME_PROVIDER": "websocket"},
    "encrypted": {
        "PUSHER_ENCRYPTION_MASTER_KEY": base64.b64encode(bytes(range(32))).decode()
    },
    "polling": {"REALTIME_PROVIDER": "null"},
    "self-hosted": {"Soketi": "replaced by its settings"},
}


class FrameRecorder:
    """Records what a page receives over its WebSockets."""

    def __init__(self, person: BrowserUser) -> None:
        self.frames: list[str] = []
        person.page.on("websocket", self._record_frames)

    def _record_frames(self, websocket) -> None:
        websocket.on("framereceived", lambda frame: self.frames.append(str(frame)))

    def events(self, name: str) -> list[dict[str, object]]:
        """The data of each event of this name, as it was received."""
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
        yield running.enter_context(Server(folder, **environment).running())


def test_a_team_estimates_a_task(person, provider):
    amira, jonas, tom = person("Amira"), person("Jonas", **PHONE), person("Tom")
    received = FrameRecorder(tom)
    state = "Slow mode" if provider == "polling" else "Live"

    session_id = amira.starts_session()
    jonas.joins(session_id)
    tom.joins(session_id, role="observer")
    everybody = [amira, jonas, tom]
    for somebody in everybody:
        expect(somebody.page.locator(".live")).to_have_text(state)
    tom.sees_people("Amira", "Jonas")

    amira.adds_task("Refund part of an order")
    amira.starts_vote("Refund part of an order")
    for somebody in everybody:
        somebody.sees_current_task("Refund part of an order")
        somebody.sees("Round 1")
    jonas.votes("13")
    for other in (amira, tom):
        other.sees_face("Jonas", "back")
        assert "13" not in (other.page.locator("#table").text_content() or "")
    amira.votes("8")
    tom.sees_face("Amira", "back")
    # By value: ids and encrypted data may contain these two digits.
    votes = received.events("vote")
    assert bool(votes) == (provider != "polling")
    assert not any("13" in vote.values() for vote in votes)

    amira.reveals()
    for somebody in everybody:
        somebody.sees_card("Amira", "8")
        somebody.sees_card("Jonas", "13")
    amira.finalizes("13")
    for somebody in everybody:
        somebody.sees_current_task("All tasks are done")
    tom.sees_estimate("Refund part of an order", "13")
    amira.ends_session()
    for somebody in everybody:
        somebody.sees_end()
    tom.sees_queue_of(amira)

    assert_carried_by(provider, tom, received)


def assert_carried_by(provider: str, tom: BrowserUser, received: FrameRecorder) -> None:
    loads_library = any("pusher-js" in url for url in tom.requested)
    if provider in ("polling", "native WebSocket"):
        assert not loads_library
    else:
        assert loads_library
    revealed = received.events("votes-revealed")
    if provider == "polling":
        assert received.frames == []
    elif provider == "encrypted":
        [sealed] = revealed
        assert set(sealed) == {"nonce", "ciphertext"}
    else:
        [plain] = revealed
        assert len(plain["round"]["votes"]) == 2
