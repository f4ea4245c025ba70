"""A provider that takes its process down with it, at the worst moment."""

import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from realtime.providers.pusher import PusherService


class DyingService(PusherService):
    """The embedded server's provider; instead of its first ``vote`` the process dies.

    By then the vote is committed, and nobody has heard of it. ``died`` is a file that
    is made at that moment: the process that comes after it lives.
    """

    def __init__(self, *, died: str, **options: str) -> None:
        super().__init__(**options)
        self._died = Path(died)

    def trigger(self, channel: str, event_name: str, data: Mapping[str, Any]) -> None:
        if event_name == "vote" and not self._died.exists():
            self._died.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        super().trigger(channel, event_name, data)


def environment(died: Path) -> dict[str, str]:
    """The settings that choose it."""
    return {
        "REALTIME_PROVIDER": f"{__name__}.{DyingService.__name__}",
        "REALTIME_OPTIONS": f'{{"died": "{died}"}}',
    }
