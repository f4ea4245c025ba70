"""Connect, subscribe, publish an event, and receive it."""

import contextlib
import logging
import secrets
import time
from collections.abc import Iterator

from realtime.events import ChannelMember
from realtime.service import RealtimeService

from .destination import Kind, destination_of
from .probe_connection import connected

PROVIDERS = ("pusher", "websocket")
EVENT = "check"


def check(service: RealtimeService, page: str) -> Iterator[str]:
    """Try a provider as a browser on ``page`` would, and describe each step.

    ``page`` is the address at which browsers open the pages. Raises DiagnosticError.
    """
    config = service.get_client_config()
    provider = config["provider"]
    if provider not in PROVIDERS:
        yield (
            f"Nothing to check: the provider {provider} uses no server of the Pusher "
            "protocol."
        )
        return
    destination = destination_of(config, page)
    yield f"The provider is {provider}, with {destination.kind.value}."
    name = f"check-{secrets.token_hex(8)}"
    channel = f"{config['channelPrefix']}{name}"
    start = time.monotonic()
    with connected(destination) as connection:
        yield (
            f"Connected to {destination.server} from a page of {destination.origin} "
            f"{_since(start)}."
        )
        start = time.monotonic()
        member = ChannelMember("check")
        answer = service.authorize(channel, connection.socket_id, member)
        connection.subscribe(channel, answer["auth"])
        yield f"Subscribed to a private channel {_since(start)}."
        start = time.monotonic()
        with _captured_log() as logged:
            service.trigger(name, EVENT, {})
            connection.receive_event(EVENT, logged)
        yield f"Published an event and received it {_since(start)}."
    if destination.kind is Kind.SELF_HOSTED and destination.is_loopback:
        yield (
            f"But browsers on other machines cannot reach {destination.server}. Set "
            "PUSHER_PUBLIC_HOST to a name at which they can."
        )


@contextlib.contextmanager
def _captured_log() -> Iterator[list[str]]:
    """The messages of ``realtime``, instead of the log: it does not raise for what the
    network does, but log it.
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


def _since(start: float) -> str:
    return f"in {(time.monotonic() - start) * 1000:.0f} ms"
