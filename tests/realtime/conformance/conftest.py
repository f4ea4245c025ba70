import json
from collections.abc import Iterator

import pytest
from pusher.errors import PusherError
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.soketi import running as soketi

from . import servers
from .departures import DEPARTURES
from .wire import Client

# How a departure may fail a test; any other exception is an error of the test.
DEPARTS = (
    AssertionError,
    ConnectionClosed,
    InvalidStatus,
    OSError,
    json.JSONDecodeError,
    PusherError,
    pytest.fail.Exception,
)


def pytest_collection_modifyitems(items):
    """Expect exactly the departures of departures.py from Soketi."""
    for item in items:
        if "conformance" in item.path.parts and is_of_soketi(item):
            name = item.name.replace("[soketi-", "[").replace("[soketi]", "")
            plain = name.partition("[")[0]
            reason = DEPARTURES.get(name) or DEPARTURES.get(plain)
            if reason:
                item.add_marker(
                    pytest.mark.xfail(strict=True, reason=reason, raises=DEPARTS)
                )


def is_of_soketi(item):
    return (
        hasattr(item, "callspec")
        and item.callspec.params.get("server_name") == "soketi"
    )


@pytest.fixture(scope="session", params=servers.names())
def server_name(request):
    if request.param == "soketi" and (reason := soketi.why_it_cannot_run()):
        pytest.skip(reason)
    return request.param


@pytest.fixture(scope="session")
def variants(
    server_name, tmp_path_factory
) -> Iterator[dict[str, servers.PusherServer]]:
    """The started servers of this name, by variant."""
    started: dict[str, servers.PusherServer] = {}
    yield started
    for server in started.values():
        server.kill()


@pytest.fixture
def variant(server_name, variants, tmp_path_factory):
    """A server with the options of a variant, started if necessary."""

    def variant(of: str) -> servers.PusherServer:
        if of != "plain" and server_name not in servers.VARIANTS[of]:
            pytest.skip("This server has no such options.")
        if of not in variants:
            folder = tmp_path_factory.mktemp(server_name)
            variants[of] = servers.make(server_name, of, folder)
            variants[of].start()
        elif not is_well(variants[of]):
            variants[of].kill()
            variants[of].start()
        return variants[of]

    return variant


@pytest.fixture
def server(variant):
    """The server with its defaults, restarted if an earlier test has killed it."""
    return variant("plain")


def is_well(server: servers.PusherServer) -> bool:
    try:
        with Client(server) as client:
            client.subscribe("well")
    except (AssertionError, OSError, ConnectionClosed):
        return False
    return server.is_running
