"""What browsers are told about rounds and votes."""

from dataclasses import dataclass

from sessions.events import Payload, PokerEvent


@dataclass(frozen=True, kw_only=True)
class VoteCast(PokerEvent):
    """Somebody laid a card face down, swapped it or took it back: who, never what."""

    type = "vote"
    task_id: str
    user_id: str
    has_voted: bool
    # Part of the contract, and always null: cards are told only by the reveal.
    story_points: None = None


@dataclass(frozen=True, kw_only=True)
class VotingStarted(PokerEvent):
    """A task is put to the vote, for the first time or again."""

    type = "voting-started"
    task_id: str
    round: Payload


@dataclass(frozen=True, kw_only=True)
class VotesRevealed(PokerEvent):
    """The cards are turned over: the round with its votes and statistics."""

    type = "votes-revealed"
    task_id: str
    round: Payload


@dataclass(frozen=True, kw_only=True)
class TaskFinalized(PokerEvent):
    """The team agreed. ``next_task_id`` is the task now in hand, None for none."""

    type = "task-finalized"
    task_id: str
    story_points: str
    next_task_id: str | None
