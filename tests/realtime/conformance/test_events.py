"""T7 to T10: recipients of an event, client events, cached events, exact limits."""

import json

import pytest

from .wire import Client, request, trigger

ONE_KB_TEN = 10_240


def test_t7_only_the_excluded_connection_misses_an_event(server):
    with Client(server) as tab, Client(server) as other_tab:
        for client in (tab, other_tab):
            client.subscribe("private-room")
            client.subscribe("lobby")
        trigger(server, ["private-room", "lobby"], socket_id=tab.socket_id)

        assert tab.events() == []
        assert other_tab.events() == ["vote", "vote"]


def test_t7_an_unknown_connection_excludes_nobody(server):
    with Client(server) as client:
        client.subscribe("private-room")

        assert trigger(server, "private-room", socket_id="1.1") == 200
        assert client.events() == ["vote"]


def test_t8_client_events_are_off_by_default(server):
    with Client(server) as sender, Client(server) as other:
        for client in (sender, other):
            client.subscribe("private-room")
        sender.send("client-reveal", {}, channel="private-room")

        assert sender.events() == ["pusher:error"]
        assert other.received() == []


@pytest.mark.parametrize(
    ("event", "channel", "subscribes"),
    [
        ("client-typing", "room", True),
        ("client-typing", "private-room", False),
        ("client-" + "e" * 200, "private-room", True),
        ("client-typing", "private-encrypted-room", True),
    ],
    ids=["public", "not subscribed", "long name", "encrypted"],
)
def test_t8_an_invalid_client_event_is_not_relayed(variant, event, channel, subscribes):
    server = variant("with client events")
    with Client(server) as sender, Client(server) as other:
        other.subscribe(channel)
        if subscribes:
            sender.subscribe(channel)
        sender.send(event, {}, channel=channel)
        sender.received()

        assert other.received() == []


@pytest.mark.parametrize("event", ["pusher:vote", "pusher_internal:member_added", "x"])
def test_t8_only_client_events_are_relayed(variant, event):
    server = variant("with client events")
    with Client(server) as sender, Client(server) as other:
        for client in (sender, other):
            client.subscribe("private-room")
        sender.send(event, {}, channel="private-room")
        sender.received()

        assert other.received() == []


def test_t8_a_client_event_reaches_the_others_with_the_signed_user(variant):
    server = variant("with client events")
    with Client(server) as sender, Client(server) as other:
        sender.subscribe("presence-room", {"user_id": "mira"})
        other.subscribe("presence-room", {"user_id": "jonas"})
        sender.received()
        forged = {"user_id": "jonas", "socket_id": "1.1"}
        sender.send("client-typing", {"n": 1}, channel="presence-room", **forged)

        assert other.receive("client-typing") == {
            "event": "client-typing",
            "channel": "presence-room",
            "data": {"n": 1},
            "user_id": "mira",
        }
        assert sender.received() == []


def test_t8_more_than_ten_a_second_are_refused(variant):
    server = variant("with client events")
    with Client(server) as sender, Client(server) as other:
        for client in (sender, other):
            client.subscribe("private-room")
        for _ in range(30):
            sender.send("client-typing", {}, channel="private-room")
        refused = [message["data"]["code"] for message in sender.received()]

        # They may have been sent in two different seconds.
        assert 10 <= len(refused) <= 20
        assert set(refused) == {4301}
        assert len(other.received()) == 30 - len(refused)


@pytest.mark.parametrize("channel", ["cache-a", "private-cache-a", "presence-cache-a"])
def test_t9_a_later_subscriber_receives_the_last_event(server, channel):
    with Client(server) as early:
        early.subscribe(channel, {"user_id": "early"})
        for number in (1, 2):
            trigger(server, channel, data=str(number))
        with Client(server) as late:
            late.send_subscribe(channel)
            confirmed, cached = late.received()

    assert confirmed["event"] == "pusher_internal:subscription_succeeded"
    assert (cached["event"], cached["data"]) == ("vote", 2)


def test_t9_without_an_event_there_is_a_cache_miss(server):
    with Client(server) as client:
        client.send_subscribe("cache-untouched")

        assert client.received()[1:] == [
            {"event": "pusher:cache_miss", "channel": "cache-untouched"}
        ]


BOUNDS = {
    "data in bytes": (ONE_KB_TEN, lambda n: {"data": "ü" * (n // 2) + "u" * (n % 2)}),
    "event name": (200, lambda n: {"name": "e" * n}),
    "channel name": (164, lambda n: {"channels": ["c" * n]}),
    "channels": (100, lambda n: {"channels": [f"c-{i}" for i in range(n)]}),
}


@pytest.mark.parametrize("bound", BOUNDS)
def test_t10_a_limit_is_exact_on_a_trigger(server, bound):
    limit, event = BOUNDS[bound]
    too_much = 413 if "data" in bound else 400

    assert trigger(server, "room", **event(limit)) == 200
    assert trigger(server, "room", **event(limit + 1)) == too_much


def test_t10_a_batch_has_ten_events_and_is_atomic(server):
    def batch(*names):
        events = [{"name": n, "data": "{}", "channel": "room"} for n in names]
        return request(server, "POST", "batch_events", {"batch": events})[0]

    with Client(server) as client:
        client.subscribe("room")
        assert batch(*"abcdefghij") == 200
        assert client.events() == list("abcdefghij")
        assert batch(*"abcdefghijk") == 400
        assert batch("a", "") == 400
        assert client.received() == []


@pytest.mark.parametrize(("length", "is_taken"), [(164, True), (165, False)])
def test_t10_a_channel_name_is_limited_on_a_subscribe(server, length, is_taken):
    with Client(server) as client:
        client.send_subscribe("c" * length)

        accepted = ["pusher_internal:subscription_succeeded"]
        assert (client.events() == accepted) is is_taken


def test_t10_a_frame_of_10000_bytes_is_accepted(server):
    with Client(server) as client:
        frame = json.dumps({"event": "pusher:ping", "data": ""})
        client.websocket.send(frame.replace('""', f'"{"x" * (10_000 - len(frame))}"'))

        assert client.frame()["event"] == "pusher:pong"
