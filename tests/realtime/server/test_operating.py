"""Health check, metrics and limits of a running server."""

import contextlib
import json

import pytest
import requests
from websockets.exceptions import ConnectionClosed

from realtime.server import Limits
from tests.realtime.server.running import (
    PATIENCE_SECONDS,
    Client,
    RunningServer,
    wait_until,
)


def ask(server, path):
    address = f"http://127.0.0.1:{server.port}{path}"
    return requests.get(address, timeout=PATIENCE_SECONDS)


def test_the_health_check_fails_once_it_stops(server):
    with server.client() as client:
        client.subscribe("private-room")
        server.trigger("private-room", "vote", "{}")
        client.receive("vote")
        answer = ask(server, "/healthz")

        assert answer.status_code == 200
        assert answer.json()["status"] == "ok"
        assert answer.json()["server"]["connections"] == 1
        assert answer.json()["server"]["channels"] == 1
        for secret in ("private-room", client.socket_id, "a-key", "a-secret"):
            assert secret not in answer.text

    server.embedded.begin_stopping()
    try:
        answer = ask(server, "/healthz")
    finally:
        server.embedded.is_stopping = False
    assert (answer.status_code, answer.json()) == (503, {"status": "stopping"})


def test_metrics_are_served_if_enabled(server):
    assert ask(server, "/metrics").status_code == 404
    with RunningServer(metrics=True) as open_server:
        answer = ask(open_server, "/metrics")

        lines = answer.text.splitlines()
        assert "# TYPE realtime_connections gauge" in lines
        assert "# TYPE realtime_events_delivered counter" in lines
        assert "realtime_connections 0" in lines
        numbers = [line for line in lines if not line.startswith("#")]
        assert len(numbers) == len(open_server.embedded.status())


def test_deliveries_are_counted(server):
    before = server.embedded.status()
    with server.client() as first, server.client() as second:
        for client in (first, second):
            client.subscribe("private-room")
        server.trigger("private-room", "vote", "{}")
        first.receive("vote")
        second.receive("vote")
    after = server.embedded.status()

    assert after["events_published"] == before["events_published"] + 1
    assert after["events_delivered"] == before["events_delivered"] + 2
    assert after["connections_accepted"] == before["connections_accepted"] + 2


def test_terminated_connections_of_a_user_may_reconnect(server):
    with server.client() as mira, server.client() as tom:
        mira.subscribe("presence-room", {"user_id": "mira"})
        tom.subscribe("presence-room", {"user_id": "tom"})
        mira.receive("pusher_internal:member_added")
        answer = server.request("POST", "users/mira/terminate_connections", {})

        assert answer.status == 200
        assert mira.close_code() == 4200
        assert tom.receive("pusher_internal:member_removed") == {"user_id": "mira"}
        tom.receives_nothing_before()
        with server.client() as again:
            again.subscribe("presence-room", {"user_id": "mira"})


@pytest.mark.parametrize(
    "limits",
    [Limits(connections=2), Limits(connects_per_second_and_address=2)],
    ids=["in all", "a second"],
)
def test_connections_above_the_limit_are_closed_with_4100(limits):
    with RunningServer(limits) as server:
        kept, refused = [], []
        # A second may end in between, and its successor begins to count anew.
        for _ in range(8):
            client = Client(server.url())
            message = json.loads(client.websocket.recv(PATIENCE_SECONDS))
            is_in = message["event"] == "pusher:connection_established"
            (kept if is_in else refused).append(client)

        assert len(kept) >= 2
        assert {client.close_code() for client in refused} == {4100}
        for client in kept:
            client.websocket.close()
        wait_until(lambda: server.connection_count == 0)


def test_a_connection_above_the_frame_rate_is_closed():
    with RunningServer(Limits(frames_per_second=5)) as server:
        client = server.client()
        # It may be closed before the last of them is sent.
        with contextlib.suppress(ConnectionClosed):
            for _ in range(20):
                client.send("pusher:ping", {})

        assert client.close_code() == 4100


def test_triggers_above_the_rate_limit_get_429():
    with RunningServer(Limits(triggers_per_second=3)) as server:
        body = {"name": "vote", "channels": ["room"], "data": "{}"}
        answers = [server.request("POST", "events", body).status for _ in range(12)]

        assert answers[:3] == [200, 200, 200]
        assert 429 in answers
