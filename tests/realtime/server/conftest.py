from collections.abc import Iterator

import pytest

from tests.realtime.server.running import RunningServer, wait_until


@pytest.fixture(scope="package")
def shared_server() -> Iterator[RunningServer]:
    with RunningServer() as server:
        yield server


@pytest.fixture
def server(shared_server: RunningServer) -> Iterator[RunningServer]:
    """A server that has no subscriber left after the test."""
    yield shared_server
    wait_until(lambda: not shared_server.occupied_channels)
