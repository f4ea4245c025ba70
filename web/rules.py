"""What the rules of the game forbid, each with a sentence fit to show.

An action raises the rule that was broken and changes nothing;
``planning_poker.middleware.RefusalMiddleware`` turns it into the answer.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar


class RuleBroken(Exception):  # noqa: N818 -- it names a rule, not an error
    """An action that is refused. ``status`` is the answer's HTTP status.

    409: the state of things forbids it; 403: who asks may not; 422: the input is wrong.
    """

    status: ClassVar[int] = 409
    code: ClassVar[str]
    message: str

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.message)
        self.message = message or self.message


class InvalidInput(RuleBroken):
    """Input of the wrong shape. ``errors``: field name to its sentences."""

    status = 422
    code = "invalid-input"
    message = "Please check what you typed."

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        self.errors = errors
        first = next((text for texts in self.errors.values() for text in texts), None)
        super().__init__(first)
