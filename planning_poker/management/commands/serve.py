"""``manage.py serve``: the whole product in one process on one port, or its web part
in several.
"""

import contextlib
import functools
import socket
from argparse import ArgumentParser
from collections.abc import Callable

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor

from planning_poker.server.application import Application
from planning_poker.server.workers import Workers
from realtime import get_realtime_service
from realtime.listening import (
    GracefulServer,
    ListenError,
    listen,
    raise_file_limit,
    uvicorn_config,
)
from realtime.server import EmbeddedServer
from realtime.server_settings import build_embedded_server
from web.addresses import network_address

ALL_INTERFACES = ("0.0.0.0", "::")  # noqa: S104 -- compared with, not bound to


class Command(BaseCommand):
    help = "Serve the web pages and the live updates, in one process on one port."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument(
            "--workers",
            type=int,
            default=1,
            help="How many web processes share the port. More than one need the live "
            "updates in a process of their own: see manage.py realtime_server.",
        )
        parser.add_argument(
            "--migrate",
            action="store_true",
            help="Bring the database up to date first.",
        )

    def handle(
        self, *, host: str, port: int, workers: int, migrate: bool, **options: object
    ) -> None:
        self._check_workers(workers)
        try:
            sockets = listen(host, port, port_is_set_by="PORT")
        except ListenError as reason:
            raise CommandError(str(reason)) from None
        self._settle_database(migrate=migrate)
        raise_file_limit()
        say_where = functools.partial(
            self._say_where, host, sockets[0].getsockname()[1]
        )
        if workers > 1:
            _serve_in_several_processes(Workers(workers, sockets, say_where))
        else:
            _serve_in_this_process(sockets, say_where)
        self.stdout.write("Stopped.")

    def _check_workers(self, workers: int) -> None:
        if workers < 1:
            raise CommandError(f"--workers={workers}: at least one process is needed.")
        if workers > 1 and get_realtime_service().uses_embedded_server:
            raise CommandError(
                "Several web processes cannot share the embedded server, which lives "
                "in one. Start `manage.py realtime_server` beside them and set "
                "PUSHER_HOST, PUSHER_PORT and the credentials to what it prints, or "
                "leave out --workers. docs/setup.md tells more."
            )
        if workers > 1 and settings.ON_SQLITE:
            self.stderr.write(
                "SQLite lets one process write at a time, so several web processes "
                "gain little. Set DATABASE_URL to a PostgreSQL database."
            )

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


def _serve_in_this_process(
    sockets: list[socket.socket], say_where: Callable[[], None]
) -> None:
    embedded = _embedded_server()
    server = GracefulServer(
        uvicorn_config(Application(embedded), embedded), embedded, say_where
    )
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets)


def _serve_in_several_processes(workers: Workers) -> None:
    workers.run()
    if workers.have_failed:
        raise CommandError("The web processes could not start; the log says why.")


def _embedded_server() -> EmbeddedServer | None:
    """None where a provider brings a server of its own; ``/app/`` is not found then."""
    if not get_realtime_service().uses_embedded_server:
        return None
    return build_embedded_server()
