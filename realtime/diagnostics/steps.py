"""One event, all the way: signed, published, heard."""

import base64
import contextlib
import json
import logging
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from realtime.events import ChannelMember
from realtime.service import RealtimeService

from . import explanations
from .destination import Destination, destination_of
from .probe_connection import ProbeConnection, connected

# The service tries twice, with a time-out of two seconds for connecting and answer.
ARRIVAL_SECONDS = 10
POLL_SECONDS = 0.05
# Pusher's limit is ten minutes; from a minute on it is worth saying.
CLOCK_TOLERANCE_SECONDS = 600
CLOCK_NOTE_SECONDS = 60

POLLING_PROVIDERS = ("log", "null", "memory")
KNOWN_PROVIDERS = ("pusher", "websocket")
EVENT = "check"


@dataclass(frozen=True)
class Finding:
    """A sentence about one step that went well, or ``is_note``: worth knowing."""

    text: str
    is_note: bool = False


def check(service: RealtimeService, page: str) -> Iterator[Finding]:
    """Try a provider as a browser on ``page`` would, step by step.

    ``page`` is the address under which browsers open the pages. The steps come as they
    are done. Raises DiagnosticError.
    """
    config = service.get_client_config()
    provider = config["provider"]
    if provider in POLLING_PROVIDERS:
        yield Finding(
            f"Nothing to check: the provider {provider} carries no live updates. Rooms "
            "are in slow mode.",
            is_note=True,
        )
        return
    if provider not in KNOWN_PROVIDERS:
        yield Finding(
            f"Nothing to check: only the browser's driver {provider} knows how to "
            "connect.",
            is_note=True,
        )
        return
    destination = destination_of(config, page)
    yield Finding(f"The provider is {provider}, with {destination.kind.value}.")
    yield from _try(service, destination, config["channelPrefix"])
    if config["wsHost"] and destination.is_on_this_machine_alone:
        yield Finding(
            f"Browsers elsewhere cannot reach {destination.server}. Set "
            "PUSHER_PUBLIC_HOST to a name under which they can.",
            is_note=True,
        )


def _try(
    service: RealtimeService, destination: Destination, prefix: str
) -> Iterator[Finding]:
    name = f"check-{secrets.token_hex(8)}"
    channel = f"{prefix}{name}"
    start = time.monotonic()
    with connected(destination) as connection:
        connection.establish()
        yield Finding(
            f"Connected to {destination.server} from a page of {destination.origin} "
            f"{_since(start)}."
        )
        yield from _compare_clocks(connection, destination)
        start = time.monotonic()
        signed = service.authorize(
            channel, connection.socket_id, ChannelMember("check")
        )
        key = signed.pop("shared_secret", None)
        connection.subscribe(channel, signed)
        yield Finding(f"Subscribed to a private channel {_since(start)}.")
        start = time.monotonic()
        data = {"token": secrets.token_hex(8)}
        with _captured_log() as logged:
            service.trigger(name, EVENT, data)
            received = _await_event(connection, logged, destination)
        if key is not None:
            received = _decrypted(received, key)
        if received != data:
            raise explanations.event_altered(destination)
        how = "an encrypted event" if key is not None else "an event"
        yield Finding(f"Published {how} and received it {_since(start)}.")


def _compare_clocks(
    connection: ProbeConnection, destination: Destination
) -> Iterator[Finding]:
    seconds = connection.clock_offset_seconds
    if seconds is None or abs(seconds) < CLOCK_NOTE_SECONDS:
        return
    if abs(seconds) > CLOCK_TOLERANCE_SECONDS:
        raise explanations.clock_is_off(seconds, destination)
    yield Finding(
        f"This machine's clock and the server's differ by {abs(seconds):.0f} seconds; "
        f"from {CLOCK_TOLERANCE_SECONDS} on nothing would be taken. "
        + explanations.CLOCK_FIX,
        is_note=True,
    )


def _await_event(
    connection: ProbeConnection, logged: list[str], destination: Destination
) -> Any:
    """The data of the event, once it arrives. Raises DiagnosticError if it does not."""
    deadline = time.monotonic() + ARRIVAL_SECONDS
    while time.monotonic() < deadline:
        message = connection.receive(POLL_SECONDS)
        if message and message.get("event") == EVENT:
            return message.get("data")
        if logged:
            raise explanations.not_published(logged[0], destination)
    raise explanations.event_not_received(destination)


@contextlib.contextmanager
def _captured_log() -> Iterator[list[str]]:
    """A provider never raises because of the network: it logs. Here that is no line of
    a log but the thing to be found.
    """
    logged: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: logged.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("realtime")
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield logged
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]


def _decrypted(data: Any, key: str) -> Any:
    """Pusher Channels, end-to-end encryption: a NaCl secret box, in base64."""
    try:
        box = SecretBox(base64.b64decode(key))
        nonce = base64.b64decode(data["nonce"])
        return json.loads(box.decrypt(base64.b64decode(data["ciphertext"]), nonce))
    except (CryptoError, KeyError, TypeError, ValueError):
        return None


def _since(start: float) -> str:
    return f"in {(time.monotonic() - start) * 1000:.0f} ms"
