"""Pusher docs, subscription counting: an option."""

import json

from realtime.server import Limits
from tests.realtime.server.in_memory import InMemoryServer, events

COUNT = "pusher_internal:subscription_count"


def counts(tab):
    return [
        json.loads(message["data"])["subscription_count"]
        for message in tab.received()
        if message["event"] == COUNT
    ]


def test_every_subscriber_receives_the_count():
    server = InMemoryServer(counts_subscriptions=True)
    mira, tom = server.connect(), server.connect()
    mira.subscribe("room")
    tom.subscribe("room")
    tom.unsubscribe("room")

    assert counts(mira) == [1, 2, 1]
    assert counts(tom) == [2]


def test_presence_channels_send_no_count():
    server = InMemoryServer(counts_subscriptions=True)
    tab = server.connect()
    tab.subscribe("presence-room", {"user_id": "mira"})

    assert COUNT not in events(tab.received())


def test_large_channels_receive_counts_periodically():
    server = InMemoryServer(Limits(), counts_subscriptions=True)
    first = server.connect()
    first.subscribe("room")
    for _ in range(150):
        server.connect().subscribe("room")
    assert max(counts(first)) == 100

    server.hub.send_deferred_counts()
    server.hub.send_deferred_counts()
    assert counts(first) == [151]


def test_it_is_off_by_default():
    server = InMemoryServer()
    tab = server.connect()
    tab.subscribe("room")

    assert COUNT not in events(tab.received())
