"""``manage.py realtime_server``: the embedded server in a process of its own."""

import contextlib
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from realtime.endpoints import app_from_credentials
from realtime.listening import (
    GracefulServer,
    ListenError,
    listen,
    raise_file_limit,
    uvicorn_config,
)
from realtime.server_settings import build_embedded_server

# The default of other servers of the protocol too.
DEFAULT_PORT = "6001"


class Command(BaseCommand):
    help = (
        "Serve the live updates alone, to browsers and to any number of web processes "
        "that publish them. The app is that of PUSHER_APP_ID, PUSHER_KEY and "
        "PUSHER_SECRET; without them its credentials are derived from SECRET_KEY."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        # This process and those that publish to it can share one .env.
        port = settings.REALTIME["OPTIONS"]["pusher"]["port"] or DEFAULT_PORT
        parser.add_argument(
            "--host", default="127.0.0.1", help="Where to listen (127.0.0.1)."
        )
        parser.add_argument(
            "--port", type=int, default=port, help="PUSHER_PORT, else 6001."
        )

    def handle(self, *, host: str, port: int, **options: object) -> None:
        pusher = settings.REALTIME["OPTIONS"]["pusher"]
        app = app_from_credentials(pusher["app_id"], pusher["key"], pusher["secret"])
        embedded = build_embedded_server(app)
        try:
            sockets = listen(host, port, port_is_set_by="--port")
        except ListenError as reason:
            raise CommandError(str(reason)) from None
        raise_file_limit()
        port = sockets[0].getsockname()[1]

        def print_address() -> None:
            self._print_address(host, port, credentials_are_set=app is not None)

        server = GracefulServer(
            uvicorn_config(embedded.asgi, embedded), embedded, print_address
        )
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets)
        self.stdout.write("Stopped.")

    def _print_address(
        self, host: str, port: int, *, credentials_are_set: bool
    ) -> None:
        credentials = (
            "the credentials that are set here"
            if credentials_are_set
            else "the credentials that `manage.py realtime_credentials` prints"
        )
        name = f"[{host}]" if ":" in host else host
        self.stdout.write(
            f"Live updates: http://{name}:{port}\n"
            f"Web processes find them with PUSHER_HOST, PUSHER_PORT={port}, "
            f"PUSHER_SCHEME=http and {credentials}.\n"
            "Stop with Ctrl-C."
        )
        self.stdout.flush()
