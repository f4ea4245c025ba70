"""Who listens to which channel, and who is present there.

Plain state without input or output. Everything runs in the thread of the event loop, so
each change happens whole: a join can never race a leave.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from .frames import event_frame, write_json


class Subscriber(Protocol):
    """One connection, as the hub sees it. ``channels`` is kept by the hub."""

    socket_id: str
    channels: set[str]

    @property
    def send(self) -> Callable[[bytes], None]: ...


@dataclass(frozen=True)
class Publication:
    """An event for one or more channels, kept from the connection that caused it."""

    event: str
    data: str
    channels: tuple[str, ...]
    excluded_socket_id: str | None = None


@dataclass(slots=True)
class Member:
    """Somebody on a presence channel, in one tab or in several."""

    user_info: object
    connections: int = 0


@dataclass(slots=True)
class Channel:
    """A channel somebody listens to. Presence channels know the user behind each."""

    user_ids: dict[Subscriber, str | None] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)


class Hub:
    """All connections and occupied channels of this process."""

    def __init__(self) -> None:
        self.channels: dict[str, Channel] = {}
        self._subscribers: dict[str, Subscriber] = {}

    def connect(self, subscriber: Subscriber) -> None:
        self._subscribers[subscriber.socket_id] = subscriber

    def disconnect(self, subscriber: Subscriber) -> None:
        """Forget a connection, wherever it listened. A second time changes nothing."""
        if self._subscribers.pop(subscriber.socket_id, None):
            for channel_name in list(subscriber.channels):
                self.unsubscribe(subscriber, channel_name)

    def subscribe(self, subscriber: Subscriber, channel_name: str) -> None:
        """Let a connection hear a channel; the confirmation comes before any event."""
        self._join(subscriber, channel_name, None)
        _confirm(subscriber, channel_name, "{}")

    def subscribe_member(
        self,
        subscriber: Subscriber,
        channel_name: str,
        user_id: str,
        user_info: object,
    ) -> None:
        """Let a connection hear a presence channel, as the user that it belongs to.

        Presence is per user: the others hear of the first connection only.
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
        if member.connections == 1:
            _tell_others(
                channel,
                subscriber,
                event_frame(
                    "pusher_internal:member_added",
                    channel_name,
                    write_json({"user_id": user_id, "user_info": member.user_info}),
                ),
            )

    def unsubscribe(self, subscriber: Subscriber, channel_name: str) -> None:
        """Let a connection hear a channel no more; the caller knows that it did."""
        channel = self.channels[channel_name]
        subscriber.channels.remove(channel_name)
        user_id = channel.user_ids.pop(subscriber)
        if not channel.user_ids:
            del self.channels[channel_name]
        if user_id is not None:
            member = channel.members[user_id]
            member.connections -= 1
            if not member.connections:
                del channel.members[user_id]
                _tell_others(
                    channel,
                    subscriber,
                    event_frame(
                        "pusher_internal:member_removed",
                        channel_name,
                        write_json({"user_id": user_id}),
                    ),
                )

    def publish(self, publication: Publication) -> None:
        """Send an event to whoever listens, built once for all of them.

        An excluded connection that is not here, or no more, excludes nobody.
        """
        excluded = self._subscribers.get(publication.excluded_socket_id or "")
        for channel_name in publication.channels:
            if channel := self.channels.get(channel_name):
                frame = event_frame(publication.event, channel_name, publication.data)
                _tell_others(channel, excluded, frame)

    def user_ids(self, channel_name: str) -> frozenset[str]:
        """Who is present. Safe from any thread: the copy is made in one step."""
        channel = self.channels.get(channel_name)
        return frozenset(channel.members) if channel else frozenset()

    def _join(
        self, subscriber: Subscriber, channel_name: str, user_id: str | None
    ) -> Channel:
        channel = self.channels.setdefault(channel_name, Channel())
        channel.user_ids[subscriber] = user_id
        subscriber.channels.add(channel_name)
        return channel


def _confirm(subscriber: Subscriber, channel_name: str, data: str) -> None:
    subscriber.send(
        event_frame("pusher_internal:subscription_succeeded", channel_name, data)
    )


def _tell_others(channel: Channel, excluded: Subscriber | None, frame: bytes) -> None:
    for subscriber in channel.user_ids:
        if subscriber is not excluded:
            subscriber.send(frame)
