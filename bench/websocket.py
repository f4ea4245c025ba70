"""WebSockets of the load generator: the client's side of RFC 6455, and no more.

The `websockets` package takes a thread for each connection, or as long for a message as
a server takes to send it; here there are thousands of connections in one thread.
"""

import json
import socket
import struct
from collections.abc import Mapping
from typing import Any

TEXT, PING, PONG = 1, 9, 10
PATIENCE_SECONDS = 60

Frames = list[tuple[int, bytes]]


class WebSocket:
    """It waits while it is set up, and never after ``wait_no_more``."""

    __slots__ = ("_texts", "descriptor", "heard", "socket", "unfinished")

    def __init__(self, port: int, path: str, *, receive_buffer_bytes: int = 0) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer_bytes:
            option = (socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)
            self.socket.setsockopt(*option)
        self.socket.settimeout(PATIENCE_SECONDS)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.descriptor = self.socket.fileno()
        # How many events; whoever waits for them counts.
        self.heard = 0
        # The beginning of a frame whose end has not arrived.
        self.unfinished = b""
        self._texts: list[bytes] = []
        # A fixed key, from RFC 6455, 1.3: nobody checks the answer to it here.
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def finish_handshake(self) -> None:
        received = b""
        while b"\r\n\r\n" not in received:
            received += self.receive()
        head, _, rest = received.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101"):
            raise ConnectionError(f"No WebSocket: {head!r}")
        # The handshake may have brought the first frames along.
        self._texts = self.texts_in(rest)

    def send(self, event: str, data: Mapping[str, Any]) -> None:
        message = json.dumps({"event": event, "data": data})
        self.socket.sendall(client_frame(TEXT, message.encode()))

    def wait_for(self, event: str) -> dict[str, Any]:
        """The next message with that event; those before it are dropped."""
        while True:
            while not self._texts:
                self._texts = self.texts_in(self.receive())
            message: dict[str, Any] = json.loads(self._texts.pop(0))
            if message["event"] == event:
                return message
            if "error" in message["event"]:
                raise ConnectionError(message)

    def wait_no_more(self) -> None:
        self.socket.settimeout(0)

    def receive(self) -> bytes:
        received = self.socket.recv(65_536)
        if not received:
            raise ConnectionError("The server closed a WebSocket")
        return received

    def texts_in(self, received: bytes) -> list[bytes]:
        """The messages that are complete now; pings are answered."""
        frames, self.unfinished = split_frames(self.unfinished + received)
        for opcode, payload in frames:
            if opcode == PING:
                self.socket.sendall(client_frame(PONG, payload))
        return [payload for opcode, payload in frames if opcode == TEXT]

    def close(self) -> None:
        self.socket.close()


def split_frames(data: bytes) -> tuple[Frames, bytes]:
    """Whole frames as (opcode, payload), and the rest. A server's are not masked."""
    frames, place = [], 0
    while (head := _head(data, place)) is not None:
        begin, length = head
        if begin + length > len(data):
            break
        frames.append((data[place] & 0x0F, data[begin : begin + length]))
        place = begin + length
    return frames, data[place:]


def client_frame(opcode: int, payload: bytes) -> bytes:
    """A masked frame; the mask is zero, which leaves the payload as it is."""
    if (length := len(payload)) < 126:
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | length)
    else:
        head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, length)
    return head + bytes(4) + payload


def _head(data: bytes, place: int) -> tuple[int, int] | None:
    """Where the payload of the frame at ``place`` begins, and its length."""
    if len(data) - place < 2:
        return None
    if (length := data[place + 1]) < 126:
        return place + 2, length
    size, code = (4, "!H") if length == 126 else (10, "!Q")
    if len(data) - place < size:
        return None
    return place + size, int(struct.unpack_from(code, data, place + 2)[0])
