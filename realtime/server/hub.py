"""The channels, their subscribers and the users who are present there.

It does no I/O. Everything runs in the thread of the event loop, so that each change is
atomic: a join can never race a leave.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from .cache import Cache
from .channel_names import CACHE, PRESENCE
from .frames import event_frame, text_frame, write_json
from .limits import Limits

# Pusher docs, subscription counting: above this, the count is sent periodically only.
MANY_SUBSCRIBERS = 100

logger = logging.getLogger("realtime.server")

Send = Callable[[bytes], None]
WebhookEventHandler = Callable[[str, dict[str, Any]], None]
Schedule = Callable[[Callable[[], None]], object]


class Subscriber(Protocol):
    """One connection, as the hub sees it. The hub maintains ``channels``."""

    socket_id: str
    channels: set[str]

    @property
    def send(self) -> Send: ...

    @property
    def close(self) -> Callable[[int, str], None]: ...


@dataclass(frozen=True)
class Publication:
    """An event for one or more channels, without the connection that caused it."""

    event: str
    data: str
    channels: tuple[str, ...]
    excluded_socket_id: str | None = None


@dataclass(slots=True)
class Member:
    """A user on a presence channel, with one connection or several."""

    user_info: object
    connections: int = 0


@dataclass(slots=True)
class Channel:
    """An occupied channel. On a presence channel, each subscriber has a user."""

    user_ids: dict[Subscriber, str | None] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    _send_functions: tuple[Send, ...] | None = None

    def add(self, subscriber: Subscriber, user_id: str | None) -> None:
        self.user_ids[subscriber] = user_id
        self._send_functions = None

    def remove(self, subscriber: Subscriber) -> str | None:
        """Return the subscriber's user, on a presence channel."""
        self._send_functions = None
        return self.user_ids.pop(subscriber)

    def send_functions(self, excluded: Subscriber | None) -> tuple[Send, ...]:
        """The subscribers' send functions. Kept for the following events: looking them
        up took a third of a delivery's time outside of the network.
        """
        if excluded in self.user_ids:
            return tuple(each.send for each in self.user_ids if each is not excluded)
        if self._send_functions is None:
            self._send_functions = tuple(each.send for each in self.user_ids)
        return self._send_functions


@dataclass(slots=True)
class Batch:
    """Frames for all subscribers of a channel but ``excluded``."""

    channel: Channel
    excluded: Subscriber | None
    frames: list[bytes]


class Hub:
    """All connections and occupied channels of this process.

    Frames wait until ``schedule`` calls back, so that events of the same moment share a
    write, which is the most expensive part of a delivery. ``on_webhook_event`` gets the
    name and the fields of each event for webhooks. With ``counts_subscriptions``
    subscribers receive their number, with ``relays_client_events`` they may send events
    to each other.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        schedule: Schedule,
        on_webhook_event: WebhookEventHandler | None = None,
        counts_subscriptions: bool = False,
        relays_client_events: bool = False,
    ) -> None:
        self.channels: dict[str, Channel] = {}
        self.cache = Cache(limits)
        self.relays_client_events = relays_client_events
        self.published = 0
        self.delivered = 0
        self._subscribers: dict[str, Subscriber] = {}
        self._signed_in: dict[str, set[Subscriber]] = {}
        self._schedule = schedule
        self._outbox: deque[Batch] = deque()
        self._is_flushing = False
        self._on_webhook_event = on_webhook_event
        self._counts_subscriptions = counts_subscriptions
        self._deferred_counts: set[str] = set()

    def connect(self, subscriber: Subscriber) -> None:
        self._subscribers[subscriber.socket_id] = subscriber

    def disconnect(self, subscriber: Subscriber) -> None:
        """Remove a connection from all its channels. A second call has no effect."""
        if self._subscribers.pop(subscriber.socket_id, None):
            for channel_name in list(subscriber.channels):
                self.unsubscribe(subscriber, channel_name)

    def sign_in(self, subscriber: Subscriber, user_id: str) -> None:
        self._signed_in.setdefault(user_id, set()).add(subscriber)

    def sign_out(self, subscriber: Subscriber, user_id: str) -> None:
        connections = self._signed_in[user_id]
        connections.discard(subscriber)
        if not connections:
            del self._signed_in[user_id]

    def connections_of(self, user_id: str) -> set[Subscriber]:
        """Connections that are signed in as the user, or present as the user."""
        present = {
            subscriber
            for channel in self.channels.values()
            if user_id in channel.members
            for subscriber, present_id in channel.user_ids.items()
            if present_id == user_id
        }
        return present | self._signed_in.get(user_id, set())

    def subscribe(self, subscriber: Subscriber, channel_name: str) -> None:
        """Subscribe a connection. It receives the confirmation before any event."""
        self._join(subscriber, channel_name, None)
        _confirm(subscriber, channel_name, "{}")
        self._send_cached_event(subscriber, channel_name)
        self._update_count(channel_name)

    def subscribe_member(
        self,
        subscriber: Subscriber,
        channel_name: str,
        user_id: str,
        user_info: object,
    ) -> None:
        """Subscribe a connection to a presence channel, as its user.

        Presence is per user: ``member_added`` is sent for the first connection only.
        """
        channel = self._join(subscriber, channel_name, user_id)
        member = channel.members.setdefault(user_id, Member(user_info))
        member.connections += 1
        presence = {
            "ids": list(channel.members),
            "hash": {
                id_: present.user_info for id_, present in channel.members.items()
            },
            "count": len(channel.members),
        }
        _confirm(subscriber, channel_name, write_json({"presence": presence}))
        self._send_cached_event(subscriber, channel_name)
        if member.connections == 1:
            self._emit("member_added", channel=channel_name, user_id=user_id)
            self._enqueue(
                channel,
                subscriber,
                event_frame(
                    "pusher_internal:member_added",
                    channel_name,
                    write_json({"user_id": user_id, "user_info": member.user_info}),
                ),
            )

    def unsubscribe(self, subscriber: Subscriber, channel_name: str) -> None:
        """Unsubscribe a connection, which must be subscribed."""
        channel = self.channels[channel_name]
        subscriber.channels.remove(channel_name)
        user_id = channel.remove(subscriber)
        if user_id is not None:
            member = channel.members[user_id]
            member.connections -= 1
            if not member.connections:
                del channel.members[user_id]
                self._emit("member_removed", channel=channel_name, user_id=user_id)
                self._enqueue(
                    channel,
                    subscriber,
                    event_frame(
                        "pusher_internal:member_removed",
                        channel_name,
                        write_json({"user_id": user_id}),
                    ),
                )
        if channel.user_ids:
            self._update_count(channel_name)
        else:
            del self.channels[channel_name]
            self._emit("channel_vacated", channel=channel_name)

    def publish(self, publication: Publication) -> None:
        """Send an event to all subscribers, as one frame that is built once.

        An unknown excluded connection excludes nobody.
        """
        self.published += 1
        excluded = self._subscribers.get(publication.excluded_socket_id or "")
        for channel_name in publication.channels:
            channel = self.channels.get(channel_name)
            is_kept = channel_name.startswith(CACHE)
            if channel or is_kept:
                frame = event_frame(publication.event, channel_name, publication.data)
            if is_kept:
                self.cache.remember(channel_name, publication.data, frame)
            if channel:
                self.delivered += len(channel.user_ids) - (excluded in channel.user_ids)
                self._enqueue(channel, excluded, frame)

    def relay(
        self, sender: Subscriber, channel_name: str, event: str, data: str
    ) -> None:
        """Pass on a client event, with the sender's user id if it is known."""
        channel = self.channels[channel_name]
        message = {"event": event, "channel": channel_name, "data": data}
        report = {**message, "socket_id": sender.socket_id}
        if user_id := channel.user_ids[sender]:
            message["user_id"] = report["user_id"] = user_id
        self._enqueue(channel, sender, text_frame(message))
        self._emit("client_event", **report)

    def flush(self) -> None:
        """Send the queued frames to the current subscribers.

        A connection that lags too far behind is closed, and unsubscribed, meanwhile.
        """
        if self._is_flushing:
            return
        self._is_flushing = True
        while self._outbox:
            batch = self._outbox.popleft()
            _send_to_each(
                batch.channel.send_functions(batch.excluded), b"".join(batch.frames)
            )
        self._is_flushing = False

    def user_ids(self, channel_name: str) -> frozenset[str]:
        """The present users. Thread-safe: the copy is made in one step."""
        channel = self.channels.get(channel_name)
        return frozenset(channel.members) if channel else frozenset()

    def subscription_count(self, channel_name: str) -> int:
        channel = self.channels.get(channel_name)
        return len(channel.user_ids) if channel else 0

    def send_deferred_counts(self) -> None:
        """Send the counts of channels with more than MANY_SUBSCRIBERS."""
        channel_names, self._deferred_counts = self._deferred_counts, set()
        for channel_name in channel_names & self.channels.keys():
            self._send_count(channel_name)

    def _join(
        self, subscriber: Subscriber, channel_name: str, user_id: str | None
    ) -> Channel:
        channel = self.channels.get(channel_name)
        if channel is None:
            channel = self.channels[channel_name] = Channel()
            self._emit("channel_occupied", channel=channel_name)
        channel.add(subscriber, user_id)
        subscriber.channels.add(channel_name)
        return channel

    def _enqueue(
        self, channel: Channel, excluded: Subscriber | None, frame: bytes
    ) -> None:
        last = self._outbox[-1] if self._outbox else None
        if last and last.channel is channel and last.excluded is excluded:
            last.frames.append(frame)
            return
        self._outbox.append(Batch(channel, excluded, [frame]))
        if not last:
            self._schedule(self.flush)

    def _send_cached_event(self, subscriber: Subscriber, channel_name: str) -> None:
        if not channel_name.startswith(CACHE):
            return
        if event := self.cache.last_event(channel_name):
            subscriber.send(event.frame)
        else:
            miss = {"event": "pusher:cache_miss", "channel": channel_name}
            subscriber.send(text_frame(miss))
            self._emit("cache_miss", channel=channel_name)

    def _update_count(self, channel_name: str) -> None:
        if not self._counts_subscriptions or channel_name.startswith(PRESENCE):
            return
        if self.subscription_count(channel_name) > MANY_SUBSCRIBERS:
            self._deferred_counts.add(channel_name)
        else:
            self._send_count(channel_name)

    def _send_count(self, channel_name: str) -> None:
        """Pusher docs, ``pusher_internal:subscription_count``."""
        count = self.subscription_count(channel_name)
        frame = event_frame(
            "pusher_internal:subscription_count",
            channel_name,
            write_json({"subscription_count": count}),
        )
        self._enqueue(self.channels[channel_name], None, frame)
        self._emit("subscription_count", channel=channel_name, subscription_count=count)

    def _emit(self, name: str, **fields: Any) -> None:
        if self._on_webhook_event:
            self._on_webhook_event(name, fields)


def _send_to_each(send_functions: Iterable[Send], frames: bytes) -> None:
    """A connection that cannot be written to does not affect the others."""
    remaining = iter(send_functions)
    is_done = False
    while not is_done:
        try:
            for send in remaining:
                send(frames)
            is_done = True
        except Exception:
            logger.exception("A connection could not be written to.")


def _confirm(subscriber: Subscriber, channel_name: str, data: str) -> None:
    subscriber.send(
        event_frame("pusher_internal:subscription_succeeded", channel_name, data)
    )
