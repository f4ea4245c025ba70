"""What browsers are told about rounds and votes."""

from dataclasses import dataclass

from sessions.contract import Payload
from tasks.events import AboutTask


@dataclass(frozen=True, kw_only=True)
class VoteCast(AboutTask):
    """Somebody laid a card face down, swapped it or took it back: who, never what."""

    type = "vote"
    journal = False
    user_id: str
    has_voted: bool
    # Part of the contract, and always null: cards are told only by the reveal.
    story_points: None = None


@dataclass(frozen=True, kw_only=True)
class VotingStarted(AboutTask):
    """A task is put to the vote, for the first time or again."""

    type = "voting-started"
    round: Payload


@dataclass(frozen=True, kw_only=True)
class VotesRevealed(AboutTask):
    """The cards are turned over: the round with its votes and statistics."""

    type = "votes-revealed"
    round: Payload


@dataclass(frozen=True, kw_only=True)
class TaskFinalized(AboutTask):
    """The team agreed. ``next_task_id`` is the task now in hand, None for none."""

    type = "task-finalized"
    story_points: str
    next_task_id: str | None
