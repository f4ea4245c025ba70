"""The interface of a provider of real-time events."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from .config import ClientConfig
from .events import ChannelMember, Event


class RealtimeService(ABC):
    """A provider. One instance serves a process, from any of its threads.

    A provider's options are keyword arguments from the settings: the parameters of its
    ``__init__``. This base class refuses every other one by its name.
    ``uses_embedded_server`` makes ``manage.py serve`` run the embedded server.
    """

    uses_embedded_server = False

    def __init__(self, **options: object) -> None:
        if options:
            names = ", ".join(sorted(options))
            raise ValueError(f"{type(self).__name__} has no option {names}.")

    @abstractmethod
    def trigger(self, channel: str, event_name: str, data: Mapping[str, Any]) -> None:
        """Publish an event to the subscribers of ``channel``, the application's name.

        A channel without subscribers is no error. Delivery is not guaranteed: a remote
        provider is called after this returns.

        Raises:
            TypeError, ValueError: ``data`` cannot be encoded as JSON.
        """

    def broadcast(self, channel: str, event: Event) -> None:
        """``trigger`` with an event that knows its own name."""
        self.trigger(channel, event.type, event.data)

    @abstractmethod
    def get_client_config(self) -> ClientConfig:
        """What the browser needs to connect. No secret."""

    def authorize(
        self, channel: str, socket_id: str, member: ChannelMember
    ) -> dict[str, str]:
        """The signed answer with which ``member``'s connection subscribes, as JSON.

        ``channel`` is the name on the wire, ``private-...`` or ``presence-...``, and
        ``socket_id`` the connection's ``<digits>.<digits>`` (Pusher Channels, auth
        signatures).

        Raises:
            ValueError: with the sentence that the 403 carries. By default always; else
                ``socket_id`` is malformed, or the provider does not use ``channel``.
        """
        raise ValueError(f"{type(self).__name__} does not authorize channels.")

    def online_user_ids(self, channel: str) -> frozenset[str]:
        """The users who are subscribed to ``channel``, as far as this process knows."""
        return frozenset()

    def terminate_user(self, user_id: str) -> None:  # noqa: B027 -- not all can
        """Close the connections of a user who may no longer subscribe.

        They may reconnect, and are then authorized again. Like ``trigger``, it returns
        at once, and a provider that is down is no error.
        """

    def read_webhook(
        self, headers: Mapping[str, str], body: bytes
    ) -> Sequence[Mapping[str, Any]] | None:
        """The events of a webhook; None if the provider did not sign it."""
        return None

    @property
    def browser_scripts(self) -> Sequence[str]:
        """The names of the static files that the browser's driver needs."""
        return ()

    def connect_sources(self) -> list[str]:
        """Where the browser connects to, besides the page's own origin.

        These are sources for ``connect-src`` of the Content-Security-Policy.
        """
        return []

    def status(self) -> Mapping[str, Any]:
        """Counters of this process, for operators. No secret."""
        return {"provider": self.get_client_config()["provider"]}

    def close(self) -> None:  # noqa: B027 -- most providers have nothing to do
        """Send what is queued, for 2 seconds at most: the process is ending."""
