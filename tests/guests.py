"""People who take part over HTTP alone, against a real server."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from websockets.sync.client import ClientConnection, connect


class Guest:
    """Somebody without a browser; ``room`` is the path of the session she is in."""

    def __init__(self, name: str, address: str, room: str = "") -> None:
        self.name = name
        self.address = address
        self.room = room
        self.http = requests.Session()
        # A proxy of the environment does not reach a server on this machine.
        self.http.trust_env = False
        self.http.get(address + "/").raise_for_status()

    def starts(self, name: str, deck: str = "fibonacci") -> str:
        """The room's path."""
        answer = self.posts("/s/", name=name, display_name=self.name, deck=deck)
        self.room = answer.headers["Location"]
        return self.room

    def joins(self, room: str, role: str = "voter") -> "Guest":
        self.room = room
        answer = self.tries("join/", display_name=self.name, role=role)
        assert answer.status_code == 303, answer.text
        return self

    def does(self, path: str, **fields: str) -> None:
        answer = self.tries(path, **fields)
        assert answer.status_code == 204, (path, answer.text)

    def tries(self, path: str, **fields: str) -> requests.Response:
        """Post to an address of the session; any answer is given back."""
        return self.posts(self.room + path, **fields)

    def posts(self, path: str, **fields: str) -> requests.Response:
        return self._posts(path, fields)

    def posts_in_chunks(self, path: str, *chunks: bytes) -> requests.Response:
        """A form that is sent without telling its length."""
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._posts(path, iter(chunks), **form)

    def _posts(self, path: str, body: Any, **headers: str) -> requests.Response:
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

    def state(self) -> dict[str, Any]:
        """The state; who asks without a live connection is here for some seconds."""
        answer = self.http.get(f"{self.address}{self.room}state/?slow=1")
        answer.raise_for_status()
        state: dict[str, Any] = answer.json()
        return state

    def user_id(self) -> str:
        return str(self.state()["me"]["userId"])

    @contextmanager
    def listening(self) -> Iterator["Ears"]:
        """Her live connection to the session, as pusher-js makes it.

        As in a browser, what her state tells already is not told again: events may be
        on their way for longer than the answer to whoever caused them.
        """
        page = self.http.get(self.address + self.room).text
        config = re.search(r'id="realtime-config"[^>]*>([^<]+)<', page)
        assert config, page
        told = json.loads(config[1])
        host = self.address.removeprefix("http://")
        if told["wsHost"]:
            host = f"{told['wsHost']}:{told['wsPort']}"
        with connect(f"ws://{host}/app/{told['key']}?protocol=7") as line:
            ears = Ears(line)
            established = ears.hear()
            channel = f"private-planning-poker-{self.room.split('/')[2]}"
            auth = self.posts(
                "/realtime/auth/",
                socket_id=established["data"]["socket_id"],
                channel_name=channel,
            ).json()
            data = {"channel": channel, **auth}
            line.send(json.dumps({"event": "pusher:subscribe", "data": data}))
            assert ears.hear()["event"] == "pusher_internal:subscription_succeeded"
            ears.known = self.state()["version"]
            yield ears


@dataclass
class Ears:
    line: ClientConnection
    known: int = 0
    """The version up to which events are passed over."""

    def hear(self) -> dict[str, Any]:
        """The next message, with its data as a value."""
        while True:
            message: dict[str, Any] = json.loads(self.line.recv(timeout=30))
            data = message.get("data", {})
            data = json.loads(data) if isinstance(data, str) else data
            if not 0 < data.get("version", 0) <= self.known:
                return message | {"data": data}

    def hear_all(self) -> list[dict[str, Any]]:
        """All that was told until now, in the order of the versions.

        A process that holds the server hands it an event before it answers whoever
        caused it, so nothing of what was answered comes after the pong. Two requests
        at once may tell theirs the wrong way round, though: locks are let go first.
        """
        self.line.send(json.dumps({"event": "pusher:ping", "data": {}}))
        events = []
        while (message := self.hear())["event"] != "pusher:pong":
            events.append(message)
        return sorted(events, key=lambda event: event["data"]["version"])
