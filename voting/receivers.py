"""What voting has to say about changes of sessions and members."""

from typing import Any

from sessions.models import Member, PokerSession
from tasks.models import Task

from .models import Vote, VotingRound
from .rules import RoundInProgress


def take_back_open_card(member: Member, **kwargs: Any) -> None:
    """Whoever no longer votes has no card in an open round; revealed rounds stay.

    Browsers know it from the event about the member.
    """
    open_rounds = VotingRound.objects.open_in(member.poker_session)
    Vote.objects.filter(voting_round__in=open_rounds, member=member).delete()


def refuse_another_deck(poker_session: PokerSession, **kwargs: Any) -> None:
    if VotingRound.objects.in_hand(poker_session.pk):
        raise RoundInProgress


def put_back_tasks(poker_session: PokerSession, **kwargs: Any) -> None:
    """What is being voted on when a session ends is pending again; an open round of it
    is abandoned, and its cards stay face down for ever.

    Browsers know it from the event about the session.
    """
    VotingRound.objects.open_in(poker_session).update(
        status=VotingRound.Status.ABANDONED
    )
    poker_session.tasks.voting().update(status=Task.Status.PENDING)
