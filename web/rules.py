"""What a rule forbids is an exception that a person can read.

An action raises the rule that was broken and changes nothing;
``planning_poker.middleware.RefusalMiddleware`` turns it into the answer.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar


class RuleBroken(Exception):
    """A refusal. ``params`` are the values that its sentence names, fit for JSON.

    ``status`` is the answer's HTTP status: 409, the state of things forbids it; 403,
    who asks may not; 404, there is no such thing; 422, the input is wrong.
    """

    status: ClassVar[int] = 409
    code: ClassVar[str]
    # The sentence, with the names of ``params`` in braces.
    message: ClassVar[str]

    def __init__(self, **params: str | int) -> None:
        self.params = params
        self.sentence = self.message.format(**params)
        super().__init__(self.sentence)


class InvalidInput(RuleBroken):
    """Input of the wrong shape. ``errors``: field name to its sentences."""

    status = 422
    code = "invalid-input"
    message = "Please check what you typed."

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__()
        self.errors = errors
        first = next((text for texts in errors.values() for text in texts), None)
        self.sentence = first or self.sentence


def refusal_codes() -> list[str]:
    """The code of every refusal of this product, in alphabetical order.

    Browsers take nothing else for an answer of this server (docs/events.md).
    """
    return sorted({rule.code for rule in _subclasses(RuleBroken) if rule.code})


def _subclasses(rule: type[RuleBroken]) -> list[type[RuleBroken]]:
    children = rule.__subclasses__()
    return children + [each for child in children for each in _subclasses(child)]
