"""Pusher docs, cache channels."""

import json

import pytest

from realtime.server import Limits
from realtime.server.cache import Cache
from tests.realtime.server.in_memory import InMemoryServer, events


class Time:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.mark.parametrize(
    "channel", ["cache-a", "private-cache-a", "private-encrypted-cache-a"]
)
def test_a_later_subscriber_receives_the_last_event_after_the_confirmation(channel):
    server = InMemoryServer()
    for data in ("1", "2"):
        server.publish(channel, data=data)
    tab = server.connect()
    tab.subscribe(channel)
    confirmation, last = tab.received()

    assert confirmation["event"] == "pusher_internal:subscription_succeeded"
    assert last == {"event": "vote", "channel": channel, "data": "2"}


def test_a_presence_channel_has_a_cache_too():
    server = InMemoryServer()
    server.publish("presence-cache-a", data="1")
    tab = server.connect()
    tab.subscribe("presence-cache-a", {"user_id": "mira"})

    assert events(tab.received())[1:] == ["vote"]


def test_without_an_event_there_is_a_cache_miss():
    server = InMemoryServer()
    tab = server.connect()
    tab.subscribe("cache-a")

    assert tab.received()[1] == {"event": "pusher:cache_miss", "channel": "cache-a"}
    assert ("cache_miss", {"channel": "cache-a"}) in server.webhook_events


def test_other_channels_have_no_cache():
    server = InMemoryServer()
    server.publish("private-a", data="1")
    tab = server.connect()
    tab.subscribe("private-a")

    assert len(tab.received()) == 1
    assert len(server.hub.cache) == 0


def test_expired_events_are_removed():
    clock = Time()
    cache = Cache(Limits(cache_seconds=60), clock)
    cache.remember("cache-a", "1", b"")
    clock.seconds = 59.9
    cache.remember("cache-b", "2", b"")
    assert cache.last_event("cache-a")
    clock.seconds = 60
    cache.forget_expired()

    assert len(cache) == 1
    assert cache.last_event("cache-a") is None
    clock.seconds = 119.9
    assert cache.last_event("cache-b") is None


def test_the_oldest_event_is_evicted():
    cache = Cache(Limits(cached_channels=2))
    for channel in ("cache-a", "cache-b", "cache-a", "cache-c"):
        cache.remember(channel, json.dumps(channel), b"")

    assert cache.last_event("cache-b") is None
    assert cache.last_event("cache-a")
    assert cache.last_event("cache-c")
