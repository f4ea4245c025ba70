"""What people do in a round. Each action is told to the room."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from database.statements import PreparedUpsert
from realtime import publish_on_commit
from sessions.models import Member, PokerSession
from tasks.events import TaskAdded, TaskUpdated
from tasks.models import Task
from tasks.room_state import task_data

from .events import TaskFinalized, VoteCast, VotesRevealed, VotingStarted
from .models import Vote, VoteReceipt, VotingRound
from .room_state import round_data
from .rules import (
    CardNotInDeck,
    MayNotVote,
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


@transaction.atomic(durable=True)
def cast_vote(
    member: Member,
    task: Task,
    card: str,
    *,
    round_number: int | None = None,
    key: VoteKey | None = None,
) -> None:
    """Lay a card face down, swap the one already there, or with "" take it back.

    A vote with a ``key`` that was taken before, or overtaken, changes nothing.
    """
    poker_session = PokerSession.objects.lock_active_for(member)
    if key and not _receipt.write(member_id=member.pk, tab=key.tab, count=key.count):
        return
    if not member.may_vote:
        raise MayNotVote
    voting_round = _current_round(poker_session, task, round_number)
    if not voting_round.is_open:
        raise RoundClosed
    if card and card not in voting_round.deck:
        raise CardNotInDeck
    if card:
        _vote.write(voting_round_id=voting_round.pk, member_id=member.pk, card=card)
    else:
        voting_round.votes.filter(member=member).delete()
    publish_on_commit(
        poker_session.channel,
        VoteCast(
            session_id=poker_session.pk,
            version=poker_session.next_version(),
            task_id=task.pk,
            user_id=member.pk,
            has_voted=bool(card),
        ),
    )


@transaction.atomic(durable=True)
def start_voting(facilitator: Member, task: Task) -> None:
    """Put a task to the vote; one voted on or skipped before gets a new round."""
    poker_session = PokerSession.objects.lock_to_facilitate(facilitator)
    _raise_if_voting(poker_session, but_on=task)
    task.refresh_from_db()
    if task.is_being_voted_on:
        raise StaleRound
    _open_round(poker_session, task)


@transaction.atomic(durable=True)
def quick_vote(facilitator: Member, *, title: str = "") -> None:
    """Vote at once on something that is in no queue; it may get its name later."""
    poker_session = PokerSession.objects.lock_to_facilitate(facilitator)
    _raise_if_voting(poker_session)
    task = Task.objects.create(poker_session=poker_session, title=title)
    publish_on_commit(
        poker_session.channel,
        TaskAdded(
            session_id=poker_session.pk,
            version=poker_session.next_version(),
            tasks=[task_data(task)],
        ),
    )
    _open_round(poker_session, task)


@transaction.atomic(durable=True)
def reveal_votes(
    facilitator: Member, task: Task, *, round_number: int | None = None
) -> None:
    """Turn the cards over and close the round, whoever is missing."""
    poker_session = PokerSession.objects.lock_to_facilitate(facilitator)
    voting_round = _current_round(poker_session, task, round_number)
    if not voting_round.is_open:
        raise RoundClosed
    voting_round.status = VotingRound.Status.REVEALED
    voting_round.revealed_at = timezone.now()
    voting_round.save(update_fields=["status", "revealed_at"])
    publish_on_commit(
        poker_session.channel,
        VotesRevealed(
            session_id=poker_session.pk,
            version=poker_session.next_version(),
            task_id=task.pk,
            round=round_data(voting_round),
        ),
    )


@transaction.atomic(durable=True)
def vote_again(
    facilitator: Member, task: Task, *, round_number: int | None = None
) -> None:
    """Open the next round; the revealed one is kept, with everybody's card."""
    poker_session = PokerSession.objects.lock_to_facilitate(facilitator)
    voting_round = _current_round(poker_session, task, round_number)
    if not voting_round.is_revealed:
        raise NotRevealed
    _open_round(poker_session, task)


@transaction.atomic(durable=True)
def finalize_task(
    facilitator: Member,
    task: Task,
    story_points: str,
    *,
    round_number: int | None = None,
) -> None:
    """Write down the card that the team agreed on, and move on to the next task."""
    poker_session = PokerSession.objects.lock_to_facilitate(facilitator)
    voting_round = _current_round(poker_session, task, round_number)
    if not voting_round.is_revealed:
        raise NotRevealed
    if story_points not in voting_round.deck:
        raise CardNotInDeck
    voting_round.story_points = story_points
    voting_round.save(update_fields=["story_points"])
    _set_status(task, Task.Status.FINALIZED, story_points)
    next_task = poker_session.tasks.pending().first()
    publish_on_commit(
        poker_session.channel,
        TaskFinalized(
            session_id=poker_session.pk,
            version=poker_session.next_version(),
            task_id=task.pk,
            story_points=story_points,
            next_task_id=None if next_task is None else next_task.pk,
        ),
    )


@transaction.atomic(durable=True)
def skip_task(
    facilitator: Member, task: Task, *, round_number: int | None = None
) -> None:
    """Leave a task without an estimate. Cards still face down stay so for ever."""
    poker_session = PokerSession.objects.lock_to_facilitate(facilitator)
    task.refresh_from_db()
    if task.status in {Task.Status.FINALIZED, Task.Status.SKIPPED}:
        raise TaskFinished
    if task.is_being_voted_on:
        voting_round = _current_round(poker_session, task, round_number)
        if voting_round.is_open:
            voting_round.status = VotingRound.Status.ABANDONED
            voting_round.save(update_fields=["status"])
    _set_status(task, Task.Status.SKIPPED)
    publish_on_commit(
        poker_session.channel,
        TaskUpdated(
            session_id=poker_session.pk,
            version=poker_session.next_version(),
            task=task_data(task),
        ),
    )


def _current_round(
    poker_session: PokerSession, task: Task, round_number: int | None
) -> VotingRound:
    """The round on the table, if it is this task's and the one that is meant."""
    voting_round = VotingRound.objects.current_in(poker_session)
    if voting_round is None or voting_round.task_id != task.pk:
        raise NotBeingVotedOn
    if round_number not in {None, voting_round.number}:
        raise StaleRound
    return voting_round


def _raise_if_voting(poker_session: PokerSession, but_on: Task | None = None) -> None:
    others = poker_session.tasks.voting().exclude(pk=but_on and but_on.pk)
    if others.exists():
        raise OtherTaskInProgress


def _open_round(poker_session: PokerSession, task: Task) -> None:
    _set_status(task, Task.Status.VOTING)
    deck = poker_session.deck
    voting_round = VotingRound.objects.create(
        task=task,
        number=task.rounds.count() + 1,
        deck_slug=deck.slug,
        deck_cards=list(deck.cards),
    )
    publish_on_commit(
        poker_session.channel,
        VotingStarted(
            session_id=poker_session.pk,
            version=poker_session.next_version(),
            task_id=task.pk,
            round=round_data(voting_round),
        ),
    )


def _set_status(task: Task, status: Task.Status, story_points: str = "") -> None:
    task.status, task.story_points = status, story_points
    task.save(update_fields=["status", "story_points"])
