"""Kept HTTP connections that send requests which were prepared before."""

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass

PATIENCE_SECONDS = 120
_CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_ETAG = re.compile(r"\r\netag: *([^\r]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    status: int
    head: str
    body: bytes

    @property
    def etag(self) -> str:
        found = _ETAG.search(self.head)
        assert found, self.head
        return found[1]


class HttpConnection:
    """One request at a time.

    Opened anew after an answer that says ``Connection: close``, as Soketi's all do.
    """

    def __init__(self, port: int) -> None:
        self._port = port
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
        head, end, body = self._received.partition(b"\r\n\r\n")
        length = _CONTENT_LENGTH.search(head)
        if not end or len(body) < int(length[1] if length else 0):
            return None
        answer = Answer(int(head[9:12]), head.decode("latin-1"), body)
        self.is_free, self._received = True, b""
        if _CLOSES.search(head):
            self.close()
            self._open()
        return answer

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
        self.is_free = True


def request(
    method: str, path: str, port: int, headers: Mapping[str, str], body: bytes = b""
) -> bytes:
    """The bytes of one request."""
    lines = {"Host": f"127.0.0.1:{port}", **headers}
    if method == "POST":
        lines["Content-Length"] = str(len(body))
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body
