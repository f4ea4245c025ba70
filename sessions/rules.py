"""What the rules of the game forbid, each with a sentence fit to show.

An action raises the rule that was broken and changes nothing;
``planning_poker.middleware.RefusalMiddleware`` turns it into the answer.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar


class RuleBroken(Exception):
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


class NotAMember(RuleBroken):
    status = 403
    code = "not-a-member"
    message = "You are not in this session. Open its link to join."


class OnlyFacilitators(RuleBroken):
    status = 403
    code = "only-facilitators"
    message = "Only a facilitator can do this."


class MemberHasLeft(RuleBroken):
    code = "member-has-left"
    message = "This person is no longer in the session."


class NameTaken(RuleBroken):
    code = "name-taken"
    message = "Somebody here already has this name. Please choose another."


class SessionEnded(RuleBroken):
    code = "session-ended"
    message = "This session has ended. A facilitator can reopen it."


class SessionNotEnded(RuleBroken):
    code = "session-not-ended"
    message = "This session has not ended."


class LastFacilitator(RuleBroken):
    code = "last-facilitator"
    message = "A session needs a facilitator. Make somebody else one first."
