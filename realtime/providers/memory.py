"""Keeps the published events, for tests. No browser receives them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from realtime.channels import ENCRYPTED_PREFIX
from realtime.config import ClientConfig, polling_only
from realtime.events import ChannelMember, as_json
from realtime.service import RealtimeService


@dataclass(frozen=True)
class Published:
    """An event on an application's channel, its data as a browser would parse it."""

    channel: str
    type: str
    data: Mapping[str, Any]


class MemoryService(RealtimeService):
    """The provider ``memory``. ``outbox`` has all published events, in order."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self.outbox: list[Published] = []

    def trigger(self, channel: str, event_name: str, data: Mapping[str, Any]) -> None:
        self.outbox.append(Published(channel, event_name, json.loads(as_json(data))))

    def get_client_config(self) -> ClientConfig:
        return polling_only("memory")

    def authorize(
        self, channel: str, socket_id: str, member: ChannelMember
    ) -> dict[str, str]:
        if channel.startswith(ENCRYPTED_PREFIX):
            raise ValueError("The provider memory does not encrypt.")
        return {"auth": f"memory:{socket_id}:{channel}:{member.user_id}"}
