"""Webhooks: reports events to another server (Pusher docs, webhooks).

Events are enqueued in the loop's thread and sent from a thread of its own, so that a
slow receiver delays nothing here.
"""

import json
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

from .app import App

# A page reload is a leave and a join: leaves are delayed, and dropped after a return.
LEAVE_DELAY_SECONDS = 3.0
BATCH_DELAY_SECONDS = 0.2
EVENTS_PER_WEBHOOK = 100
QUEUE_LENGTH = 10_000
FIRST_RETRY_SECONDS = 1.0
GIVE_UP_SECONDS = 300.0
TIMEOUT_SECONDS = 5

# A join cancels the pending leave of the same channel and user.
_CANCELS = {
    "channel_occupied": "channel_vacated",
    "member_added": "member_removed",
}
_LEAVE_EVENTS = frozenset(_CANCELS.values())

logger = logging.getLogger("realtime.server")

Event = dict[str, Any]
Post = Callable[[bytes, dict[str, str]], int]


@dataclass
class _Due:
    at: float
    event: Event


class Webhooks:
    """The webhooks of one app. ``post`` sends body and headers, and returns the status.

    ``clock`` returns monotonic seconds. ``enqueue`` is thread-safe.
    """

    def __init__(
        self, app: App, post: Post, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.sent = 0
        self.failed = 0
        self._app = app
        self._post = post
        self._clock = clock
        self._due: deque[_Due] = deque()
        self._pending_leaves: dict[tuple[str, ...], _Due] = {}
        # Cache channels with a queued cache_miss: one is enough.
        self._pending_cache_misses: set[str] = set()
        self._retry_at = 0.0
        self._retry_seconds = FIRST_RETRY_SECONDS
        self._unsent: tuple[float, list[Event]] | None = None
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_stopping = False

    def start(self) -> None:
        self._thread = threading.Thread(
            target=self._run, name="realtime-webhooks", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread. Queued events are dropped."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify()
        if self._thread:
            self._thread.join(TIMEOUT_SECONDS)

    def enqueue(self, name: str, fields: Event) -> None:
        """Send soon. A leave is sent later, unless a return cancels both."""
        event = {"name": name, **fields}
        now = self._clock()
        with self._changed:
            if name in _LEAVE_EVENTS:
                self._pending_leaves[_key(name, fields)] = _Due(
                    now + LEAVE_DELAY_SECONDS, event
                )
            elif cancelled := _CANCELS.get(name):
                if self._pending_leaves.pop(_key(cancelled, fields), None):
                    return
                self._due.append(_Due(now + BATCH_DELAY_SECONDS, event))
            elif (
                name != "cache_miss"
                or fields["channel"] not in self._pending_cache_misses
            ):
                if name == "cache_miss":
                    self._pending_cache_misses.add(fields["channel"])
                self._due.append(_Due(now + BATCH_DELAY_SECONDS, event))
            if len(self._due) > QUEUE_LENGTH:
                dropped = self._due.popleft().event
                self._pending_cache_misses.discard(dropped["channel"])
                self.failed += 1
            # While the receiver is down, leaves pile up too.
            if len(self._pending_leaves) > QUEUE_LENGTH:
                del self._pending_leaves[next(iter(self._pending_leaves))]
                self.failed += 1
            self._changed.notify()

    def deliver_next(self) -> bool:
        """Send the due events, if there are any."""
        with self._changed:
            events = self._next_events()
        if not events:
            return False
        body = json.dumps(
            {"time_ms": int(time.time() * 1000), "events": events}
        ).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Pusher-Key": self._app.key,
            "X-Pusher-Signature": self._app.sign_bytes(body),
        }
        try:
            status = self._post(body, headers)
        except requests.RequestException as error:
            self._on_failure(events, type(error).__name__)
        else:
            if 200 <= status < 300:
                self._on_success(events)
            else:
                self._on_failure(events, f"status {status}")
        return True

    def seconds_to_wait(self) -> float | None:
        """Until the next event is due; None if there is none."""
        now = self._clock()
        if self._unsent:
            return max(0, self._retry_at - now)
        due = [each.at for each in self._pending_leaves.values()]
        if self._due:
            due.append(self._due[0].at)
        return max(0, min(due) - now) if due else None

    def _run(self) -> None:
        while not self._is_stopping:
            if not self.deliver_next():
                with self._changed:
                    if not self._is_stopping:
                        self._changed.wait(self.seconds_to_wait())

    def _next_events(self) -> list[Event]:
        now = self._clock()
        if self._unsent:
            return self._unsent[1] if now >= self._retry_at else []
        events: list[Event] = []
        while self._due and self._due[0].at <= now and len(events) < EVENTS_PER_WEBHOOK:
            event = self._due.popleft().event
            events.append(event)
            if event["name"] == "cache_miss":
                self._pending_cache_misses.discard(event["channel"])
        for key, leave in list(self._pending_leaves.items()):
            if leave.at <= now and len(events) < EVENTS_PER_WEBHOOK:
                del self._pending_leaves[key]
                events.append(leave.event)
        return events

    def _on_success(self, events: list[Event]) -> None:
        with self._changed:
            self.sent += len(events)
            self._unsent = None
            self._retry_seconds = FIRST_RETRY_SECONDS

    def _on_failure(self, events: list[Event], reason: str) -> None:
        now = self._clock()
        with self._changed:
            since, _ = self._unsent or (now, events)
            self._unsent = since, events
            self._retry_at = now + self._retry_seconds
            self._retry_seconds *= 2
            if self._retry_at - since > GIVE_UP_SECONDS:
                logger.warning("%d webhook events dropped: %s", len(events), reason)
                self.failed += len(events)
                self._unsent = None
                self._retry_seconds = FIRST_RETRY_SECONDS


def make_post(url: str) -> Post:
    """A function that posts to ``url``, over a keep-alive connection."""
    session = requests.Session()
    host = urlsplit(url).hostname or ""
    # A proxy that the environment names cannot reach a server on this machine.
    if host in {"localhost", "::1"} or host.startswith("127."):
        session.trust_env = False

    def post(body: bytes, headers: dict[str, str]) -> int:
        answer = session.post(
            url,
            data=body,
            headers=headers,
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
        )
        return answer.status_code

    return post


def _key(name: str, fields: Event) -> tuple[str, ...]:
    return name, fields["channel"], str(fields.get("user_id"))
