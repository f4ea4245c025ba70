"""``manage.py serve``: the whole product in one process on one port."""

import contextlib
import errno
import logging
import resource
import signal
import socket
from argparse import ArgumentParser
from collections.abc import Callable, Iterator

import uvicorn
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor

from planning_poker.asgi import Application
from planning_poker.hosts import network_address
from realtime import get_realtime_service
from realtime.credentials import embedded_app
from realtime.server import EmbeddedServer

ALL_INTERFACES = ("0.0.0.0", "::")  # noqa: S104 -- compared with, not bound to
BACKLOG = 2048
# Longer than any pause of a process that publishes over a kept connection.
KEEP_ALIVE_SECONDS = 75
STOPPING_PATIENCE_SECONDS = 10


class Command(BaseCommand):
    help = "Serve the web pages and the live updates, in one process on one port."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument(
            "--migrate",
            action="store_true",
            help="Bring the database up to date first.",
        )

    def handle(self, *, host: str, port: int, migrate: bool, **options: object) -> None:
        sockets = _listen(host, port)
        self._settle_database(migrate=migrate)
        _raise_file_limit()
        server = _Server(
            _configuration(_embedded_server()),
            when_started=lambda: self._say_where(host, sockets[0].getsockname()[1]),
        )
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets)
        self.stdout.write("Stopped.")

    def _settle_database(self, *, migrate: bool) -> None:
        try:
            executor = MigrationExecutor(connection)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except DatabaseError as error:
            raise CommandError(
                f"The database of DATABASE_URL cannot be used: {error}"
            ) from error
        if plan and not migrate:
            raise CommandError(
                f"The database lacks {len(plan)} of the product's migrations. "
                "Start with --migrate to apply them."
            )
        for migration, _ in plan:
            self.stdout.write(f"Migrating the database: {migration}")
        if plan:
            call_command("migrate", verbosity=0, interactive=False)
        connections.close_all()

    def _say_where(self, host: str, port: int) -> None:
        if host in ALL_INTERFACES:
            self.stdout.write(f"Planning Poker: http://localhost:{port}")
            if address := network_address():
                self.stdout.write(
                    f"For phones in the same network: http://{address}:{port}"
                )
        else:
            name = "localhost" if host == "127.0.0.1" else host
            name = f"[{name}]" if ":" in name else name
            self.stdout.write(f"Planning Poker: http://{name}:{port}")
        self.stdout.write("Stop with Ctrl-C.")
        self.stdout.flush()


def _listen(host: str, port: int) -> list[socket.socket]:
    """A socket for each address of the host; ``::`` takes IPv4 in as well."""
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
        raise CommandError(f"PORT={port} is no port: they end at 65535.") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CommandError(
                f"Port {port} is taken by another program. "
                f"Choose another one, for example with PORT={port + 1}."
            ) from None
        raise CommandError(
            f"Cannot listen with HOST={host} and PORT={port}: {error.strerror}."
        ) from None


def _embedded_server() -> EmbeddedServer | None:
    """None where a provider brings a server of its own; ``/app/`` is not found then."""
    if not get_realtime_service().uses_embedded_server:
        return None
    return EmbeddedServer(
        embedded_app(), allowed_origins=settings.REALTIME["SERVER"]["allowed_origins"]
    )


class _Server(uvicorn.Server):
    """A server that ends well when it was told to stop and did so.

    uvicorn would raise the signal that stopped it once more, and die of it.
    """

    def __init__(
        self, config: uvicorn.Config, when_started: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._when_started = when_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._when_started()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.handle_exit)
        yield


def _configuration(embedded: EmbeddedServer | None) -> uvicorn.Config:
    # What uvicorn tells besides is said here already, or is of interest to nobody.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    return uvicorn.Config(
        Application(embedded),
        loop="uvloop",
        http="httptools",
        ws=embedded.websocket_protocol_class if embedded else "none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOPPING_PATIENCE_SECONDS,
    )


def _raise_file_limit() -> None:
    """Each browser is an open file, and many systems start with 1,024 of them."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
