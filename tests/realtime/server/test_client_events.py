"""Pusher docs, client events: an option."""

import pytest

from realtime.server import Limits
from tests.realtime.server.rooms import Room, refusals

EVENT = "client-typing"


def say(tab, channel, event=EVENT, data=None, **more):
    tab.send({"event": event, "channel": channel, "data": data, **more})


def two_on(channel, user=None, limits=None):
    room = Room(limits, relays_client_events=True)
    tabs = room.connect(), room.connect()
    for number, tab in enumerate(tabs):
        tab.subscribe(channel, user and {"user_id": f"{user}-{number}"})
        tab.heard()
    tabs[0].heard()
    return room, *tabs


def test_the_others_hear_it_and_the_sender_does_not():
    room, mira, tom = two_on("private-room")
    say(mira, "private-room", data={"key": "ü"}, user_id="forged", extra="dropped")

    assert tom.heard() == [
        {"event": EVENT, "channel": "private-room", "data": '{"key":"ü"}'}
    ]
    assert mira.heard() == []
    assert room.told[-1] == (
        "client_event",
        {
            "event": EVENT,
            "channel": "private-room",
            "data": '{"key":"ü"}',
            "socket_id": mira.socket_id,
        },
    )


def test_on_a_presence_channel_it_says_who_spoke():
    _, mira, tom = two_on("presence-room", "user")
    say(mira, "presence-room", data="hello", user_id="forged")

    [message] = tom.heard()
    assert message["user_id"] == "user-0"
    assert message["data"] == "hello"


@pytest.mark.parametrize("channel", ["room", "private-encrypted-room", "cache-room"])
def test_where_nobody_is_known_nobody_speaks(channel):
    _, mira, tom = two_on(channel)
    say(mira, channel)

    assert refusals(mira.heard()) == [
        (None, f"Channel {channel} takes no client events")
    ]
    assert tom.heard() == []


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
def test_what_is_wrong_is_refused_and_reaches_nobody(channel, event, data):
    _, mira, tom = two_on("private-room")
    say(mira, channel, event, data)

    assert len(refusals(mira.heard())) == 1
    assert tom.heard() == []


def test_too_many_a_second_are_refused():
    _, mira, tom = two_on("private-room", limits=Limits(client_events_per_second=2))
    for _ in range(6):
        say(mira, "private-room", data="x")

    # A second may end in between, and its successor begins to count anew.
    assert {code for code, _ in refusals(mira.heard())} == {4301}
    assert 2 <= len(tom.heard()) <= 4


def test_they_are_off_unless_asked_for():
    room = Room()
    tab = room.connect()
    tab.subscribe("private-room")
    tab.heard()
    say(tab, "private-room")

    assert refusals(tab.heard()) == [(None, "Client events are not enabled")]
