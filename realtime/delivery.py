"""Sends off the thread that serves a request: a slow provider costs a voter nothing."""

import contextlib
import logging
import queue
import re
import threading
import time
from collections.abc import Callable

QUEUE_LENGTH = 1_000
FLUSH_SECONDS = 2
LONGEST_REASON = 300

Send = Callable[[], object]

logger = logging.getLogger(__name__)


class Delivery:
    """Sends one event after the other, in order, on one daemon thread.

    It belongs to the process that made it. A forked process makes its own, because the
    factory forgets the service there: no thread lives in both.
    """

    def __init__(self) -> None:
        self._waiting: queue.Queue[tuple[str, Send] | None] = queue.Queue(QUEUE_LENGTH)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def put(self, what: str, send: Send) -> None:
        """Send soon. When too many wait, it is dropped; the log names ``what``."""
        try:
            self._waiting.put_nowait((what, send))
        except queue.Full:
            logger.error("%s was dropped: %d are waiting already", what, QUEUE_LENGTH)
            return
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._work, name="realtime-delivery", daemon=True
                )
                self._thread.start()

    def close(self) -> None:
        """Send what waits, for FLUSH_SECONDS at the most."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is None:
            return
        deadline = time.monotonic() + FLUSH_SECONDS
        with contextlib.suppress(queue.Full):
            self._waiting.put(None, timeout=FLUSH_SECONDS)
        thread.join(max(0, deadline - time.monotonic()))

    def _work(self) -> None:
        while waiting := self._waiting.get():
            attempt(*waiting)


def attempt(what: str, send: Send) -> None:
    """Send, and log what went wrong: what the event tells of is true all the same."""
    try:
        send()
    except Exception as error:  # noqa: BLE001 -- libraries raise what they like
        logger.error(
            "%s was not delivered: %s: %s", what, type(error).__name__, _reason(error)
        )


def _reason(error: Exception) -> str:
    """An error's message in one line. It quotes the address that was asked, whose
    signature others could send again: whatever may be a signature is left out.
    """
    line = " ".join(str(error).split())
    return re.sub("[0-9a-f]{32,}", "…", line)[:LONGEST_REASON]
