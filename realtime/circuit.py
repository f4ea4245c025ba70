"""A circuit breaker: stops calling a provider that does not answer, for a while."""

from collections.abc import Callable
from typing import Literal

State = Literal["closed", "open", "half-open"]

FAILURES_TO_OPEN = 3
FIRST_PAUSE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 30.0


class CircuitBreaker:
    """While closed, every request may be sent. FAILURES_TO_OPEN failures in a row open
    it: no request may be sent until a pause is over. It is then half-open: one attempt
    decides, and if that fails, the next pause is twice as long.

    ``clock`` returns monotonic seconds. Not thread-safe.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures = 0
        self._pause_seconds = FIRST_PAUSE_SECONDS
        self._opened_at: float | None = None

    @property
    def state(self) -> State:
        if self._opened_at is None:
            return "closed"
        return "open" if self.seconds_left else "half-open"

    @property
    def seconds_left(self) -> float:
        """Until the next attempt may be made; 0 if one may be made now."""
        if self._opened_at is None:
            return 0
        return max(0, self._opened_at + self._pause_seconds - self._clock())

    def record_success(self) -> None:
        self._failures = 0
        self._pause_seconds = FIRST_PAUSE_SECONDS
        self._opened_at = None

    def record_failure(self) -> None:
        self._failures += 1
        if self._opened_at is not None:
            self._pause_seconds = min(2 * self._pause_seconds, LONGEST_PAUSE_SECONDS)
        if self._opened_at is not None or self._failures >= FAILURES_TO_OPEN:
            self._opened_at = self._clock()
