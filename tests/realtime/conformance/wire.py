"""A minimal client of the protocol and of the HTTP API."""

import contextlib
import hashlib
import hmac
import http.client
import json
import socket
import struct
import time
from typing import Any, Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from .servers import PusherServer

PATIENCE_SECONDS = 30


def sign(server: PusherServer, text: str) -> str:
    return hmac.new(server.secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def signed(
    server: PusherServer, socket_id: str, channel: str, user: object = None
) -> dict[str, str]:
    """The data of a browser's pusher:subscribe, signed by the application."""
    if user is None:
        signature = sign(server, f"{socket_id}:{channel}")
        return {"channel": channel, "auth": f"{server.key}:{signature}"}
    channel_data = json.dumps(user)
    signature = sign(server, f"{socket_id}:{channel}:{channel_data}")
    return {
        "channel": channel,
        "auth": f"{server.key}:{signature}",
        "channel_data": channel_data,
    }


class Client:
    def __init__(
        self, server: PusherServer, path: str | None = None, **options: Any
    ) -> None:
        self.server = server
        path = f"/app/{server.key}?protocol=7" if path is None else path
        options = {
            "compression": None,
            "proxy": None,
            "ping_interval": None,
            # Keep reading, even if the test does not.
            "max_queue": None,
            **options,
        }
        url = f"ws://{server.host}:{server.port}{path}"
        self.websocket = connect(url, **options).__enter__()
        self.socket_id = ""

    def __enter__(self) -> Self:
        if not self.socket_id:
            established = self.receive("pusher:connection_established")
            self.socket_id = established["data"]["socket_id"]
        return self

    def __exit__(self, *_: object) -> None:
        self.websocket.close()

    def send(self, event: str, data: object = None, **more: object) -> None:
        self.websocket.send(json.dumps({"event": event, "data": data, **more}))

    def frame(self) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(self.websocket.recv(PATIENCE_SECONDS))
        return frame

    def message(self) -> dict[str, Any]:
        """The next message, its data parsed if it is JSON in a string."""
        message = self.frame()
        if isinstance(message.get("data"), str):
            with contextlib.suppress(ValueError):
                message["data"] = json.loads(message["data"])
        return message

    def receive(self, event: str) -> dict[str, Any]:
        """The next message of this event; others are skipped."""
        while (message := self.message())["event"] != event:
            pass
        return message

    def received(self) -> list[dict[str, Any]]:
        """All messages that the server sent before the pong."""
        messages = []
        # Some servers answer in a later turn of their loop.
        for _ in range(2):
            self.send("pusher:ping", {})
            while (message := self.message())["event"] != "pusher:pong":
                messages.append(message)
        return messages

    def events(self) -> list[str]:
        return [message["event"] for message in self.received()]

    def subscribe(self, channel: str, user: object = None, **changes: object) -> Any:
        """Subscribe successfully, and return the confirmation's data."""
        self.send_subscribe(channel, user, **changes)
        return self.receive("pusher_internal:subscription_succeeded").get("data")

    def send_subscribe(
        self, channel: str, user: object = None, **changes: object
    ) -> None:
        """Send a pusher:subscribe with changed fields; None removes a field."""
        data: dict[str, object] = {"channel": channel}
        if channel.startswith(("private-", "presence-")):
            if channel.startswith("private-"):
                user = None
            elif user is None:
                user = {"user_id": self.socket_id}
            data |= signed(self.server, self.socket_id, channel, user)
        data |= changes
        present = {name: value for name, value in data.items() if value is not None}
        self.send("pusher:subscribe", present)

    def sign_in(self, user_id: str) -> None:
        user_data = json.dumps({"id": user_id})
        signature = sign(self.server, f"{self.socket_id}::user::{user_data}")
        auth = f"{self.server.key}:{signature}"
        self.send("pusher:signin", {"auth": auth, "user_data": user_data})

    def close_code(self) -> int | None:
        """The code with which the server closes the connection, after any messages."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                self.websocket.recv(PATIENCE_SECONDS)
        return self.websocket.close_code

    def kill(self) -> None:
        """Drop the connection without a close frame, as a network failure does."""
        linger = struct.pack("ii", 1, 0)
        connected: socket.socket = self.websocket.socket
        # The server may have closed it first.
        with contextlib.suppress(OSError):
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            connected.close()


def query(
    server: PusherServer, method: str, path: str, body: bytes, **changes: str | None
) -> str:
    """The signed query of a request, with ``changes`` made before it is signed."""
    parameters: dict[str, str | None] = {
        "auth_key": server.key,
        "auth_timestamp": str(int(time.time())),
        "auth_version": "1.0",
        "body_md5": hashlib.md5(body).hexdigest() if body else None,
        **changes,
    }
    pairs = sorted((k.lower(), k, v) for k, v in parameters.items() if v is not None)
    text = "&".join(f"{lower}={value}" for lower, _, value in pairs)
    signature = sign(server, f"{method}\n{path}\n{text}")
    sent = "&".join(f"{key}={value}" for _, key, value in pairs)
    return f"{sent}&auth_signature={signature}"


def exchange(
    server: PusherServer, method: str, target: str, body: bytes = b""
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(
        server.host, server.port, timeout=PATIENCE_SECONDS
    )
    with contextlib.closing(connection):
        connection.request(method, target, body or None)
        response = connection.getresponse()
        return response.status, response.read()


def request(
    server: PusherServer,
    method: str,
    endpoint: str,
    body: object = None,
    **changes: Any,
) -> tuple[int, Any]:
    """The status and the parsed JSON of a signed request to the HTTP API."""
    path = f"/apps/{server.app_id}/{endpoint}"
    content = b"" if body is None else json.dumps(body).encode()
    target = f"{path}?{query(server, method, path, content, **changes)}"
    status, answer = exchange(server, method, target, content)
    return status, json.loads(answer)


def trigger(
    server: PusherServer,
    channel: str | list[str],
    name: str = "vote",
    **more: object,
) -> int:
    """Publish an event, and return the status."""
    channels = [channel] if isinstance(channel, str) else channel
    event = {"name": name, "channels": channels, "data": "{}", **more}
    status, _ = request(server, "POST", "events", event)
    return status
