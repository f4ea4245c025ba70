"""T3 to T5: each type of channel, each refusal, and every order of subscribing."""

import itertools

import pytest

from .wire import Client, sign, signed, trigger

TYPES = [
    "room",
    "private-room",
    "private-encrypted-room",
    "presence-room",
    "cache-room",
    "private-cache-room",
    "presence-cache-room",
]
SIGNED = [name for name in TYPES if name.startswith(("private-", "presence-"))]
REFUSALS = {"pusher:error", "pusher:subscription_error"}
ACCEPTED = "pusher_internal:subscription_succeeded"


def wrong_signature(client, channel):
    return {"auth": f"{client.server.key}:{'0' * 64}"}


def no_signature(client, channel):
    return {"auth": None}


def another_key(client, channel):
    good = signed(client.server, client.socket_id, channel, member_of(client, channel))
    return {"auth": "another-key:" + good["auth"].partition(":")[2]}


def another_socket(client, channel):
    return {"auth": signed(client.server, "1.1", channel)["auth"]}


def another_channel(client, channel):
    signature = sign(client.server, f"{client.socket_id}:{channel}-too")
    return {"auth": f"{client.server.key}:{signature}"}


def member_of(client, channel):
    is_presence = channel.startswith("presence-")
    return {"user_id": client.socket_id} if is_presence else None


FAULTS = [wrong_signature, no_signature, another_key, another_socket, another_channel]


@pytest.mark.parametrize("channel", TYPES)
def test_t3_each_type_sends_the_confirmation_before_events(server, channel):
    with Client(server) as client:
        client.send_subscribe(channel)
        frame = client.frame()
        assert (frame["event"], frame["channel"]) == (ACCEPTED, channel)
        client.received()
        assert trigger(server, channel, data="card") == 200

        assert client.receive("vote") == {
            "event": "vote",
            "channel": channel,
            "data": "card",
        }


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("channel", SIGNED)
def test_t3_a_refused_client_keeps_its_connection_and_receives_nothing(
    server, channel, fault
):
    with Client(server) as client:
        client.send_subscribe(channel, **fault(client, channel))
        answers = client.events()
        assert len(answers) == 1
        assert set(answers) <= REFUSALS
        trigger(server, channel)
        assert client.received() == []

        # T4: pusher-js may send a stale signature before the right one.
        client.subscribe(channel)


def test_t3_a_refusal_is_a_pusher_error(server):
    with Client(server) as client:
        client.send_subscribe("private-room", auth=None)
        [error] = client.received()

    assert error["event"] == "pusher:error"
    assert set(error["data"]) == {"message", "code"}


def test_t3_tampered_channel_data_are_refused(server):
    with Client(server) as client:
        good = signed(server, client.socket_id, "presence-room", {"user_id": "1"})
        client.send("pusher:subscribe", good | {"channel_data": '{"user_id": "2"}'})

        assert set(client.events()) <= REFUSALS
        assert client.events() == []


@pytest.mark.parametrize("data", [None, "{}", '{"user_id": ""}', "[1]", "no JSON"])
def test_t3_a_presence_channel_needs_a_user_id(server, data):
    with Client(server) as client:
        text = f"{client.socket_id}:presence-room" + (f":{data}" if data else "")
        auth = f"{server.key}:{sign(server, text)}"
        client.send_subscribe("presence-room", auth=auth, channel_data=data)

        assert set(client.events()) <= REFUSALS
        assert client.subscribe("presence-room")["presence"]["count"] == 1


@pytest.mark.parametrize("name", ["", "with space", "ümlaut", "#private", "a:b"])
def test_t3_an_invalid_name_is_refused(server, name):
    with Client(server) as client:
        client.send_subscribe(name)

        assert set(client.events()) <= REFUSALS


def test_t3_a_users_own_channel_needs_their_sign_in(server):
    with Client(server) as stranger, Client(server) as mira:
        mira.sign_in("mira")
        mira.receive("pusher:signin_success")
        mira.send_subscribe("#server-to-user-mira")
        mira.receive(ACCEPTED)
        stranger.send_subscribe("#server-to-user-mira")
        stranger.send_subscribe("#server-to-user-")

        assert set(stranger.events()) <= REFUSALS


def test_t3_a_sign_in_is_confirmed_with_its_user_data(server):
    with Client(server) as client:
        client.sign_in("mira")

        assert client.receive("pusher:signin_success")["data"]["user_data"] in (
            '{"id": "mira"}',
            {"id": "mira"},
        )


def test_t3_a_wrong_sign_in_keeps_the_connection(server):
    with Client(server) as client:
        auth = f"{server.key}:{'0' * 64}"
        client.send("pusher:signin", {"auth": auth, "user_data": '{"id": "mira"}'})

        assert client.events() == ["pusher:error"]


def test_t4_a_stale_signature_may_precede_the_right_one(server):
    with Client(server) as old:
        stale = signed(server, old.socket_id, "private-room")
    with Client(server) as client:
        client.send("pusher:subscribe", stale)
        client.send_subscribe("private-room")
        assert trigger(server, "private-room") == 200

        assert client.receive(ACCEPTED)["channel"] == "private-room"
        assert client.events() == ["vote"]


@pytest.mark.parametrize("channel", ["room", "presence-room"])
def test_t5_a_second_subscription_duplicates_no_event(server, channel):
    with Client(server) as client, Client(server) as other:
        other.subscribe(channel, {"user_id": "other"})
        client.subscribe(channel, {"user_id": "mira"})
        client.send_subscribe(channel, {"user_id": "mira"})
        client.received()
        trigger(server, channel)

        assert client.events() == ["vote"]
        joined = [e for e in other.events() if e != "vote"]
        assert joined == ["pusher_internal:member_added"] * (channel != "room")


def test_t5_a_second_confirmation_is_never_sent(server):
    with Client(server) as client:
        client.subscribe("room")
        client.send_subscribe("room")

        assert client.events() == ["pusher:error"]


@pytest.mark.parametrize("channel", ["room", "presence-room", "no name at all"])
def test_t5_unsubscribing_without_a_subscription_is_harmless(server, channel):
    with Client(server) as client:
        client.send("pusher:unsubscribe", {"channel": channel})

        assert set(client.events()) <= {"pusher:error"}


@pytest.mark.parametrize(
    "steps",
    [steps for n in (2, 3, 4) for steps in itertools.product("su", repeat=n)],
    ids="".join,
)
def test_t5_the_last_of_many_subscribes_and_unsubscribes_decides(server, steps):
    with Client(server) as client:
        for step in steps:
            if step == "s":
                client.send_subscribe("private-room")
            else:
                client.send("pusher:unsubscribe", {"channel": "private-room"})
        client.received()
        trigger(server, "private-room")

        assert client.events() == ["vote"] * (steps[-1] == "s")
