"""Writes each event to the log, for the development of an application."""

import logging
from collections.abc import Mapping
from typing import Any

from realtime.config import ClientConfig, polling_only
from realtime.events import as_json

from .null import NullService

logger = logging.getLogger(__name__)


class LogService(NullService):
    """The provider ``log``. It logs the name of each event and never its data, which
    may be more confidential than the log.
    """

    def trigger(self, channel: str, event_name: str, data: Mapping[str, Any]) -> None:
        size = len(as_json(data).encode())
        logger.info("%s on %s, %d bytes", event_name, channel, size)

    def get_client_config(self) -> ClientConfig:
        return polling_only("log")
