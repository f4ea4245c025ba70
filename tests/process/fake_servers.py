"""A fake provider of real-time events, which fails on request.

It accepts signed events over HTTP as Pusher Channels does (HTTP API, ``events`` and
``batch_events``), on a port of its own that it keeps while it is down.
"""

import contextlib
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any, BinaryIO, Self
from urllib.parse import parse_qsl, urlsplit

APP_ID, KEY, SECRET = "42", "the-key-of-the-tests", "the-secret-of-the-provider"
# More than the kernel accepts by itself with a backlog of 0, which is only a hint.
WAITING_CONNECTIONS = 16


@dataclass(frozen=True)
class PublishedEvent:
    """An event on a channel, as the provider would send it to browsers."""

    channel: str
    name: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """A request, and whether it was the first on its connection."""

    path: str
    body: bytes
    is_signed: bool
    events: tuple[PublishedEvent, ...]
    is_first: bool


# Returns the response; None closes the connection without one.
Handler = Callable[["FakeProvider", Request], bytes | None]
Fault = Callable[["FakeProvider"], None]


class FakeProvider:
    """Works at first. ``published`` has the events of requests answered with 200.

    ``requests`` has every request that arrived, answered or not.
    """

    def __init__(self) -> None:
        self.published: list[PublishedEvent] = []
        self.requests: list[Request] = []
        self._handler: Handler = accept
        self._connections: set[socket.socket] = set()
        self._waiting: list[socket.socket] = []
        self._lock = threading.Lock()
        self._is_released = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    @property
    def environment(self) -> dict[str, str]:
        """The settings that point the product here."""
        return {
            "PUSHER_APP_ID": APP_ID,
            "PUSHER_KEY": KEY,
            "PUSHER_SECRET": SECRET,
            "PUSHER_HOST": "127.0.0.1",
            "PUSHER_PORT": str(self.port),
            "PUSHER_SCHEME": "http",
        }

    def __enter__(self) -> Self:
        self._accept_from(self._listener)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._shut_down()

    def published_on(self, channel: str) -> list[PublishedEvent]:
        return [event for event in list(self.published) if event.channel == channel]

    # Its faults last until ``recover``.

    def recover(self) -> None:
        self.respond_with(accept)

    def respond_with(self, handler: Handler) -> None:
        self._release()
        self._handler = handler
        if self._listener.fileno() == -1 or self._waiting:
            self._shut_down()
            self._listener = socket.create_server(("127.0.0.1", self.port))
            self._accept_from(self._listener)

    def refuse_connections(self) -> None:
        """Nothing listens on its port."""
        self._shut_down()

    def ignore_connections(self) -> None:
        """Connections are neither accepted nor refused."""
        self._shut_down()
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=0)
        for _ in range(WAITING_CONNECTIONS):
            waiting = socket.socket()
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", self.port))
            self._waiting.append(waiting)

    def _release(self) -> None:
        self._is_released.set()
        self._is_released = threading.Event()

    def _shut_down(self) -> None:
        self._release()
        with contextlib.suppress(OSError):
            # It ends a blocking accept; closing alone would not.
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for waiting in self._waiting:
            waiting.close()
        self._waiting = []

    def _accept_from(self, listener: socket.socket) -> None:
        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    serve = threading.Thread(
                        target=self._serve, args=[connection], daemon=True
                    )
                    serve.start()

        threading.Thread(target=accept, daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with self._lock:
            self._connections.add(connection)
        # A connection may be cut at any moment, by either side.
        with contextlib.suppress(OSError), connection:
            for request in _requests(connection.makefile("rb")):
                self.requests.append(request)
                response = self._handler(self, request)
                if response is None:
                    break
                connection.sendall(response)
                if b"\r\nConnection: close\r\n" in response:
                    break
        with self._lock:
            self._connections.discard(connection)


def accept(provider: FakeProvider, request: Request) -> bytes:
    """As the protocol demands: only signed events are accepted."""
    if not request.is_signed:
        return response_of(HTTPStatus.UNAUTHORIZED, b"Invalid signature")
    provider.published.extend(request.events)
    return response_of(HTTPStatus.OK, b"{}", "application/json")


def hang(provider: FakeProvider, request: Request) -> None:
    """Until the fault ends."""
    provider._is_released.wait()


def respond(status: HTTPStatus, body: bytes = b"", kind: str = "text/plain") -> Handler:
    return lambda provider, request: response_of(status, body, kind)


def send_half_and_close(provider: FakeProvider, request: Request) -> bytes:
    return b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 40\r\n\r\n{"


def send_half_and_hang(provider: FakeProvider, request: Request) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n{"


def send_no_http(provider: FakeProvider, request: Request) -> bytes:
    return b"220 mail.example ESMTP\r\nConnection: close\r\n\r\n"


def drop_reused_connections(provider: FakeProvider, request: Request) -> bytes | None:
    """As a server whose timeout of idle connections ends at that moment."""
    return accept(provider, request) if request.is_first else None


def accept_and_drop() -> Handler:
    """The first request is accepted, and the connection lost before its response."""
    is_first = True

    def handle(provider: FakeProvider, request: Request) -> bytes | None:
        nonlocal is_first
        was_first, is_first = is_first, False
        response = accept(provider, request)
        return None if was_first else response

    return handle


def response_of(status: HTTPStatus, body: bytes, kind: str = "text/plain") -> bytes:
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


HTML = b"<!doctype html><title>Sign in to the company's network</title>"
CLOCK_OFF = b"Timestamp expired: Given timestamp (2026-01-05T09:15:00Z) not within 600s"

FAULTS: dict[str, Fault] = {
    "refuses connections": FakeProvider.refuse_connections,
    "times out": FakeProvider.ignore_connections,
    "hangs after connect": lambda p: p.respond_with(hang),
    "half a response": lambda p: p.respond_with(send_half_and_close),
    "half a response, then hangs": lambda p: p.respond_with(send_half_and_hang),
    "no HTTP": lambda p: p.respond_with(send_no_http),
    "HTML with 200": lambda p: p.respond_with(
        respond(HTTPStatus.OK, HTML, "text/html")
    ),
    **{
        str(status.value): lambda p, status=status: p.respond_with(
            respond(status, b"No.")
        )
        for status in [
            HTTPStatus.UNAUTHORIZED,
            HTTPStatus.FORBIDDEN,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.TOO_MANY_REQUESTS,
            HTTPStatus.INTERNAL_SERVER_ERROR,
        ]
    },
    "401 for a clock that is off": lambda p: p.respond_with(
        respond(HTTPStatus.UNAUTHORIZED, CLOCK_OFF)
    ),
}
# One retry is enough: nothing is lost.
SMALL_FAULTS: dict[str, Fault] = {
    "drops reused connections": lambda p: p.respond_with(drop_reused_connections),
    "drops the connection after accepting": lambda p: p.respond_with(accept_and_drop()),
}


def _requests(lines: BinaryIO) -> Iterator[Request]:
    is_first = True
    while line := lines.readline():
        method, target, _ = line.decode().split(" ")
        length = 0
        while (header := lines.readline().decode().strip()) != "":
            name, _, value = header.partition(":")
            if name.lower() == "content-length":
                length = int(value)
        body = lines.read(length)
        if len(body) == length:
            yield Request(
                urlsplit(target).path,
                body,
                _is_signed(method, target, body),
                tuple(_events(urlsplit(target).path, body)),
                is_first,
            )
        is_first = False


def _is_signed(method: str, target: str, body: bytes) -> bool:
    """Pusher Channels, HTTP API, authentication."""
    url = urlsplit(target)
    parameters = dict(parse_qsl(url.query))
    signature = parameters.pop("auth_signature", "")
    query = "&".join(f"{name}={value}" for name, value in sorted(parameters.items()))
    text = f"{method}\n{url.path}\n{query}".encode()
    return (
        parameters.get("body_md5") == hashlib.md5(body).hexdigest()
        and signature == hmac.digest(SECRET.encode(), text, "sha256").hex()
    )


def _events(path: str, body: bytes) -> Iterator[PublishedEvent]:
    if not path.endswith("events"):
        return
    data = json.loads(body)
    for event in data.get("batch", [data]):
        for channel in event.get("channels") or [event["channel"]]:
            yield PublishedEvent(channel, event["name"], json.loads(event["data"]))
