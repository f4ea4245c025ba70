"""A provider that kills its own process between the commit and the publishing."""

import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from realtime.providers.pusher import PusherService


class CrashingService(PusherService):
    """The embedded server's provider; the process dies instead of its first ``vote``.

    By then the vote is committed, and was sent to nobody. The file ``crashed`` is
    created at that moment, and keeps the next process alive.
    """

    def __init__(self, *, crashed: str, **options: str) -> None:
        super().__init__(**options)
        self._crashed = Path(crashed)

    def trigger(self, channel: str, event_name: str, data: Mapping[str, Any]) -> None:
        if event_name == "vote" and not self._crashed.exists():
            self._crashed.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        super().trigger(channel, event_name, data)


def environment(crashed: Path) -> dict[str, str]:
    """The settings that select it."""
    return {
        "REALTIME_PROVIDER": f"{__name__}.{CrashingService.__name__}",
        "REALTIME_OPTIONS": f'{{"crashed": "{crashed}"}}',
    }
