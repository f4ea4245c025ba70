"""Kept HTTP connections that send requests which were prepared before."""

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass

PATIENCE_SECONDS = 60
_CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str:
        """A header's value, "" if it is not there."""
        pattern = rb"\r\n" + re.escape(name.encode()) + rb": *([^\r\n]*)"
        found = re.search(pattern, self.head, re.IGNORECASE)
        return found[1].decode() if found else ""


class HttpLine:
    """One connection, with one request at a time on it.

    Opened anew after an answer that says ``Connection: close``, as Soketi's all do.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self.is_free = True
        self._received = b""
        self._open()

    def send(self, request: bytes) -> None:
        self.is_free = False
        self.socket.sendall(request)

    def receive(self) -> Answer | None:
        """Read once; None until the answer is whole. Raises ConnectionError."""
        received = self.socket.recv(262_144)
        if not received:
            raise ConnectionError("The server closed a kept HTTP connection")
        self._received += received
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if not separator:
            return None
        if _CHUNKED.search(head):
            raise ConnectionError(f"An answer in chunks is not expected: {head!r}")
        length = _CONTENT_LENGTH.search(head)
        if len(body) < (int(length[1]) if length else 0):
            return None
        self._received = b""
        self.is_free = True
        if _CLOSES.search(head):
            self.close()
            self._open()
        return Answer(int(head[9:12]), head, body)

    def ask(self, request: bytes) -> Answer:
        """Send, and wait for the answer."""
        self.send(request)
        while (answer := self.receive()) is None:
            pass
        return answer

    def close(self) -> None:
        self.socket.close()

    def _open(self) -> None:
        address = ("127.0.0.1", self._port)
        self.socket = socket.create_connection(address, PATIENCE_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.descriptor = self.socket.fileno()


def request(
    method: str,
    path: str,
    port: int,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> bytes:
    """The bytes of one request."""
    lines = {
        "Host": f"127.0.0.1:{port}",
        **({"Content-Length": str(len(body))} if method == "POST" else {}),
        **(headers or {}),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body
