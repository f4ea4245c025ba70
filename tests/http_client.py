"""People who take part over HTTP against a real server, without a browser."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import requests
from websockets.sync.client import ClientConnection, connect

from tests.people import Person


class HttpUser(Person):
    def __init__(self, name: str, address: str, session_id: str = "") -> None:
        super().__init__(name, session_id)
        self.address = address
        self.http = requests.Session()
        # A proxy of the environment does not reach a server on this machine.
        self.http.trust_env = False
        self.get("/").raise_for_status()

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.http.get(self.address + path, **options)

    def post(self, path: str, fields: dict[str, Any]) -> requests.Response:
        return self._post(path, fields)

    def posts_in_chunks(self, path: str, *chunks: bytes) -> requests.Response:
        """A form that is sent without its length."""
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._post(self.room + path, iter(chunks), **form)

    def _post(self, path: str, body: Any, **headers: str) -> requests.Response:
        return self.http.post(
            self.address + path,
            body,
            headers={
                "X-CSRFToken": self.http.cookies["csrftoken"],
                "Accept": "application/json",
                **headers,
            },
            allow_redirects=False,
        )

    def opens_another_tab(self) -> Self:
        """The same member, with the same cookies."""
        tab = type(self)(self.name, self.address, self.session_id)
        tab.http.cookies = self.http.cookies
        return tab

    @property
    def realtime_config(self) -> dict[str, Any]:
        """What the room's page tells its scripts about the provider."""
        page = self.gets().text
        found = re.search(r'id="realtime-config"[^>]*>([^<]+)<', page)
        assert found, page
        config: dict[str, Any] = json.loads(found[1])
        return config

    @contextmanager
    def subscribed(self) -> Iterator["EventRecorder"]:
        """A live connection to the session, as pusher-js makes it.

        As in a browser, events that the state already contains are skipped: they may
        be under way for longer than the answer to whoever caused them.
        """
        config = self.realtime_config
        host = self.address.removeprefix("http://")
        if config["wsHost"]:
            host = f"{config['wsHost']}:{config['wsPort']}"
        with connect(f"ws://{host}/app/{config['key']}?protocol=7") as websocket:
            events = EventRecorder(websocket)
            socket_id = events.receive()["data"]["socket_id"]
            channel = f"private-{self.channel}"
            auth = self.asks_to_subscribe(socket_id, channel).json()
            data = {"channel": channel, **auth}
            websocket.send(json.dumps({"event": "pusher:subscribe", "data": data}))
            assert events.receive()["event"] == "pusher_internal:subscription_succeeded"
            events.known_version = self.state["version"]
            yield events


def start_round(address: str) -> tuple[HttpUser, HttpUser, str]:
    """The facilitator, a voter, and the task that is being voted on."""
    amira = HttpUser("Amira", address)
    jonas = HttpUser("Jonas", address).joins(amira.starts_session())
    return amira, jonas, amira.starts_quick_vote()


@dataclass
class EventRecorder:
    """Receives what comes over a WebSocket, without events of ``known_version``."""

    websocket: ClientConnection
    known_version: int = 0

    def receive(self) -> dict[str, Any]:
        """The next message, with its data parsed."""
        while True:
            message: dict[str, Any] = json.loads(self.websocket.recv(timeout=30))
            data = message.get("data", {})
            data = json.loads(data) if isinstance(data, str) else data
            if not 0 < data.get("version", 0) <= self.known_version:
                return message | {"data": data}

    def receive_all(self) -> list[dict[str, Any]]:
        """All that was published until now, in the order of the versions.

        A process that holds the server hands it an event before it answers whoever
        caused it, so the pong comes after the event of every answered request. The
        events of two simultaneous requests may arrive in the wrong order, though:
        their locks are released before they are published.
        """
        self.websocket.send(json.dumps({"event": "pusher:ping", "data": {}}))
        events = []
        while (message := self.receive())["event"] != "pusher:pong":
            events.append(message)
        return sorted(events, key=lambda event: event["data"].get("version", 0))
