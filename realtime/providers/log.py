"""Writes each event into the log, for whoever develops an application."""

import logging
from collections.abc import Mapping
from typing import Any

from realtime.config import ClientConfig, polling_only
from realtime.events import as_json

from .null import NullService

logger = logging.getLogger(__name__)


class LogService(NullService):
    """The provider ``log``. It names each event and never tells its data: a log is read
    by more people than may know a session's votes.
    """

    def trigger(self, channel: str, event_name: str, data: Mapping[str, Any]) -> None:
        size = len(as_json(data).encode())
        logger.info("%s on %s, %d bytes", event_name, channel, size)

    def get_client_config(self) -> ClientConfig:
        return polling_only("log")
