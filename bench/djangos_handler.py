"""The product as ``serve`` runs it, but for one thing: Django's own ASGI handler.

    python -m bench.djangos_handler

Under it each request starts a thread, and opens a database connection there. All else
is the same: settings, database, uvicorn's options, the embedded server in the process.
"""

import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "planning_poker.settings")
django.setup()

from django.conf import settings  # noqa: E402 -- Django must be set up first
from django.core.asgi import get_asgi_application  # noqa: E402

from planning_poker.server.application import Application  # noqa: E402
from realtime.credentials import embedded_app  # noqa: E402
from realtime.listening import GracefulServer, listen, uvicorn_config  # noqa: E402
from realtime.server import EmbeddedServer  # noqa: E402


class UnderDjangosHandler(Application):
    def __init__(self, embedded: EmbeddedServer) -> None:
        self._embedded = embedded
        self._web: Any = get_asgi_application()


def main() -> None:
    embedded = EmbeddedServer(embedded_app())
    uvicorn_options = uvicorn_config(UnderDjangosHandler(embedded), embedded)
    server = GracefulServer(uvicorn_options, embedded, on_started=lambda: None)
    server.run(listen("127.0.0.1", settings.PORT, port_is_set_by="PORT"))


if __name__ == "__main__":
    main()
