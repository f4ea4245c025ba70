"""A server whose requests meet: several threads, on a real database."""

import pytest

from tests import databases
from tests.serving import RealtimeServer, Server

SERVERS = ["one web process"]
if databases.URL:
    SERVERS.append("two web processes")


@pytest.fixture(scope="module", params=SERVERS)
def busy_server(tmp_path_factory, request):
    """On PostgreSQL also as two web processes with a ``realtime_server``, whose threads
    meet in the database alone.
    """
    folder = tmp_path_factory.mktemp("busy")
    if request.param == "one web process":
        with Server(folder, WEB_THREADS="4").running() as server:
            yield server
        return
    with RealtimeServer(tmp_path_factory.mktemp("hub")).running() as hub:
        server = Server(folder, WEB_THREADS="4", **hub.for_web)
        server.command = ("serve", "--migrate", "--workers", "2")
        with server.running():
            yield server
