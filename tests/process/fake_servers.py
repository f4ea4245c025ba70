"""Fake servers that fail on request: a provider of real-time events, and a proxy.

The provider accepts signed events over HTTP as Pusher Channels does (HTTP API,
``events`` and ``batch_events``), on a port of its own that it keeps while it is down.
The proxy stands in front of a real server, and answers in its place when told to.
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
        _shut_down(self._listener)
        with self._lock:
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for waiting in self._waiting:
            waiting.close()
        self._waiting = []

    def _accept_from(self, listener: socket.socket) -> None:
        _accept_from(listener, self._serve)

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


def response_of(
    status: HTTPStatus, body: bytes, kind: str = "text/plain", *more_lines: str
) -> bytes:
    lines = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        *more_lines,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


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


class Proxy:
    """In front of a server: it passes everything on, or answers in its place.

    ``answered`` has the paths that it answered itself.
    """

    def __init__(self, server_port: int) -> None:
        self.answered: list[str] = []
        self._server_port = server_port
        self._answer: Callable[[str], bytes] | None = None
        self._connections: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://localhost:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        _accept_from(self._listener, self._serve)
        return self

    def __exit__(self, *_: object) -> None:
        _shut_down(self._listener)
        self.cut()

    def get_in_the_way(self, answer: Callable[[str], bytes]) -> None:
        """From now on each request gets this answer; open WebSockets stay."""
        self._answer = answer

    def pass_on(self) -> None:
        self._answer = None

    def cut(self) -> None:
        """Close every connection."""
        for connection in list(self._connections):
            _shut_down(connection)

    def _serve(self, client: socket.socket) -> None:
        self._connections.add(client)
        # A connection may be cut at any moment, by either side.
        with contextlib.suppress(OSError), client, client.makefile("rb") as lines:
            head, body = _head_and_body(lines)
            if not head:
                return
            path = head[0].decode().split(" ")[1]
            if self._answer:
                self.answered.append(path)
                client.sendall(self._answer(path))
                return
            server = socket.create_connection(("127.0.0.1", self._server_port))
            self._connections.add(server)
            with server, server.makefile("rb") as answer:
                if any(line.lower().startswith(b"upgrade:") for line in head):
                    to_server = (lines, client, server)
                    threading.Thread(target=_copy, args=to_server, daemon=True).start()
                else:
                    # One request a connection: each one is looked at.
                    head[1:1] = [b"Connection: close\r\n"]
                server.sendall(b"".join(head) + b"\r\n" + body)
                _copy(answer, server, client)
            self._connections.discard(server)
        self._connections.discard(client)


def sign_in(path: str) -> bytes:
    """Every address leads to a page."""
    if path == "/sign-in/":
        return response_of(HTTPStatus.OK, HTML, "text/html", "Connection: close")
    where = ("Location: /sign-in/", "Connection: close")
    return response_of(HTTPStatus.FOUND, b"", "text/html", *where)


def always(
    status: HTTPStatus, body: bytes, kind: str = "text/html"
) -> Callable[[str], bytes]:
    return lambda path: response_of(status, body, kind, "Connection: close")


# What may stand between a browser and the server, by its answer to each request.
IN_THE_WAY: dict[str, Callable[[str], bytes]] = {
    "a sign-in page": sign_in,
    "a firewall's 403": always(HTTPStatus.FORBIDDEN, b"<h1>Blocked by policy</h1>"),
    "a firewall's 403 in JSON": always(
        HTTPStatus.FORBIDDEN,
        b'{"error": "Blocked by policy.", "code": "blocked"}',
        "application/json",
    ),
    "a proxy's 404": always(HTTPStatus.NOT_FOUND, b"<h1>404 page not found</h1>"),
    "a proxy's 502": always(HTTPStatus.BAD_GATEWAY, b"<h1>502 Bad Gateway</h1>"),
    "JSON of others with 200": always(
        HTTPStatus.OK, b'{"status": "ok", "version": 7}', "application/json"
    ),
    "a page with 200": always(HTTPStatus.OK, HTML),
}


def _accept_from(
    listener: socket.socket, serve: Callable[[socket.socket], None]
) -> None:
    """Each connection has a thread of its own."""

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=serve, args=[connection], daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def _shut_down(connection: socket.socket) -> None:
    """It ends a blocking call in another thread; closing alone would not."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def _copy(source: Any, read_from: socket.socket, to: socket.socket) -> None:
    """Until either side ends."""
    with contextlib.suppress(OSError, ValueError):
        while piece := source.read1(65_536):
            to.sendall(piece)
    _shut_down(read_from)
    _shut_down(to)


def _head_and_body(lines: BinaryIO) -> tuple[list[bytes], bytes]:
    """A request: its head, of no line where the connection ends, and its body."""
    head: list[bytes] = []
    length = 0
    while (line := lines.readline()).strip():
        name, _, value = line.lower().partition(b":")
        if name == b"content-length":
            length = int(value)
        if name != b"connection" or b"upgrade" in value:
            head.append(line)
    body = lines.read(length)
    return (head, body) if len(body) == length else ([], b"")


def _requests(lines: BinaryIO) -> Iterator[Request]:
    is_first = True
    while True:
        head, body = _head_and_body(lines)
        if not head:
            return
        method, target, _ = head[0].decode().split(" ")
        path = urlsplit(target).path
        signed = _is_signed(method, target, body)
        yield Request(path, body, signed, tuple(_events(path, body)), is_first)
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
