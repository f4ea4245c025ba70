"""The WebSockets of the load generator: the client's side of RFC 6455, and no more."""

import json
import socket
import struct
from typing import Any

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
PATIENCE_SECONDS = 60

Frames = list[tuple[int, bytes]]


class Line:
    """One WebSocket. It waits while it is set up, and never after ``let_go``."""

    __slots__ = ("_rest", "descriptor", "frames", "socket", "unfinished")

    def __init__(
        self, port: int, path: str, *, receive_buffer_bytes: int | None = None
    ) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer_bytes is not None:
            self.socket.setsockopt(
                socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes
            )
        self.socket.settimeout(PATIENCE_SECONDS)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.descriptor = self.socket.fileno()
        # Text frames since it was let go.
        self.frames = 0
        # The beginning of a frame whose end has not arrived.
        self.unfinished = b""
        self._rest: Frames = []
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
            received += self._receive()
        head, _, self.unfinished = received.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101"):
            raise ConnectionError(f"No WebSocket: {head!r}")

    def send(self, message: dict[str, Any]) -> None:
        self.socket.sendall(client_frame(TEXT, json.dumps(message).encode()))

    def next_message(self) -> dict[str, Any]:
        """Wait for a message; ``data`` is parsed as well."""
        while True:
            # The handshake may have brought the first frames along.
            self._rest += self.read_frames(b"")
            while not self._rest:
                self._rest = self.read_frames(self._receive())
            opcode, payload = self._rest.pop(0)
            if opcode == TEXT:
                return message_in(payload)

    def let_go(self) -> None:
        """From here on it is counted, and waits for nothing."""
        self.socket.settimeout(0)
        self.frames = 0

    def read_frames(self, received: bytes) -> Frames:
        """The frames that are complete now; pings are answered, text is counted."""
        frames, self.unfinished = split_frames(self.unfinished + received)
        for opcode, payload in frames:
            if opcode == TEXT:
                self.frames += 1
            elif opcode == PING:
                self.socket.sendall(client_frame(PONG, payload))
        return frames

    def close(self) -> None:
        self.socket.close()

    def _receive(self) -> bytes:
        received = self.socket.recv(65_536)
        if not received:
            raise ConnectionError("The server closed a WebSocket")
        return received


def message_in(payload: bytes) -> dict[str, Any]:
    """A message of Pusher's protocol, with the JSON inside its ``data`` parsed too."""
    message: dict[str, Any] = json.loads(payload)
    if isinstance(message.get("data"), str):
        message["data"] = json.loads(message["data"])
    return message


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
    length = len(payload)
    if length < 126:
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | length)
    else:
        head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, length)
    return head + bytes(4) + payload


def _head(data: bytes, place: int) -> tuple[int, int] | None:
    """Where the payload of the frame at ``place`` begins, and its length."""
    available = len(data) - place
    if available < 2:
        return None
    length = data[place + 1]
    if length < 126:
        return place + 2, length
    if length == 126:
        if available < 4:
            return None
        return place + 4, int(struct.unpack_from("!H", data, place + 2)[0])
    if available < 10:
        return None
    return place + 10, int(struct.unpack_from("!Q", data, place + 2)[0])
