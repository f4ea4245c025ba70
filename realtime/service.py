"""What a provider of real-time events must be able to do."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from .config import ClientConfig
from .events import ChannelMember, Event


class RealtimeService(ABC):
    """A provider. One instance serves a process, from any of its threads.

    A provider's options come from the settings as keyword arguments; those that it
    knows are the parameters of its ``__init__``, and this base takes none.
    ``uses_embedded_server`` asks ``manage.py serve`` to hold that server.
    """

    uses_embedded_server = False

    def __init__(self, **options: object) -> None:
        if options:
            names = ", ".join(sorted(options))
            raise ValueError(f"{type(self).__name__} has no option {names}.")

    @abstractmethod
    def trigger(self, channel: str, event_name: str, data: Mapping[str, Any]) -> None:
        """Send an event to whoever listens to ``channel``, the application's name.

        Nobody listening is no error, and that it arrives is not promised: who is
        remote is served after this returns.

        Raises:
            TypeError, ValueError: JSON cannot carry ``data``.
        """

    def broadcast(self, channel: str, event: Event) -> None:
        """``trigger`` with an event that knows its own name."""
        self.trigger(channel, event.type, event.data)

    @abstractmethod
    def get_client_config(self) -> ClientConfig:
        """What the browser needs to connect, and nothing that is secret."""

    @abstractmethod
    def authorize(
        self, channel: str, socket_id: str, member: ChannelMember
    ) -> dict[str, str]:
        """The signed answer that lets ``member``'s connection listen, fit for JSON.

        ``channel`` is the name on the wire, ``private-...`` or ``presence-...``, and
        ``socket_id`` the connection's ``<digits>.<digits>`` (Pusher Channels, auth
        signatures).

        Raises:
            ValueError: ``socket_id`` or ``channel`` is malformed.
        """

    def online_user_ids(self, channel: str) -> frozenset[str]:
        """Whose browsers are connected to ``channel``, as far as this process knows."""
        return frozenset()

    def terminate_user(self, user_id: str) -> None:  # noqa: B027 -- not all can
        """Close the connections of one who may listen no longer.

        They may come back, and have to be authorized anew. Like ``trigger`` it returns
        at once and never fails.
        """

    def read_webhook(
        self, headers: Mapping[str, str], body: bytes
    ) -> Sequence[Mapping[str, Any]] | None:
        """The events that the provider tells of; None if it is not its webhook."""
        return None

    @property
    def browser_scripts(self) -> Sequence[str]:
        """Static files that the browser's driver needs, by their names."""
        return ()

    def connect_sources(self) -> list[str]:
        """Where the browser connects to beside the page's own origin.

        Sources for ``connect-src`` of the Content-Security-Policy.
        """
        return []

    def status(self) -> Mapping[str, Any]:
        """What this process has done, for people who look after it. No secret."""
        return {"provider": self.get_client_config()["provider"]}

    def close(self) -> None:  # noqa: B027 -- most providers have nothing to do
        """Send what still waits, or give up after 2 seconds: the process is ending."""
