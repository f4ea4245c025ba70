"""Delivers nothing: browsers poll every few seconds."""

from collections.abc import Mapping
from typing import Any

from realtime.config import ClientConfig, polling_only
from realtime.events import as_json
from realtime.service import RealtimeService


class NullService(RealtimeService):
    """The provider ``null``, where no live connection is possible or wanted."""

    def trigger(self, channel: str, event_name: str, data: Mapping[str, Any]) -> None:
        as_json(data)

    def get_client_config(self) -> ClientConfig:
        return polling_only("null")
