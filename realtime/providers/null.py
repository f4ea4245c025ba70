"""Delivers nothing: browsers poll every few seconds."""

from collections.abc import Mapping
from typing import Any

from realtime.config import ClientConfig, polling_only
from realtime.events import ChannelMember, as_json
from realtime.service import RealtimeService


class NullService(RealtimeService):
    """The provider ``null``, where no live connection is possible or wanted."""

    def trigger(self, channel: str, event_name: str, data: Mapping[str, Any]) -> None:
        as_json(data)

    def get_client_config(self) -> ClientConfig:
        return polling_only("null")

    def authorize(
        self, channel: str, socket_id: str, member: ChannelMember
    ) -> dict[str, str]:
        raise ValueError("There are no channels to subscribe to")
