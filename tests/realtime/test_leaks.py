"""A thousand connections come and go, and leave nothing behind."""

import gc
import logging
import tracemalloc

import pytest

from tests.realtime.server.running import RawClient, RunningServer, wait_until

CYCLES = 1_000
AT_ONCE = 20
CHANNELS = [
    ("room", None),
    ("private-room", None),
    ("private-encrypted-room", None),
    ("private-cache-room", None),
    ("presence-room", {"user_id": "mira", "user_info": {"name": "Mira"}}),
]
# The allowed leak per cycle. A connection takes about 7,000 bytes.
LEAK_BYTES = 500


@pytest.fixture
def server(caplog):
    # Each line of the log would be kept, and counted as a leak.
    caplog.set_level(logging.WARNING, "realtime.server")
    with RunningServer(client_events=True, subscription_counts=True) as server:
        yield server


def connect_and_kill(server, times):
    """Connect, subscribe to every type of channel, and kill the connections."""
    for _ in range(times // AT_ONCE):
        before = messages_received(server)
        clients = [RawClient(server) for _ in range(AT_ONCE)]
        for client in clients:
            for channel, user in CHANNELS:
                client.subscribe(channel, user)
        # The server has handled half of the messages when they are killed.
        asked = before + len(CHANNELS) * AT_ONCE // 2
        wait_until(lambda: messages_received(server) >= asked)  # noqa: B023
        for client in clients:
            client.kill()
    # The last member_removed events are dropped one turn of the loop later.
    wait_until(lambda: not any(tables(server).values()))


def messages_received(server):
    return server.embedded.status()["messages_received"]


def tables(server):
    """The sizes of everything that grows with the connections."""
    hub, websockets = server.embedded._hub, server.embedded._websockets
    return {
        "channels": len(hub.channels),
        "subscribers": len(hub._subscribers),
        "signed in": len(hub._signed_in),
        "uncounted": len(hub._deferred_counts),
        "cached": len(hub.cache),
        "connected": len(websockets.connected),
        "per address": len(websockets.per_address),
        "unsent": len(hub._outbox),
        "rates": len(websockets._connect_rates),
        "uvicorn's": server.open_transport_count,
    }


def test_a_thousand_connections_leak_nothing(server):
    empty = tables(server)
    assert not any(empty.values())
    connect_and_kill(server, 200)  # Warm up the caches.
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    connect_and_kill(server, CYCLES)
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert tables(server) == empty
    assert (after - before) / CYCLES < LEAK_BYTES
    assert server.embedded.status()["connections_accepted"] == CYCLES + 200
