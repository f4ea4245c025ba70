"""A WebSocket as a browser opens it (Pusher protocol 7)."""

import contextlib
import json
import time
from collections.abc import Iterator, Sequence
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, reconnect
from websockets.typing import Origin

from . import explanations
from .destination import Destination

# The service publishes with a timeout of 2 seconds for connecting, and again for the
# response, and tries twice.
TIMEOUT_SECONDS = 10
POLL_SECONDS = 0.05

Message = dict[str, Any]


class _WithoutRedirects(reconnect):
    """Browsers follow no redirects of a WebSocket."""

    def process_redirect(self, exc: Exception) -> Exception:
        return exc


class ProbeConnection:
    """An open connection. Its methods raise DiagnosticError."""

    def __init__(self, websocket: ClientConnection, destination: Destination) -> None:
        self._websocket = websocket
        self._destination = destination
        self.socket_id = self._establish()

    def subscribe(self, channel: str, auth: str) -> None:
        data = {"channel": channel, "auth": auth}
        self._websocket.send(json.dumps({"event": "pusher:subscribe", "data": data}))
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while message := self._receive(deadline - time.monotonic()):
            match message.get("event"):
                case "pusher_internal:subscription_succeeded":
                    return
                case "pusher:error" | "pusher:subscription_error":
                    raise explanations.subscription_rejected(
                        message.get("data"), self._destination
                    )
        raise explanations.no_answer(self._destination)

    def receive_event(self, name: str, logged: Sequence[str]) -> None:
        """Wait for the event, or for an error of the service in ``logged``."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            message = self._receive(POLL_SECONDS)
            if message and message.get("event") == name:
                return
            if logged:
                raise explanations.not_published(logged[0], self._destination)
        raise explanations.not_received(self._destination)

    def _establish(self) -> str:
        message = self._receive(TIMEOUT_SECONDS)
        if message is None:
            raise explanations.no_answer(self._destination)
        data = message.get("data")
        if not isinstance(data, dict):
            raise explanations.not_a_pusher_server(self._destination)
        if message.get("event") == "pusher:error":
            raise explanations.closed(
                data.get("code"), data.get("message"), self._destination
            )
        return str(data.get("socket_id"))

    def _receive(self, seconds: float) -> Message | None:
        """The next message, its data parsed; None if there was none in time."""
        try:
            text = self._websocket.recv(max(0, seconds))
        except TimeoutError:
            return None
        except ConnectionClosed as closed:
            close = closed.rcvd
            raise explanations.closed(
                close and close.code, close and close.reason, self._destination
            ) from None
        message = _parsed(text)
        if not isinstance(message, dict):
            return {}
        return message | {"data": _parsed(message.get("data"))}


@contextlib.contextmanager
def connected(destination: Destination) -> Iterator[ProbeConnection]:
    """A connection from a page of the destination's origin. Raises DiagnosticError."""
    connecting = _WithoutRedirects(
        destination.url,
        origin=Origin(destination.origin),
        # A proxy that the environment names cannot reach a server on this machine.
        proxy=None if destination.is_loopback else True,
        open_timeout=TIMEOUT_SECONDS,
        close_timeout=1,
    )
    try:
        websocket = connecting.connect()
    except (OSError, InvalidHandshake) as error:
        raise explanations.not_connected(error, destination) from error
    with websocket:
        yield ProbeConnection(websocket, destination)


def _parsed(text: Any) -> Any:
    """The value of JSON; anything else unchanged."""
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text
