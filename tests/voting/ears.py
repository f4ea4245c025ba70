"""What can be heard of a session beside its pages, by whom, over each provider.

``over("pusher, embedded")`` chooses the provider as the settings would, and gives the
ears that it needs: real WebSockets, or the requests that would leave this machine.
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
from tests.players import Player
from tests.process.misbehaving import Provider, answers
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


class Ears:
    """Of a provider that tells nobody."""

    def listen(self, player: Player) -> None:
        """Connect as her browser does, if there is anything to connect to."""

    def hear(self) -> dict[Player, list[bytes]]:
        """What reached each of them since the last time."""
        return {}

    def overheard(self) -> dict[str, list[bytes]]:
        """At the end: who else got what, and all of it."""
        return {}


class OutboxEars(Ears):
    """Of the provider ``memory``."""

    def overheard(self) -> dict[str, list[bytes]]:
        outbox: list[Any] = get_realtime_service().outbox  # type: ignore[attr-defined]
        return {
            "the room": [
                json.dumps([told.channel, told.type, told.data]).encode()
                for told in outbox
            ]
        }


class RecordedEars(Ears):
    """Of a provider elsewhere: what is sent there, and answered as if all was well.

    How many events share a request is a matter of luck. The signatures are not
    compared: they are made of the events and the time.
    """

    def __init__(self) -> None:
        self._sent: list[requests.PreparedRequest] = []

    def answer(self, request: requests.PreparedRequest) -> requests.Response:
        self._sent.append(request)
        response = requests.Response()
        response.status_code, response._content = 200, b"{}"
        return response

    def overheard(self) -> dict[str, list[bytes]]:
        get_realtime_service().close()
        for thread in threading.enumerate():
            if thread.name == "realtime-terminate":
                thread.join(PATIENCE_SECONDS)
        told, cut_off = [], []
        for request in self._sent:
            address = urlsplit(str(request.url))
            place = f"{address.scheme}://{address.netloc}"
            if not address.path.endswith("events"):
                cut_off.append(f"{place}{address.path} {request.body!r}".encode())
                continue
            body = json.loads(request.body or b"")
            for event in body.get("batch", [body]):
                channels = event.pop("channels", None) or [event.pop("channel")]
                told.append(f"{place} {channels} {json.dumps(event)}".encode())
        # Those who are removed are cut off each on a thread of its own.
        return {"the provider": [*told, *sorted(cut_off)]}


class LiveEars(Ears):
    """Of the embedded server: real WebSockets, to which actions publish in process.

    Everybody tries what is public, too; so does a stranger, and one who comes late, to
    whom a cache channel would tell what it told last.
    """

    def __init__(self, server: RunningServer, webhooks: Provider) -> None:
        self._server = server
        self._webhooks = webhooks
        self._path = f"/app/{embedded_app().key}?protocol=7"
        self._session_id = ""
        self._clients: dict[Player, Client] = {}
        self._welcomes: dict[Player, list[bytes]] = {}
        self._connections = ExitStack()

    def listen(self, player: Player) -> None:
        self._session_id = player.session_id
        client = self._connect()
        for channel in self._channels():
            signed = player.client.post(
                "/realtime/auth/",
                {"socket_id": client.socket_id, "channel_name": channel},
            ).json()
            client.send("pusher:subscribe", {"channel": channel, **signed})
        self._clients[player] = client
        self._welcomes[player] = _frames(client)
        # Of two who miss the same in one webhook, it would tell once.
        self._wait_for_webhooks()

    def hear(self) -> dict[Player, list[bytes]]:
        # What was published from this thread waits for its turn in the loop's, and a
        # frame that arrives may be read before it; this call comes after it.
        self._server.in_loop(lambda: None)
        return {
            player: self._welcomes.pop(player, []) + self._frames_of(player)
            for player in list(self._clients)
        }

    def overheard(self) -> dict[str, list[bytes]]:
        late = self._connect()
        for channel in self._channels():
            late.send("pusher:subscribe", {"channel": channel})
        overheard = {
            "one who comes late": _frames(late),
            "who asks for the channels": self._queries(),
            "who reads the metrics": [self._read(path) for path in METRICS],
        }
        self._connections.close()
        wait_until(lambda: not self._server.connection_count)
        self._wait_for_webhooks()
        self._server.stop()
        return overheard | {"who is told by webhooks": self._told_by_webhooks()}

    def _wait_for_webhooks(self) -> None:
        webhooks = self._server.embedded._webhooks
        assert webhooks
        wait_until(lambda: not webhooks._due)

    def _connect(self) -> Client:
        # With a short queue, what nobody reads any more would hold up the closing.
        client = Client(self._server.url(self._path), max_queue=None)
        return self._connections.enter_context(client)

    def _channels(self) -> list[str]:
        name = f"planning-poker-{self._session_id}"
        kinds = ["private-", "private-encrypted-", "presence-", "private-cache-"]
        return [f"{kind}{name}" for kind in [*kinds, "cache-", ""]]

    def _queries(self) -> list[bytes]:
        name = f"presence-planning-poker-{self._session_id}"
        return [
            self._server.request("GET", endpoint, **parameters).body
            for endpoint, parameters in [
                ("channels", {"info": "subscription_count"}),
                (f"channels/{name}", {"info": "user_count"}),
                (f"channels/{name}/users", {}),
            ]
        ]

    def _frames_of(self, player: Player) -> list[bytes]:
        """Whoever is removed is cut off, and hears no more."""
        try:
            return _frames(self._clients[player])
        except ConnectionClosed as closed:
            del self._clients[player]
            return [str(closed).encode()]

    def _read(self, path: str) -> bytes:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(
                f"http://127.0.0.1:{self._server.port}{path}", timeout=PATIENCE_SECONDS
            )
        assert answer.status_code == 200
        # Those that are on their way count when they have arrived.
        return re.sub(rb"(webhook_events_sent\D+)\d+", rb"\1", answer.content)

    def _told_by_webhooks(self) -> list[bytes]:
        """How many events share one, and when it is sent, is a matter of luck."""
        events = [
            json.dumps(event).encode()
            for asked in self._webhooks.asked
            for event in json.loads(asked.body)["events"]
        ]
        assert events, "somebody came, at the least"
        return events


def _frames(client: Client) -> list[bytes]:
    # Whatever had been sent to this client comes before the pong.
    client.send("pusher:ping", {})
    frames: list[bytes] = []
    while True:
        frame = client.websocket.recv(PATIENCE_SECONDS)
        if json.loads(frame)["event"] == "pusher:pong":
            return frames
        frames.append(frame.encode() if isinstance(frame, str) else frame)


def over(provider: str) -> AbstractContextManager[Ears]:
    return PROVIDERS[provider]()


@contextmanager
def _chosen(provider: str, **options: str) -> Iterator[None]:
    """Options are those of the settings, as text."""
    realtime = {**settings.REALTIME, "PROVIDER": provider}
    realtime["OPTIONS"] = {**settings.REALTIME["OPTIONS"], provider: options}
    with override_settings(REALTIME=realtime):
        yield


def _untold(provider: str, ears: type[Ears] = Ears) -> Callable[..., Any]:
    @contextmanager
    def choose() -> Iterator[Ears]:
        with _chosen(provider):
            yield ears()

    return choose


def _recorded(**options: str) -> Callable[..., Any]:
    @contextmanager
    def choose() -> Iterator[Ears]:
        ears = RecordedEars()
        with pytest.MonkeyPatch.context() as patch, _chosen("pusher", **options):
            patch.setattr(
                HTTPAdapter, "send", lambda self, request, **how: ears.answer(request)
            )
            yield ears

    return choose


def _live(provider: str, **options: str) -> Callable[..., Any]:
    @contextmanager
    def choose() -> Iterator[Ears]:
        with pytest.MonkeyPatch.context() as patch, _chosen(provider, **options):
            patch.setattr("tests.realtime.server.running.APP", embedded_app())
            # What comes and goes within a playing is told as soon as it comes.
            patch.setattr("realtime.server.webhooks.BATCH_DELAY_SECONDS", 0)
            patch.setattr("realtime.server.webhooks.LEAVE_DELAY_SECONDS", A_DAY_SECONDS)
            with Provider() as webhooks:
                webhooks.answers(answers(HTTPStatus.OK))
                talkative = partial(
                    EmbeddedServer,
                    client_events=True,
                    subscription_counts=True,
                    webhook_url=f"http://127.0.0.1:{webhooks.port}/webhooks/",
                    metrics=True,
                )
                patch.setattr("tests.realtime.server.running.EmbeddedServer", talkative)
                with RunningServer() as server:
                    yield LiveEars(server, webhooks)

    return choose


PROVIDERS: dict[str, Callable[[], AbstractContextManager[Ears]]] = {
    "memory": _untold("memory", OutboxEars),
    "null": _untold("null"),
    # Its events are in the log, which the operator reads over any provider.
    "log": _untold("log"),
    "websocket": _live("websocket"),
    "pusher, embedded": _live("pusher"),
    "pusher, embedded, encrypted": _live("pusher", encryption_master_key=MASTER_KEY),
    "pusher, hosted": _recorded(**ACCOUNT, cluster="eu"),
    "pusher, hosted, encrypted": _recorded(**ACCOUNT, encryption_master_key=MASTER_KEY),
    "pusher, self-hosted": _recorded(**OWN_SERVER),
}
