"""The WebSockets of the embedded server, as uvicorn's WebSocket protocol class.

uvicorn creates one for each upgrade, with the transport. `websockets` parses the
handshake and incoming frames. An outgoing frame was built once for all its recipients,
and is written straight to the transport.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Collection
from typing import Any, ClassVar, cast

from uvicorn.config import Config
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

from .admission import Refusal, find_refusal
from .app import App
from .connection import Connection
from .frames import error_frame
from .hub import Hub
from .limits import Limits, RateCounter, exceeds

# Browsers answer pings even for a hidden page whose scripts are throttled. A connection
# that is silent for 90 to 100 seconds is closed.
SWEEP_SECONDS = 10
PING_AFTER_SWEEPS = 6
CLOSE_AFTER_SWEEPS = 10
# How long the client may take to read and answer a close frame.
CLOSE_TIMEOUT_SECONDS = 3

RESTARTING = 1012
INVALID_TEXT = 1007
OVER_CAPACITY = 4100
NO_PONG = 4201

logger = logging.getLogger("realtime.server")
# `websockets` logs each frame at DEBUG: signatures and data.
_frame_logger = logging.getLogger("realtime.server.frames")
_frame_logger.setLevel(logging.ERROR)


class WebSockets:
    """All WebSockets of one server, and their shared state."""

    def __init__(
        self, app: App, hub: Hub, limits: Limits, allowed_origins: Collection[str]
    ) -> None:
        self.app = app
        self.hub = hub
        self.limits = limits
        self.allowed_origins = allowed_origins
        self.connected: set[WebSocket] = set()
        self.per_address: Counter[str] = Counter()
        self.accepted = 0
        self.refused = 0
        self.cut_off = 0
        self.messages_received = 0
        self._connect_rates: dict[str, RateCounter] = {}
        self.protocol_class: type[WebSocket] = type(
            "EmbeddedWebSocket", (WebSocket,), {"__slots__": (), "server": self}
        )

    def find_refusal(self, request: Request, address: str) -> Refusal | None:
        if exceeds(self.per_address[address] + 1, self.limits.connections_per_address):
            return Refusal(OVER_CAPACITY, "Too many connections")
        # Not 4004, after which pusher-js never reconnects.
        if exceeds(len(self.connected) + 1, self.limits.connections):
            return Refusal(OVER_CAPACITY, "The server is full")
        if self._connects_too_often(address):
            return Refusal(OVER_CAPACITY, "Too many connections at once")
        return find_refusal(request, self.app, self.allowed_origins)

    def add(self, websocket: "WebSocket", address: str) -> None:
        self.connected.add(websocket)
        self.accepted += 1
        self.per_address[address] += 1
        logger.info("A browser connected (%d now).", len(self.connected))

    def remove(self, websocket: "WebSocket", address: str) -> None:
        self.connected.discard(websocket)
        self.per_address[address] -= 1
        if not self.per_address[address]:
            del self.per_address[address]
        logger.info("A browser left (%d now).", len(self.connected))

    def sweep(self) -> None:
        """Ping silent connections, and close those that were silent for too long."""
        self._connect_rates.clear()
        for websocket in list(self.connected):
            websocket.sweep()

    def _connects_too_often(self, address: str) -> bool:
        limit = self.limits.connects_per_second_and_address
        if not limit:
            return False
        return self._connect_rates.setdefault(address, RateCounter(limit)).hit()


class WebSocket(asyncio.Protocol):
    """One WebSocket: translates between bytes and a `Connection`."""

    __slots__ = (
        "_abort_timer",
        "_address",
        "_connection",
        "_fragments",
        "_frame_rate",
        "_protocol",
        "_silent_sweeps",
        "_transport",
        "_uvicorn_connections",
    )
    server: ClassVar[WebSockets]

    _transport: asyncio.Transport

    def __init__(
        self, config: Config, server_state: ServerState, app_state: dict[str, Any]
    ) -> None:
        """The arguments are uvicorn's."""
        self._uvicorn_connections: set[Any] = server_state.connections
        self._protocol = ServerProtocol(
            max_size=self.server.limits.frame_bytes or None, logger=_frame_logger
        )
        self._address = ""
        self._connection: Connection | None = None
        self._fragments: bytearray | None = None
        self._abort_timer: asyncio.TimerHandle | None = None
        self._silent_sweeps = 0
        rate = self.server.limits.frames_per_second
        self._frame_rate: RateCounter | None = RateCounter(rate) if rate else None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        if self.server.limits.unsent_bytes:
            self._transport.set_write_buffer_limits(
                high=self.server.limits.unsent_bytes
            )
        self._uvicorn_connections.add(self)

    def data_received(self, data: bytes) -> None:
        self._silent_sweeps = 0
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Request):
                self._accept_handshake(event)
            elif isinstance(event, Frame):
                self._receive(event)
        self._flush_protocol()

    def pause_writing(self) -> None:
        """The client reads so slowly that the write buffer exceeds its limit."""
        if self.server.limits.unsent_bytes:
            self.server.cut_off += 1
            logger.info("Cut off a browser that reads too slowly.")
            self.close(OVER_CAPACITY, "Too far behind")

    def connection_lost(self, error: Exception | None) -> None:
        self._disconnect()
        self._uvicorn_connections.discard(self)
        if self._abort_timer:
            self._abort_timer.cancel()

    def shutdown(self) -> None:
        """Called by uvicorn when it stops.

        After 1012 pusher-js waits for 1 second. After 4200 it would reconnect at once,
        fail, and then wait for 15 seconds.
        """
        self.close(RESTARTING, "The server restarts")

    def sweep(self) -> None:
        """Called every SWEEP_SECONDS. Any incoming data resets the count."""
        self._silent_sweeps += 1
        if self._silent_sweeps == PING_AFTER_SWEEPS:
            self._protocol.send_ping(b"")
            self._flush_protocol()
        elif self._silent_sweeps >= CLOSE_AFTER_SWEEPS:
            self.close(NO_PONG, "Pong reply not received")

    def close(self, code: int, reason: str) -> None:
        """Send a close frame, and give the client a moment to answer."""
        if self._protocol.state is State.OPEN:
            self.server.hub.flush()  # Earlier events precede the close frame.
            self._protocol.send_close(code, reason)
        self._flush_protocol()

    def _accept_handshake(self, request: Request) -> None:
        response = self._protocol.accept(request)
        self._protocol.send_response(response)
        self._flush_protocol()
        if self._protocol.state is not State.OPEN:
            return
        peer = self._transport.get_extra_info("peername")
        self._address = str(peer[0]) if peer else ""
        if refusal := self.server.find_refusal(request, self._address):
            self.server.refused += 1
            origin = request.headers.get("Origin")
            logger.info("Refused a connection from %s: %s.", origin, refusal.reason)
            # The event is for clients that cannot read close codes.
            self._transport.write(error_frame(refusal.reason, refusal.code))
            self.close(refusal.code, refusal.reason)
        else:
            self._connection = Connection(
                self.server.app,
                self.server.hub,
                self.server.limits,
                self._transport.write,
                self.close,
            )
            self.server.add(self, self._address)
            self._connection.open()

    def _receive(self, frame: Frame) -> None:
        """Join the fragments of a message; `websockets` limits their total size."""
        if not self._connection:
            return
        self.server.messages_received += 1
        if self._frame_rate and self._frame_rate.hit():
            self.close(OVER_CAPACITY, "Too many messages")
            return
        if frame.opcode is Opcode.TEXT:
            self._fragments = bytearray()
        elif frame.opcode is Opcode.BINARY:
            self._connection.send_error("Invalid message: binary")
        if frame.opcode in (Opcode.TEXT, Opcode.CONT) and self._fragments is not None:
            self._fragments += frame.data
            if frame.fin:
                message, self._fragments = self._fragments, None
                try:
                    text = message.decode()
                except UnicodeDecodeError:
                    self._protocol.fail(INVALID_TEXT, "Not UTF-8")
                else:
                    self._connection.receive(text)

    def _flush_protocol(self) -> None:
        """Write the output of `websockets`: the handshake, pongs and close frames."""
        is_closing = self._protocol.close_expected()
        if is_closing:
            self._disconnect()
        if writes := b"".join(self._protocol.data_to_send()):
            self._transport.write(writes)
        if is_closing:
            self._close_transport()

    def _close_transport(self) -> None:
        if not self._abort_timer:
            self._abort_timer = asyncio.get_running_loop().call_later(
                CLOSE_TIMEOUT_SECONDS, self._transport.abort
            )
        if self._protocol.close_rcvd:
            self._transport.close()
        elif self._protocol.eof_sent and self._transport.can_write_eof():
            # Closing both directions while the rest of a frame arrives would reset the
            # connection, and the client might never read the close code.
            self._transport.write_eof()

    def _disconnect(self) -> None:
        if self._connection:
            self._connection.on_disconnect()
            self._connection = None
            self.server.remove(self, self._address)
