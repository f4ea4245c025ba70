"""How a process of this product listens, serves and stops. uvicorn is its server."""

import contextlib
import errno
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import uvicorn

from .server import EmbeddedServer
from .server.http import RequestTimeoutHttpProtocol

BACKLOG = 2048
# Longer than any pause of a process that publishes over a kept connection.
KEEP_ALIVE_SECONDS = 75
GRACEFUL_SHUTDOWN_SECONDS = 10


class ListenError(Exception):
    """Its message is a sentence for whoever started the process."""


def listen(host: str, port: int, *, port_is_set_by: str) -> list[socket.socket]:
    """A socket for each address of the host; ``::`` takes IPv4 in as well.

    ``port_is_set_by`` is the setting or option that a refusal names. Raises
    ListenError.
    """
    try:
        if host == "::":
            return [
                socket.create_server(
                    (host, port),
                    family=socket.AF_INET6,
                    backlog=BACKLOG,
                    dualstack_ipv6=True,
                )
            ]
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return [
            socket.create_server(address[:2], family=family, backlog=BACKLOG)
            for family, _, _, _, address in addresses
        ]
    except OverflowError:
        raise ListenError(
            f"{port_is_set_by}={port} is no port: they end at 65535."
        ) from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ListenError(
                f"Port {port} is taken by another program. "
                f"Choose another one, for example with {port_is_set_by}={port + 1}."
            ) from None
        raise ListenError(
            f"Cannot listen on {host}, port {port}: {error.strerror}."
        ) from None


def uvicorn_config(
    application: Any, embedded: EmbeddedServer | None = None, **options: Any
) -> uvicorn.Config:
    """How uvicorn serves ``application``, an ASGI application or where to import one.

    Every WebSocket goes to the embedded server; without one none is taken.
    """
    return uvicorn.Config(
        application,
        # Left to guess, uvicorn takes a bound method for one of ASGI 2.
        interface="asgi3",
        loop="uvloop",
        http=embedded.http_protocol_class if embedded else RequestTimeoutHttpProtocol,
        ws=embedded.websocket_protocol_class if embedded else "none",
        log_config=None,
        # What uvicorn tells besides is said by the commands already, or is of interest
        # to nobody.
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_SECONDS,
        **options,
    )


class GracefulServer(uvicorn.Server):
    """A server that ends well when it was told to stop and did so.

    uvicorn would raise the signal that stopped it once more, and die of it.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        embedded: EmbeddedServer | None,
        on_started: Callable[[], None],
    ) -> None:
        super().__init__(config)
        self._embedded = embedded
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_started()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._embedded:
            self._embedded.begin_stopping()
        super().handle_exit(sig, frame)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.handle_exit)
        yield


def raise_file_limit() -> None:
    """Each browser is an open file, and many systems start with 1,024 of them."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
