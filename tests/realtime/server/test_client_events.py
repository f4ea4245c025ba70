"""Pusher docs, client events: an option."""

import pytest

from realtime.server import Limits
from tests.realtime.server.in_memory import InMemoryServer, refusals

EVENT = "client-typing"


def trigger(tab, channel, event=EVENT, data=None, **more):
    tab.send({"event": event, "channel": channel, "data": data, **more})


def two_subscribers(channel, user=None, limits=None):
    server = InMemoryServer(limits, relays_client_events=True)
    tabs = server.connect(), server.connect()
    for number, tab in enumerate(tabs):
        tab.subscribe(channel, user and {"user_id": f"{user}-{number}"})
        tab.received()
    tabs[0].received()
    return server, *tabs


def test_all_subscribers_but_the_sender_receive_it():
    server, mira, tom = two_subscribers("private-room")
    trigger(mira, "private-room", data={"key": "ü"}, user_id="forged", extra="dropped")

    assert tom.received() == [
        {"event": EVENT, "channel": "private-room", "data": '{"key":"ü"}'}
    ]
    assert mira.received() == []
    assert server.webhook_events[-1] == (
        "client_event",
        {
            "event": EVENT,
            "channel": "private-room",
            "data": '{"key":"ü"}',
            "socket_id": mira.socket_id,
        },
    )


def test_on_a_presence_channel_it_names_the_sender():
    _, mira, tom = two_subscribers("presence-room", "user")
    trigger(mira, "presence-room", data="hello", user_id="forged")

    [message] = tom.received()
    assert message["user_id"] == "user-0"
    assert message["data"] == "hello"


@pytest.mark.parametrize("channel", ["room", "private-encrypted-room", "cache-room"])
def test_unsigned_and_encrypted_channels_refuse_client_events(channel):
    _, mira, tom = two_subscribers(channel)
    trigger(mira, channel)

    assert refusals(mira.received()) == [
        (None, f"Channel {channel} takes no client events")
    ]
    assert tom.received() == []


@pytest.mark.parametrize(
    ("channel", "event", "data"),
    [
        ("private-other", EVENT, "x"),
        (None, EVENT, "x"),
        ("private-room", "client-" + "x" * 194, "x"),
        ("private-room", EVENT, "ü" * 5_121),
        ("private-room", "pusher:typing", "x"),
    ],
)
def test_an_invalid_one_is_refused_and_not_relayed(channel, event, data):
    _, mira, tom = two_subscribers("private-room")
    trigger(mira, channel, event, data)

    assert len(refusals(mira.received())) == 1
    assert tom.received() == []


def test_those_above_the_rate_limit_are_refused():
    _, mira, tom = two_subscribers(
        "private-room", limits=Limits(client_events_per_second=2)
    )
    for _ in range(6):
        trigger(mira, "private-room", data="x")

    # A second may end in between, and its successor begins to count anew.
    assert {code for code, _ in refusals(mira.received())} == {4301}
    assert 2 <= len(tom.received()) <= 4


def test_they_are_off_by_default():
    server = InMemoryServer()
    tab = server.connect()
    tab.subscribe("private-room")
    tab.received()
    trigger(tab, "private-room")

    assert refusals(tab.received()) == [(None, "Client events are not enabled")]
