"""Record what reaches anybody over a provider, beside the answers to their requests.

``PROVIDERS["pusher, embedded"]()`` selects the provider as the settings would, with its
recorder: of real WebSockets, or of the requests to another machine.
"""

import base64
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.conf import settings
from django.test import override_settings
from requests.adapters import HTTPAdapter
from websockets.exceptions import ConnectionClosed

from realtime import get_realtime_service
from realtime.credentials import embedded_app
from realtime.server import EmbeddedServer
from tests.in_process_client import InProcessUser
from tests.process.fake_servers import FakeProvider, respond
from tests.realtime.server import running
from tests.realtime.server.running import (
    PATIENCE_SECONDS,
    Client,
    RunningServer,
    wait_until,
)

ACCOUNT = {"app_id": "42", "key": "the-key", "secret": "the-secret"}
OWN_SERVER = {**ACCOUNT, "host": "sockudo", "port": "6001", "scheme": "http"}
METRICS = ["/metrics", "/healthz"]
A_DAY_SECONDS = 86_400
MASTER_KEY = base64.b64encode(b"a master key of just 32 letters.").decode()
ENCRYPTED = {"encryption_master_key": MASTER_KEY}


class Recorder:
    """Of a provider that sends nothing."""

    def connect(self, person: InProcessUser) -> None:
        """Connect as their browser does, if there is anything to connect to."""

    def received(self) -> dict[InProcessUser, list[bytes]]:
        """What reached each of them since the last call."""
        return {}

    def captured(self) -> dict[str, list[bytes]]:
        """Called at the end: everything that reached anybody else."""
        return {}


class OutboxRecorder(Recorder):
    """Of the provider ``memory``."""

    def captured(self) -> dict[str, list[bytes]]:
        outbox: list[Any] = get_realtime_service().outbox  # type: ignore[attr-defined]
        return {
            "the room": [
                json.dumps([event.channel, event.type, event.data]).encode()
                for event in outbox
            ]
        }


class RequestRecorder(Recorder):
    """Of a remote provider: each request is recorded, and answered with 200.

    How many events share a request depends on timing. The signatures are not compared:
    they are made of the events and the time.
    """

    def __init__(self) -> None:
        self._sent: list[requests.PreparedRequest] = []

    def answer(self, request: requests.PreparedRequest) -> requests.Response:
        self._sent.append(request)
        response = requests.Response()
        response.status_code, response._content = 200, b"{}"
        return response

    def captured(self) -> dict[str, list[bytes]]:
        get_realtime_service().close()
        for thread in threading.enumerate():
            if thread.name == "realtime-terminate":
                thread.join(PATIENCE_SECONDS)
        events, terminations = [], []
        for request in self._sent:
            address = urlsplit(str(request.url))
            place = f"{address.scheme}://{address.netloc}"
            if not address.path.endswith("events"):
                terminations.append(f"{place}{address.path} {request.body!r}".encode())
                continue
            body = json.loads(request.body or b"")
            for event in body.get("batch", [body]):
                channels = event.pop("channels", None) or [event.pop("channel")]
                events.append(f"{place} {channels} {json.dumps(event)}".encode())
        # Each removed member is terminated on a thread of its own.
        return {"the provider": [*events, *sorted(terminations)]}


class WebSocketRecorder(Recorder):
    """Of the embedded server: real WebSockets, to which actions publish in process.

    Everybody subscribes to public channels, too; so do a stranger and a late client, to
    which a cache channel would send its last event.
    """

    def __init__(self, server: RunningServer, webhooks: FakeProvider) -> None:
        self.server = server
        self._webhooks = webhooks
        self._path = f"/app/{embedded_app().key}?protocol=7"
        self._channel = ""
        self.clients: dict[InProcessUser, Client] = {}
        self._first_frames: dict[InProcessUser, list[bytes]] = {}
        self._connections = ExitStack()

    def connect(self, person: InProcessUser) -> None:
        self._channel = person.channel
        client = self._connect()
        for channel in self._channels():
            signed = person.asks_to_subscribe(client.socket_id, channel).json()
            client.send("pusher:subscribe", {"channel": channel, **signed})
        self.clients[person] = client
        self._first_frames[person] = _frames(client)
        # Two cache misses of a channel in one webhook would be a single event.
        self._wait_for_webhooks()

    def received(self) -> dict[InProcessUser, list[bytes]]:
        # An event of this thread waits for its turn in the server's loop, and a frame
        # that arrives may be read before it; this call comes after the event.
        self.server.in_loop(lambda: None)
        return {
            person: self._first_frames.pop(person, []) + self._frames_of(person)
            for person in list(self.clients)
        }

    def captured(self) -> dict[str, list[bytes]]:
        late = self._connect()
        for channel in self._channels():
            late.send("pusher:subscribe", {"channel": channel})
        captured = {
            "a late client": _frames(late),
            "the channel queries": self._queries(),
            "the metrics": [self._read(path) for path in METRICS],
        }
        self._connections.close()
        wait_until(lambda: not self.server.connection_count)
        self._wait_for_webhooks()
        self.server.stop()
        return captured | {"the webhooks": self._webhook_events()}

    def _wait_for_webhooks(self) -> None:
        webhooks = self.server.embedded._webhooks
        assert webhooks
        wait_until(lambda: not webhooks._due)

    def _connect(self) -> Client:
        # With a short queue, unread frames would delay the closing.
        client = Client(self.server.url(self._path), max_queue=None)
        return self._connections.enter_context(client)

    def _channels(self) -> list[str]:
        kinds = ["private-", "private-encrypted-", "presence-", "private-cache-"]
        return [f"{kind}{self._channel}" for kind in [*kinds, "cache-", ""]]

    def _queries(self) -> list[bytes]:
        name = f"presence-{self._channel}"
        return [
            self.server.request("GET", endpoint, **parameters).body
            for endpoint, parameters in [
                ("channels", {"info": "subscription_count"}),
                (f"channels/{name}", {"info": "user_count"}),
                (f"channels/{name}/users", {}),
            ]
        ]

    def _frames_of(self, person: InProcessUser) -> list[bytes]:
        """The connection of a removed member is closed."""
        try:
            return _frames(self.clients[person])
        except ConnectionClosed as closed:
            del self.clients[person]
            return [str(closed).encode()]

    def _read(self, path: str) -> bytes:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(
                f"http://127.0.0.1:{self.server.port}{path}", timeout=PATIENCE_SECONDS
            )
        assert answer.status_code == 200
        # It counts a webhook once it has been answered.
        return re.sub(rb"(webhook_events_sent\D+)\d+", rb"\1", answer.content)

    def _webhook_events(self) -> list[bytes]:
        """How many events share a webhook, and when it is sent, depends on timing."""
        events = [
            json.dumps(event).encode()
            for request in self._webhooks.requests
            for event in json.loads(request.body)["events"]
        ]
        assert events, "channels were occupied"
        return events


def _frames(client: Client) -> list[bytes]:
    # Everything that was sent to this client before comes before the pong.
    client.send("pusher:ping", {})
    frames: list[bytes] = []
    while True:
        frame = client.websocket.recv(PATIENCE_SECONDS)
        if json.loads(frame)["event"] == "pusher:pong":
            return frames
        frames.append(frame.encode() if isinstance(frame, str) else frame)


@contextmanager
def _selected(provider: str, **options: str) -> Iterator[pytest.MonkeyPatch]:
    """Options are those of the settings, as text."""
    realtime = {**settings.REALTIME, "PROVIDER": provider}
    realtime["OPTIONS"] = {**settings.REALTIME["OPTIONS"], provider: options}
    with override_settings(REALTIME=realtime), pytest.MonkeyPatch.context() as patch:
        yield patch


@contextmanager
def _local(provider: str, recorder: type[Recorder] = Recorder) -> Iterator[Recorder]:
    with _selected(provider):
        yield recorder()


@contextmanager
def _remote(**options: str) -> Iterator[Recorder]:
    recorder = RequestRecorder()
    with _selected("pusher", **options) as patch:
        patch.setattr(
            HTTPAdapter, "send", lambda self, request, **_: recorder.answer(request)
        )
        yield recorder


@contextmanager
def _embedded(provider: str, **options: str) -> Iterator[Recorder]:
    with _selected(provider, **options) as patch, FakeProvider() as webhooks:
        webhooks.respond_with(respond(HTTPStatus.OK))
        patch.setattr(running, "APP", embedded_app())
        # Within a run, every webhook is sent at once.
        patch.setattr("realtime.server.webhooks.BATCH_DELAY_SECONDS", 0)
        patch.setattr("realtime.server.webhooks.LEAVE_DELAY_SECONDS", A_DAY_SECONDS)
        server_with_all_options = partial(
            EmbeddedServer,
            client_events=True,
            subscription_counts=True,
            webhook_url=f"http://127.0.0.1:{webhooks.port}/webhooks/",
            metrics=True,
        )
        patch.setattr(running, "EmbeddedServer", server_with_all_options)
        with RunningServer() as server:
            yield WebSocketRecorder(server, webhooks)


PROVIDERS: dict[str, Callable[[], AbstractContextManager[Recorder]]] = {
    "memory": partial(_local, "memory", OutboxRecorder),
    "null": partial(_local, "null"),
    # Its events are in the log, which is recorded over any provider.
    "log": partial(_local, "log"),
    "websocket": partial(_embedded, "websocket"),
    "pusher, embedded": partial(_embedded, "pusher"),
    "pusher, embedded, encrypted": partial(_embedded, "pusher", **ENCRYPTED),
    "pusher, hosted": partial(_remote, **ACCOUNT, cluster="eu"),
    "pusher, hosted, encrypted": partial(_remote, **ACCOUNT, **ENCRYPTED),
    "pusher, self-hosted": partial(_remote, **OWN_SERVER),
}
