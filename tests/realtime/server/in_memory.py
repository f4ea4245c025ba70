"""A hub and its connections in memory, without a network."""

import json
from typing import Any

from realtime.server import App, Limits
from realtime.server.connection import Connection
from realtime.server.hub import Hub, Publication

APP = App("1", "278d425bdf160c739803", "7ad3773142a6692b25b8")


class InMemoryServer:
    """One hub, and the clients that connect to it."""

    def __init__(self, limits: Limits | None = None, **options: bool) -> None:
        self.limits = limits or Limits()
        self.webhook_events: list[tuple[str, dict[str, Any]]] = []
        self.hub = Hub(
            self.limits,
            schedule=lambda flush: flush(),
            on_webhook_event=lambda name, fields: self.webhook_events.append(
                (name, fields)
            ),
            **options,
        )

    def connect(self) -> "Tab":
        return Tab(self)

    def publish(
        self, channel: str, excluded: str | None = None, data: str = "{}"
    ) -> None:
        self.hub.publish(Publication("vote", data, (channel,), excluded))


class Tab:
    """A browser's tab: a client that keeps the messages that it receives."""

    def __init__(self, server: InMemoryServer) -> None:
        self._frames: list[bytes] = []
        self.closed_with: list[int] = []
        self.connection = Connection(
            APP,
            server.hub,
            server.limits,
            self._frames.append,
            lambda code, reason: self.closed_with.append(code),
        )
        self.connection.open()
        (self.established,) = self.received()
        self.socket_id = json.loads(self.established["data"])["socket_id"]

    def received(self) -> list[dict[str, Any]]:
        messages = [
            json.loads(frame[frame.index(b'{"event"') :]) for frame in self._frames
        ]
        self._frames.clear()
        return messages

    def send(self, message: object) -> None:
        self.connection.receive(json.dumps(message))

    def subscribe(
        self,
        channel: str,
        user: object = None,
        auth: str | None = None,
        **more: object,
    ) -> None:
        data: dict[str, object] = {"channel": channel, **more}
        signed = f"{self.socket_id}:{channel}"
        if user is not None:
            data["channel_data"] = json.dumps(user, ensure_ascii=False)
            signed += f":{data['channel_data']}"
        data["auth"] = f"{APP.key}:{APP.sign(signed)}" if auth is None else auth
        self.send({"event": "pusher:subscribe", "data": data})

    def unsubscribe(self, channel: str) -> None:
        self.send({"event": "pusher:unsubscribe", "data": {"channel": channel}})


def events(messages: list[dict[str, Any]]) -> list[str]:
    return [message["event"] for message in messages]


def refusals(messages: list[dict[str, Any]]) -> list[tuple[int | None, str]]:
    assert set(events(messages)) <= {"pusher:error"}, messages
    return [
        (message["data"]["code"], message["data"]["message"]) for message in messages
    ]
