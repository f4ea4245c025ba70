"""A WebSocket as a browser opens it, and what it hears (Pusher protocol 7)."""

import contextlib
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, reconnect
from websockets.typing import Origin

from . import explanations
from .destination import Destination

TIMEOUT_SECONDS = 10

Message = dict[str, Any]


class _BrowserConnect(reconnect):
    """It follows no redirect: the WebSocket standard of browsers does not."""

    def process_redirect(self, exc: Exception) -> Exception:
        return exc


class ProbeConnection:
    """An open connection. ``socket_id`` is known once it was established."""

    def __init__(self, websocket: ClientConnection, destination: Destination) -> None:
        self._websocket = websocket
        self._destination = destination
        self.socket_id = ""

    @property
    def clock_offset_seconds(self) -> float | None:
        """How far the server's clock is ahead of this one's, None if it does not say.

        HTTP's Date is of whole seconds.
        """
        response = self._websocket.response
        date = response.headers.get("Date") if response else None
        if not date:
            return None
        try:
            theirs = parsedate_to_datetime(date)
        except ValueError:
            return None
        return (theirs - datetime.now(UTC)).total_seconds()

    def establish(self) -> None:
        """Wait for the server's welcome. Raises DiagnosticError."""
        message = self.receive(TIMEOUT_SECONDS)
        if message is None:
            raise explanations.no_answer(self._destination)
        data = message.get("data")
        if message.get("event") == "pusher:error" and isinstance(data, dict):
            raise explanations.closed_with_code(
                data.get("code"), data.get("message"), self._destination
            )
        if not isinstance(data, dict) or not isinstance(data.get("socket_id"), str):
            raise explanations.not_a_pusher_server(self._destination)
        self.socket_id = data["socket_id"]

    def subscribe(self, channel: str, signed: Message) -> None:
        """Listen to a channel. Raises DiagnosticError."""
        data = {"channel": channel, **signed}
        self._websocket.send(json.dumps({"event": "pusher:subscribe", "data": data}))
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while message := self.receive(deadline - time.monotonic()):
            match message.get("event"):
                case "pusher_internal:subscription_succeeded":
                    return
                case "pusher:error" | "pusher:subscription_error":
                    raise explanations.subscription_rejected(
                        message.get("data"), self._destination
                    )
        raise explanations.no_answer(self._destination)

    def receive(self, seconds: float) -> Message | None:
        """The next message, its data read; None if there was none for so long.

        Raises DiagnosticError when the connection is closed instead.
        """
        try:
            text = self._websocket.recv(max(0, seconds))
        except TimeoutError:
            return None
        except ConnectionClosed as closed:
            close = closed.rcvd
            raise explanations.closed_with_code(
                close and close.code, close and close.reason, self._destination
            ) from None
        return _read(text)


@contextlib.contextmanager
def connected(destination: Destination) -> Iterator[ProbeConnection]:
    """A connection from a page of the destination's origin. Raises DiagnosticError."""
    # A proxy of the environment does not reach a server on this machine.
    proxy: Literal[True] | None = None if destination.is_on_this_machine_alone else True
    connecting = _BrowserConnect(
        destination.url,
        origin=Origin(destination.origin),
        proxy=proxy,
        open_timeout=TIMEOUT_SECONDS,
        close_timeout=1,
    )
    try:
        websocket = connecting.connect()
    except (OSError, InvalidHandshake) as error:
        raise explanations.not_connected(error, destination) from error
    with websocket:
        yield ProbeConnection(websocket, destination)


def _read(text: str | bytes) -> Message:
    """A message, its data read where it is JSON; empty if it is no JSON object."""
    message = _json(text)
    if not isinstance(message, dict):
        return {}
    return message | {"data": _json(message.get("data"))}


def _json(text: Any) -> Any:
    """What JSON says, or whatever else it is."""
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text
