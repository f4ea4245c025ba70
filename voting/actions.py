"""What people do in a round. Each action is told to the room."""

from dataclasses import dataclass

from django.utils import timezone

from database.statements import PreparedUpsert
from sessions.models import Locked, PokerSession
from tasks.events import TaskAdded, TaskUpdated
from tasks.models import Task
from tasks.room_state import task_data

from .events import TaskFinalized, VoteCast, VotesRevealed, VotingStarted
from .models import Vote, VoteReceipt, VotingRound
from .room_state import round_data
from .rules import (
    CardNotInDeck,
    NotBeingVotedOn,
    NotRevealed,
    OtherTaskInProgress,
    RoundClosed,
    StaleRound,
    TaskFinished,
)

_vote = PreparedUpsert(Vote, unique=["voting_round", "member"], changes=["card"])
_receipt = PreparedUpsert(
    VoteReceipt, unique=["member", "tab"], changes=["count"], rising="count"
)


@dataclass(frozen=True)
class VoteKey:
    """Which vote of which tab this is; counts of a tab only rise."""

    tab: str
    count: int


def cast_vote(
    locked: Locked,
    task: Task,
    *,
    card: str,
    round_number: int | None = None,
    key: VoteKey | None = None,
) -> None:
    """Lay a card face down, swap the one already there, or with "" take it back.

    A vote with a ``key`` that was taken before, or overtaken, changes nothing.
    """
    member = locked.member
    if key and not _receipt.write(member_id=member.pk, tab=key.tab, count=key.count):
        return
    voting_round = _current_round(task, round_number)
    if card and card not in voting_round.deck:
        raise CardNotInDeck
    if not voting_round.is_open:
        raise RoundClosed
    if card:
        _vote.write(voting_round_id=voting_round.pk, member_id=member.pk, card=card)
    else:
        voting_round.votes.filter(member=member).delete()
    locked.session.tell(
        VoteCast,
        by=member,
        task_id=task.pk,
        user_id=member.pk,
        has_voted=bool(card),
    )


def start_voting(locked: Locked, task: Task) -> None:
    """Put a task to the vote; one voted on or skipped before gets a new round."""
    _raise_if_voting(locked.session, but_on=task)
    if task.is_being_voted_on:
        raise StaleRound
    _open_round(locked, task)


def quick_vote(locked: Locked, *, title: str = "") -> None:
    """Vote at once on something that is in no queue; it may get its name later."""
    _raise_if_voting(locked.session)
    task = Task.objects.create(poker_session=locked.session, title=title)
    locked.session.tell(
        TaskAdded, by=locked.member, named=title, tasks=[task_data(task)], before=None
    )
    _open_round(locked, task)


def reveal_votes(
    locked: Locked, task: Task, *, round_number: int | None = None
) -> None:
    """Turn the cards over and close the round, whoever is missing."""
    voting_round = _current_round(task, round_number)
    if not voting_round.is_open:
        raise RoundClosed
    voting_round.status = VotingRound.Status.REVEALED
    voting_round.revealed_at = timezone.now()
    voting_round.save(update_fields=["status", "revealed_at"])
    locked.session.tell(
        VotesRevealed,
        by=locked.member,
        named=task.title,
        task_id=task.pk,
        round=round_data(voting_round),
    )


def vote_again(locked: Locked, task: Task, *, round_number: int | None = None) -> None:
    """Open the next round; the revealed one is kept, with everybody's card."""
    if not _current_round(task, round_number).is_revealed:
        raise NotRevealed
    _open_round(locked, task)


def finalize_task(
    locked: Locked,
    task: Task,
    *,
    story_points: str,
    round_number: int | None = None,
) -> None:
    """Write down the card that the team agreed on, and move on to the next task."""
    voting_round = _current_round(task, round_number)
    if story_points not in voting_round.deck:
        raise CardNotInDeck
    if not voting_round.is_revealed:
        raise NotRevealed
    voting_round.story_points = story_points
    voting_round.save(update_fields=["story_points"])
    _set_status(task, Task.Status.FINALIZED, story_points)
    next_task = locked.session.tasks.pending().first()
    locked.session.tell(
        TaskFinalized,
        by=locked.member,
        named=task.title,
        task_id=task.pk,
        story_points=story_points,
        next_task_id=None if next_task is None else next_task.pk,
    )


def skip_task(locked: Locked, task: Task, *, round_number: int | None = None) -> None:
    """Leave a task without an estimate. Cards still face down stay so for ever."""
    if task.status in {Task.Status.FINALIZED, Task.Status.SKIPPED}:
        raise TaskFinished
    if task.is_being_voted_on:
        voting_round = _current_round(task, round_number)
        if voting_round.is_open:
            voting_round.status = VotingRound.Status.ABANDONED
            voting_round.save(update_fields=["status"])
    _set_status(task, Task.Status.SKIPPED)
    locked.session.tell(
        TaskUpdated, by=locked.member, named=task.title, task=task_data(task)
    )


def _current_round(task: Task, round_number: int | None) -> VotingRound:
    """The latest round of a task that is being voted on, if it is the one meant."""
    voting_round = VotingRound.objects.current_of(task)
    if voting_round is None:
        raise NotBeingVotedOn
    if round_number not in {None, voting_round.number}:
        raise StaleRound
    return voting_round


def _raise_if_voting(poker_session: PokerSession, but_on: Task | None = None) -> None:
    others = poker_session.tasks.voting().exclude(pk=but_on and but_on.pk)
    if others.exists():
        raise OtherTaskInProgress


def _open_round(locked: Locked, task: Task) -> None:
    _set_status(task, Task.Status.VOTING)
    deck = locked.session.deck
    voting_round = VotingRound.objects.create(
        task=task,
        number=task.rounds.count() + 1,
        deck_slug=deck.slug,
        deck_cards=list(deck.cards),
    )
    locked.session.tell(
        VotingStarted,
        by=locked.member,
        named=task.title,
        task_id=task.pk,
        round=round_data(voting_round),
    )


def _set_status(task: Task, status: Task.Status, story_points: str = "") -> None:
    task.status, task.story_points = status, story_points
    task.save(update_fields=["status", "story_points"])
