"""A thousand browsers come and are gone; the server is as empty as before."""

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
# What a cycle may leave behind on average. A connection takes about 7,000 bytes.
LEAK_BYTES = 500


@pytest.fixture
def server(caplog):
    # Each line of the log would be kept, and counted as a leak.
    caplog.set_level(logging.WARNING, "realtime.server")
    with RunningServer(client_events=True, subscription_counts=True) as server:
        yield server


def connect_and_kill(server, times):
    """Connect, subscribe to every kind of channel, and be killed, some at once."""
    for _ in range(times // AT_ONCE):
        before = messages_received(server)
        clients = [RawClient(server) for _ in range(AT_ONCE)]
        for client in clients:
            for channel, user in CHANNELS:
                client.subscribe(channel, user)
        # The server has done half of what was asked for when they are killed.
        asked = before + len(CHANNELS) * AT_ONCE // 2
        wait_until(lambda: messages_received(server) >= asked)  # noqa: B023
        for client in clients:
            client.kill()
    # The last to leave were told that others left; the loop forgets that a turn later.
    wait_until(lambda: not any(tables(server).values()))


def messages_received(server):
    return server.embedded.status()["messages_received"]


def tables(server):
    """Everything that grows with those who are connected."""
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


def test_nothing_is_left_of_a_thousand_connections(server):
    empty = tables(server)
    assert not any(empty.values())
    connect_and_kill(server, 200)  # What is made once is made now.
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
