"""How a process listens on its port, serves with uvicorn, and stops."""

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
# Longer than a publisher's pauses between two requests on a keep-alive connection.
KEEP_ALIVE_SECONDS = 75
GRACEFUL_SHUTDOWN_SECONDS = 10


class ListenError(Exception):
    """Its message is a sentence for the person who started the process."""


def listen(host: str, port: int, *, port_is_set_by: str) -> list[socket.socket]:
    """Open a socket for each address of the host; that of ``::`` accepts IPv4 too.

    ``port_is_set_by`` is the setting or option that the error names. Raises
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
            f"{port_is_set_by}={port} is not a port: the highest is 65535."
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
    """uvicorn's configuration for an ASGI application, or for an import path to one.

    Every WebSocket goes to the embedded server; without one, none is accepted.
    """
    return uvicorn.Config(
        application,
        # By default uvicorn mistakes a bound method for an ASGI 2 application.
        interface="asgi3",
        loop="uvloop",
        http=embedded.http_protocol_class if embedded else RequestTimeoutHttpProtocol,
        ws=embedded.websocket_protocol_class if embedded else "none",
        log_config=None,
        # The commands print what a person needs to know about starting and stopping.
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_SECONDS,
        **options,
    )


class GracefulServer(uvicorn.Server):
    """Exits with status 0 after a graceful shutdown.

    uvicorn would re-raise the signal that stopped it, and so exit because of it.
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
    """Each browser takes a file descriptor, and many systems allow 1,024 by default."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
