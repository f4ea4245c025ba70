"""What voting has to say about changes of sessions and members."""

from typing import Any

from sessions.models import Member, PokerSession

from .models import Vote, VotingRound
from .rules import RoundInProgress


def take_back_open_card(member: Member, **kwargs: Any) -> None:
    """Whoever no longer votes has no card in an open round; revealed rounds stay.

    Browsers know it from the event about the member.
    """
    open_rounds = VotingRound.objects.open_in(member.poker_session)
    Vote.objects.filter(voting_round__in=open_rounds, member=member).delete()


def refuse_another_deck(poker_session: PokerSession, **kwargs: Any) -> None:
    if VotingRound.objects.current_in(poker_session):
        raise RoundInProgress
