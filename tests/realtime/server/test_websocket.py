"""The WebSockets over real sockets, with clients of the tests' own."""

import json
import random

import pytest
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.sync.client import connect

from realtime.server import Limits
from realtime.server.hub import Publication
from tests.realtime.server.running import (
    APP,
    Client,
    RawClient,
    RunningServer,
    wait_until,
)

ROOM = "private-room"
PEOPLE = "presence-room"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/app/another-key?protocol=7", 4001),
        ("/app/?protocol=7", 4005),
        ("/elsewhere?protocol=7", 4005),
        (f"/app/{APP.key}?protocol=4", 4007),
        (f"/app/{APP.key}?protocol=8", 4007),
        (f"/app/{APP.key}?protocol=seven", 4007),
        (f"/app/{APP.key}", 4008),
    ],
)
def test_a_refused_connection_gets_a_close_code(server, path, code):
    client = Client(server.url(path))

    assert client.receive("pusher:error")["code"] == code
    assert client.close_code() == code
    assert server.connection_count == 0


def test_pages_of_its_own_origin_may_connect(server):
    with server.client(origin=f"http://127.0.0.1:{server.port}") as client:
        client.receives_nothing_before("pusher:pong")


def test_pages_of_a_foreign_origin_are_refused(server):
    client = server.client(origin="https://elsewhere.example")

    assert client.close_code() == 4009


def test_an_invalid_handshake_is_answered_over_http(server):
    with pytest.raises(InvalidStatus) as refused:
        connect(
            server.url(),
            proxy=None,
            additional_headers={"Origin": "http://a.example", "origin": "http://b"},
        )

    assert refused.value.response.status_code == 400


def test_connections_per_address_are_limited_by_a_setting_only():
    with RunningServer(Limits(connections_per_address=2)) as server:
        with server.client(), server.client():
            assert server.client().close_code() == 4100
        wait_until(lambda: server.connection_count == 0)
        with server.client():
            pass


def test_only_subscribers_receive_an_event(server):
    with server.client() as subscriber, server.client() as other:
        subscriber.subscribe(ROOM)
        other.subscribe("public")
        server.trigger(ROOM, "vote", '{"userId":"ü"}')

        assert subscriber.message() == {
            "event": "vote",
            "channel": ROOM,
            "data": {"userId": "ü"},
        }
        other.receives_nothing_before("pusher:pong")


def test_only_the_excluded_connection_misses_an_event(server):
    with server.client() as tab, server.client() as second_tab:
        for client in (tab, second_tab):
            client.subscribe(ROOM)
            client.subscribe("other")
        body = {"name": "vote", "data": "{}", "channels": [ROOM, "other"]}
        server.request("POST", "events", body | {"socket_id": tab.socket_id})

        tab.receives_nothing_before("pusher:pong")
        assert second_tab.message()["channel"] == ROOM
        assert second_tab.message()["channel"] == "other"


def test_events_keep_their_order(server):
    with server.client() as client:
        client.subscribe(ROOM)
        for number in range(200):
            server.trigger(ROOM, "number", str(number))

        assert [client.receive("number") for _ in range(200)] == list(range(200))


def test_after_unsubscribing_no_event_is_received(server):
    with server.client() as client:
        client.subscribe(ROOM)
        client.unsubscribe(ROOM)
        client.receives_nothing_before("pusher:pong")
        server.trigger(ROOM, "vote", "{}")
        client.receives_nothing_before("pusher:pong")


@pytest.mark.parametrize("kind", ["closed", "killed"])
def test_every_kind_of_disconnect_sends_member_removed(server, kind):
    with server.client() as tom:
        tom.subscribe(PEOPLE, {"user_id": "tom"})
        mira = server.client().__enter__()
        mira.subscribe(PEOPLE, {"user_id": "mira"})
        assert tom.receive("pusher_internal:member_added")["user_id"] == "mira"
        assert server.embedded.online_user_ids(PEOPLE) == {"tom", "mira"}

        if kind == "closed":
            mira.websocket.close()
        else:
            mira.kill()

        assert tom.receive("pusher_internal:member_removed") == {"user_id": "mira"}
        assert server.embedded.online_user_ids(PEOPLE) == {"tom"}


def test_a_thousand_connections_leave_nothing_behind(server):
    chance = random.Random(4)
    for _ in range(10):
        clients = [RawClient(server) for _ in range(100)]
        for number, client in enumerate(clients):
            client.subscribe(PEOPLE, {"user_id": number % 7})
        for client in clients:
            chance.choice([client.kill, client.socket.close])()
    wait_until(lambda: server.connection_count == 0)

    assert server.occupied_channels == set()
    assert server.embedded._hub._subscribers == {}
    assert server.embedded._websockets.per_address == {}


@pytest.mark.parametrize(
    "frames",
    [
        [Frame(Opcode.TEXT, b"not JSON")],
        [Frame(Opcode.TEXT, b"[" * 9_000)],
        [Frame(Opcode.TEXT, b"null")],
        [Frame(Opcode.BINARY, b'{"event":"pusher:ping"}')],
        [Frame(Opcode.BINARY, b"a", fin=False), Frame(Opcode.CONT, b"b")],
    ],
)
def test_a_malformed_message_is_answered_and_the_connection_stays(server, frames):
    with RawClient(server) as client:
        for frame in frames:
            client.send(frame)
        assert json.loads(client.next_frame().data)["event"] == "pusher:error"

        client.send(Frame(Opcode.TEXT, b'{"event":"pusher:ping"}'))
        assert json.loads(client.next_frame().data)["event"] == "pusher:pong"


def test_earlier_events_precede_the_close_frame(server):
    def publish_and_close():
        hub = server.embedded._hub
        hub.publish(Publication("vote", "{}", ("room",)))
        for websocket in list(server.embedded._websockets.connected):
            websocket.close(4200, "Come back")

    with server.client() as client:
        client.subscribe("room")
        server.in_loop(publish_and_close)

        client.receive("vote")
        assert client.close_code() == 4200


def test_a_fragmented_message_is_accepted(server):
    with RawClient(server) as client:
        client.send(Frame(Opcode.TEXT, b'{"event":', fin=False))
        client.send(Frame(Opcode.PING, b"between"))
        client.send(Frame(Opcode.CONT, b'"pusher:ping"}'))

        answers = {frame.opcode: frame.data for frame in client.next_frames(2)}
        assert answers[Opcode.PONG] == b"between"
        assert json.loads(answers[Opcode.TEXT])["event"] == "pusher:pong"


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (Frame(Opcode.TEXT, b"\xff"), 1007),
        (Frame(Opcode.CONT, b"of nothing"), 1002),
        (Frame(Opcode.TEXT, b" " * 10_001), 1009),
        (Frame(Opcode.TEXT, b" " * 1_000_000), 1009),
    ],
)
def test_an_invalid_frame_closes_only_its_connection(server, frame, code):
    with server.client() as other, RawClient(server) as client:
        client.send(frame)

        assert client.close_code() == code
        other.receives_nothing_before("pusher:pong")


def test_a_frame_of_exactly_the_limit_is_accepted(server):
    ping = b'{"event":"pusher:ping"}'
    with RawClient(server) as client:
        client.send(Frame(Opcode.TEXT, ping.ljust(10_000)))

        assert json.loads(client.next_frame().data)["event"] == "pusher:pong"


def test_random_bytes_do_not_affect_other_connections(server):
    chance = random.Random(7)
    with server.client() as other:
        for _ in range(100):
            with RawClient(server) as client:
                client.socket.sendall(chance.randbytes(chance.randrange(1, 200)))
        other.receives_nothing_before("pusher:pong")
    wait_until(lambda: server.connection_count == 0)


def test_a_silent_connection_is_pinged_and_then_closed(server):
    with RawClient(server) as client:
        for _ in range(6):
            server.in_loop(server.embedded._websockets.sweep)
        assert client.next_frame().opcode is Opcode.PING
        for _ in range(4):
            server.in_loop(server.embedded._websockets.sweep)

        assert client.close_code() == 4201


def test_a_connection_that_answers_pings_stays(server):
    def is_heard() -> bool:
        (websocket,) = server.embedded._websockets.connected
        return bool(websocket._silent_sweeps == 0)

    with server.client() as client:
        for _ in range(3):
            for _ in range(6):
                server.in_loop(server.embedded._websockets.sweep)
            wait_until(is_heard)
        client.receives_nothing_before("pusher:pong")


def test_a_slow_consumer_is_cut_off_and_the_others_are_not():
    with (
        RunningServer(Limits(unsent_bytes=65_536)) as server,
        server.client() as fast,
        RawClient(server) as slow,
    ):
        fast.subscribe("public")
        slow.subscribe("public")
        wait_until(lambda: len(server.embedded._hub.channels["public"].user_ids) == 2)
        published = 0
        while server.connection_count == 2:
            assert published < 3_000, "the slow one was never cut off"
            server.trigger("public", "big", json.dumps(" " * 10_000))
            assert fast.receive("big") == " " * 10_000
            published += 1

        assert slow.close_code() == 4100
        fast.receives_nothing_before("pusher:pong")


def test_a_connection_that_does_not_answer_a_close_frame_is_aborted(monkeypatch):
    monkeypatch.setattr("realtime.server.websocket.CLOSE_TIMEOUT_SECONDS", 0.05)
    with RunningServer() as server, RawClient(server) as client:
        (websocket,) = server.embedded._websockets.connected
        server.in_loop(lambda: websocket.close(4100, ""))
        assert client.close_code() == 4100

        wait_until(lambda: not server.open_transport_count)


def test_a_stop_closes_every_connection_with_1012():
    with RunningServer() as server:
        clients = [server.client().__enter__() for _ in range(20)]
        clients[0].subscribe(ROOM)
        server.trigger(ROOM, "last", "{}")
        server.stop()

        clients[0].receive("last")
        assert [client.close_code() for client in clients] == [1012] * 20
