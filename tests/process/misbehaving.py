"""A provider of real-time events that can be told to misbehave.

It takes signed events over HTTP as Pusher Channels does (HTTP API, ``events`` and
``batch_events``), on a port of its own that it keeps while it is away.
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
# What the kernel takes in before nobody is let in any more; it is a hint there.
TAKEN_AT_THE_LEAST = 16


@dataclass(frozen=True)
class Told:
    """An event on a channel, as the provider would hand it on."""

    channel: str
    name: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """A request, and whether it was the first on its connection."""

    path: str
    body: bytes
    is_signed: bool
    events: tuple[Told, ...]
    is_first: bool


# What to send back; None closes the connection without a word.
Answer = Callable[["Provider", Asked], bytes | None]
Fault = Callable[["Provider"], None]


class Provider:
    """Well at first. ``told`` has what it took: the events of requests answered 200.

    ``asked`` has every request that arrived, answered or not.
    """

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.asked: list[Asked] = []
        self._answer: Answer = takes_them
        self._connections: set[socket.socket] = set()
        self._crowd: list[socket.socket] = []
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
        self._goes_away()

    def told_on(self, channel: str) -> list[Told]:
        return [told for told in list(self.told) if told.channel == channel]

    # How it misbehaves, from now on. ``is_well`` ends it.

    def is_well(self) -> None:
        self._answers_with(takes_them)

    def answers(self, answer: Answer) -> None:
        self._answers_with(answer)

    def refuses(self) -> None:
        """Nobody listens on its port."""
        self._goes_away()

    def lets_nobody_in(self) -> None:
        """Who connects waits: nobody takes the connection, and nobody refuses it."""
        self._goes_away()
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=0)
        for _ in range(TAKEN_AT_THE_LEAST):
            waiting = socket.socket()
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", self.port))
            self._crowd.append(waiting)

    # How it works.

    def _answers_with(self, answer: Answer) -> None:
        self._release()
        self._answer = answer
        if self._listener.fileno() == -1 or self._crowd:
            self._goes_away()
            self._listener = socket.create_server(("127.0.0.1", self.port))
            self._accept_from(self._listener)

    def _release(self) -> None:
        self._is_released.set()
        self._is_released = threading.Event()

    def _goes_away(self) -> None:
        self._release()
        with contextlib.suppress(OSError):
            # Wakes up who waits in accept; closing alone would not.
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for waiting in self._crowd:
            waiting.close()
        self._crowd = []

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
            for asked in _requests(connection.makefile("rb")):
                self.asked.append(asked)
                answer = self._answer(self, asked)
                if answer is None:
                    break
                connection.sendall(answer)
                if b"\r\nConnection: close\r\n" in answer:
                    break
        with self._lock:
            self._connections.discard(connection)


def takes_them(provider: Provider, asked: Asked) -> bytes:
    """As the protocol says: only what is signed is taken."""
    if not asked.is_signed:
        return an_answer(HTTPStatus.UNAUTHORIZED, b"Invalid signature")
    provider.told.extend(asked.events)
    return an_answer(HTTPStatus.OK, b"{}", "application/json")


def says_nothing(provider: Provider, asked: Asked) -> None:
    """For as long as this lasts."""
    provider._is_released.wait()


def answers(status: HTTPStatus, body: bytes = b"", kind: str = "text/plain") -> Answer:
    return lambda provider, asked: an_answer(status, body, kind)


def sends_half_an_answer(provider: Provider, asked: Asked) -> bytes:
    return b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 40\r\n\r\n{"


def sends_half_and_hangs(provider: Provider, asked: Asked) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n{"


def sends_no_http(provider: Provider, asked: Asked) -> bytes:
    return b"220 mail.example ESMTP\r\nConnection: close\r\n\r\n"


def drops_kept_connections(provider: Provider, asked: Asked) -> bytes | None:
    """As a server does whose patience with idle connections ends at that moment."""
    return takes_them(provider, asked) if asked.is_first else None


def takes_and_drops() -> Answer:
    """The first request is taken, and the connection lost before its answer."""
    is_first = True

    def answer(provider: Provider, asked: Asked) -> bytes | None:
        nonlocal is_first
        was_first, is_first = is_first, False
        taken = takes_them(provider, asked)
        return None if was_first else taken

    return answer


def an_answer(status: HTTPStatus, body: bytes, kind: str = "text/plain") -> bytes:
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


HTML = b"<!doctype html><title>Sign in to the company's network</title>"
CLOCK_OFF = b"Timestamp expired: Given timestamp (2026-01-05T09:15:00Z) not within 600s"

FAULTS: dict[str, Fault] = {
    "refuses": Provider.refuses,
    "times out": Provider.lets_nobody_in,
    "hangs after connect": lambda p: p.answers(says_nothing),
    "half an answer": lambda p: p.answers(sends_half_an_answer),
    "half an answer, then hangs": lambda p: p.answers(sends_half_and_hangs),
    "no HTTP": lambda p: p.answers(sends_no_http),
    "HTML with 200": lambda p: p.answers(answers(HTTPStatus.OK, HTML, "text/html")),
    **{
        str(status.value): lambda p, status=status: p.answers(answers(status, b"No."))
        for status in [
            HTTPStatus.UNAUTHORIZED,
            HTTPStatus.FORBIDDEN,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.TOO_MANY_REQUESTS,
            HTTPStatus.INTERNAL_SERVER_ERROR,
        ]
    },
    "401 for a clock that is off": lambda p: p.answers(
        answers(HTTPStatus.UNAUTHORIZED, CLOCK_OFF)
    ),
}
# Sending once more is enough: nothing is lost at all.
SMALL_FAULTS: dict[str, Fault] = {
    "drops kept connections": lambda p: p.answers(drops_kept_connections),
    "drops the connection once it took them": lambda p: p.answers(takes_and_drops()),
}


def _requests(lines: BinaryIO) -> Iterator[Asked]:
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
            yield Asked(
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


def _events(path: str, body: bytes) -> Iterator[Told]:
    if not path.endswith("events"):
        return
    told = json.loads(body)
    for event in told.get("batch", [told]):
        for channel in event.get("channels") or [event["channel"]]:
            yield Told(channel, event["name"], json.loads(event["data"]))
