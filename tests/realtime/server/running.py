"""A real server on a real port, and the clients that talk to it."""

import asyncio
import contextlib
import hashlib
import json
import logging
import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Any, Self

import uvicorn
from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosed
from websockets.frames import Close, Frame, Opcode
from websockets.sync.client import connect
from websockets.uri import parse_uri

from realtime.server import App, EmbeddedServer, Limits, Response

APP = App("20170426", "a-key", "a-secret")
PATIENCE_SECONDS = 30


def wait_until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "the condition was not met in time"
        time.sleep(0.002)


def signed_query(method: str, path: str, body: bytes = b"", **parameters: str) -> str:
    """The query string that signs a request (Pusher docs, HTTP API, authentication)."""
    parameters = {
        "auth_key": APP.key,
        "auth_timestamp": str(int(time.time())),
        "auth_version": "1.0",
        **({"body_md5": hashlib.md5(body).hexdigest()} if body else {}),
        **parameters,
    }
    query = "&".join(f"{key}={value}" for key, value in sorted(parameters.items()))
    signature = APP.sign(f"{method}\n{path}\n{query}")
    return f"{query}&auth_signature={signature}"


def signed(
    socket_id: str, channel: str, user: dict[str, Any] | None = None
) -> dict[str, str]:
    """The data of a browser's pusher:subscribe, signed by the application."""
    if user is None:
        return {
            "channel": channel,
            "auth": f"{APP.key}:{APP.sign(f'{socket_id}:{channel}')}",
        }
    channel_data = json.dumps(user)
    signature = APP.sign(f"{socket_id}:{channel}:{channel_data}")
    return {
        "channel": channel,
        "auth": f"{APP.key}:{signature}",
        "channel_data": channel_data,
    }


def reset(connected: socket.socket) -> None:
    """Drop a connection without a close frame, as a network failure does."""
    linger = struct.pack("ii", 1, 0)
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    connected.close()


class RunningServer:
    """The embedded server under uvicorn in a thread of its own."""

    def __init__(
        self,
        limits: Limits | None = None,
        allowed_origins: tuple[str, ...] = (),
        **options: Any,
    ) -> None:
        self.embedded = EmbeddedServer(APP, limits, allowed_origins, **options)
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=1000)
        self.port = self._socket.getsockname()[1]
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
        self._uvicorn = uvicorn.Server(
            uvicorn.Config(
                self.embedded.asgi,
                ws=self.embedded.websocket_protocol_class,
                http=self.embedded.http_protocol_class,
                interface="asgi3",
                log_config=None,
                access_log=False,
            )
        )
        self._thread = threading.Thread(
            target=self._uvicorn.run, kwargs={"sockets": [self._socket]}
        )

    def __enter__(self) -> Self:
        self._thread.start()
        wait_until(lambda: self._uvicorn.started)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._uvicorn.should_exit = True
        self._thread.join(PATIENCE_SECONDS)
        assert not self._thread.is_alive()

    @property
    def connection_count(self) -> int:
        return len(self.embedded._websockets.connected)

    @property
    def open_transport_count(self) -> int:
        return len(self._uvicorn.server_state.connections)

    @property
    def occupied_channels(self) -> set[str]:
        return set(self.embedded._hub.channels)

    def in_loop(self, function: Callable[[], Any]) -> Any:
        async def call() -> Any:
            return function()

        assert self.embedded._loop is not None
        return asyncio.run_coroutine_threadsafe(call(), self.embedded._loop).result(
            PATIENCE_SECONDS
        )

    def request(
        self, method: str, endpoint: str, body: object = None, **parameters: str
    ) -> Response:
        """A signed request to the HTTP API, from this thread."""
        path = f"/apps/{APP.app_id}/{endpoint}"
        content = b"" if body is None else json.dumps(body).encode()
        query = signed_query(method, path, content, **parameters)
        return self.embedded.call_from_thread(method, path, query, content)

    def trigger(self, channel: str, event: str, data: str, **more: str) -> None:
        body = {"name": event, "channels": [channel], "data": data, **more}
        assert self.request("POST", "events", body).status == 200

    def url(self, path: str = f"/app/{APP.key}?protocol=7") -> str:
        return f"ws://127.0.0.1:{self.port}{path}"

    def client(self, **options: Any) -> "Client":
        return Client(self.url(), **options)


class Client:
    """A WebSocket client that speaks the protocol and nothing more."""

    def __init__(self, url: str, **options: Any) -> None:
        options = {"compression": None, "proxy": None, "ping_interval": None} | options
        self.websocket = connect(url, **options).__enter__()
        self.socket_id = ""

    def __enter__(self) -> Self:
        self.socket_id = self.receive("pusher:connection_established")["socket_id"]
        return self

    def __exit__(self, *_: object) -> None:
        self.websocket.close()

    def send(self, event: str, data: object = None) -> None:
        self.websocket.send(json.dumps({"event": event, "data": data}))

    def message(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self.websocket.recv(PATIENCE_SECONDS))
        if isinstance(message["data"], str):
            with contextlib.suppress(ValueError):
                message["data"] = json.loads(message["data"])
        return message

    def receive(self, event: str) -> Any:
        """The data of the next message, which has to be this event."""
        message = self.message()
        assert message["event"] == event, message
        return message["data"]

    def receives_nothing_before(self, event: str = "pusher:pong") -> None:
        """An earlier message of the server would arrive before the pong."""
        self.send("pusher:ping", {})
        self.receive(event)

    def subscribe(self, channel: str, user: dict[str, Any] | None = None) -> Any:
        self.send("pusher:subscribe", signed(self.socket_id, channel, user))
        return self.receive("pusher_internal:subscription_succeeded")

    def unsubscribe(self, channel: str) -> None:
        self.send("pusher:unsubscribe", {"channel": channel})

    def close_code(self) -> int | None:
        """The code with which the server closes the connection, after any messages."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                self.websocket.recv(PATIENCE_SECONDS)
        return self.websocket.close_code

    def kill(self) -> None:
        reset(self.websocket.socket)


class RawClient:
    """A client that answers nothing by itself, and can send any bytes."""

    def __init__(self, server: RunningServer) -> None:
        self.socket = socket.create_connection(("127.0.0.1", server.port))
        self.socket.settimeout(PATIENCE_SECONDS)
        self.protocol = ClientProtocol(parse_uri(server.url()))
        self.protocol.send_request(self.protocol.connect())
        self.socket.sendall(b"".join(self.protocol.data_to_send()))
        self._frames: list[Frame] = []
        established = json.loads(bytes(self.next_frame().data))
        self.socket_id = json.loads(established["data"])["socket_id"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def subscribe(self, channel: str, user: dict[str, Any] | None = None) -> None:
        """Send a pusher:subscribe, without waiting for the answer."""
        data = signed(self.socket_id, channel, user)
        message = json.dumps({"event": "pusher:subscribe", "data": data})
        self.send(Frame(Opcode.TEXT, message.encode()))

    def kill(self) -> None:
        reset(self.socket)

    def send(self, frame: Frame) -> None:
        self.socket.sendall(frame.serialize(mask=True))

    def next_frame(self) -> Frame:
        while not self._frames:
            data = self.socket.recv(65_536)
            assert data, "the connection was dropped"
            self.protocol.receive_data(data)
            events = self.protocol.events_received()
            self._frames += [event for event in events if isinstance(event, Frame)]
        return self._frames.pop(0)

    def next_frames(self, count: int) -> list[Frame]:
        return [self.next_frame() for _ in range(count)]

    def close_code(self) -> int:
        while (frame := self.next_frame()).opcode is not Opcode.CLOSE:
            pass
        return int(Close.parse(frame.data).code)
