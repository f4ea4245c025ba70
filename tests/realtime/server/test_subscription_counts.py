"""Pusher docs, subscription counting: an option."""

import json

from realtime.server import Limits
from tests.realtime.server.rooms import Room, events

COUNT = "pusher_internal:subscription_count"


def counts(tab):
    return [
        json.loads(message["data"])["subscription_count"]
        for message in tab.heard()
        if message["event"] == COUNT
    ]


def test_everybody_is_told_how_many_listen():
    room = Room(counts_subscriptions=True)
    mira, tom = room.connect(), room.connect()
    mira.subscribe("room")
    tom.subscribe("room")
    tom.unsubscribe("room")

    assert counts(mira) == [1, 2, 1]
    assert counts(tom) == [2]


def test_presence_channels_count_their_members_already():
    room = Room(counts_subscriptions=True)
    tab = room.connect()
    tab.subscribe("presence-room", {"user_id": "mira"})

    assert COUNT not in events(tab.heard())


def test_many_are_counted_now_and_then():
    room = Room(Limits(), counts_subscriptions=True)
    first = room.connect()
    first.subscribe("room")
    for _ in range(150):
        room.connect().subscribe("room")
    assert max(counts(first)) == 100

    room.hub.say_late_counts()
    room.hub.say_late_counts()
    assert counts(first) == [151]


def test_it_is_off_unless_asked_for():
    room = Room()
    tab = room.connect()
    tab.subscribe("room")

    assert COUNT not in events(tab.heard())
