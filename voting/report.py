"""The report of a session: each task with its rounds, votes and estimate.

As secret as the room: the cards of a round that was not revealed are not in it.
"""

from typing import Any

from sessions.decks import numeric_value
from sessions.models import PokerSession
from tasks.models import Task

from .models import VotingRound
from .room_state import statistics_data
from .statistics import statistics_of


def report_of(poker_session: PokerSession) -> dict[str, Any]:
    """What templates/voting/report.html shows."""
    tasks = list(poker_session.tasks.prefetch_related("rounds__votes__member"))
    estimates = [task.story_points for task in tasks if task.story_points]
    numbers = [
        number for card in estimates if (number := numeric_value(card)) is not None
    ]
    return {
        "session": {
            "id": poker_session.pk,
            "name": poker_session.name,
            "status": poker_session.status,
            "created_at": poker_session.created_at,
        },
        "tasks": [_task(task) for task in tasks],
        "totals": {
            "tasks": len(tasks),
            "estimated": len(estimates),
            "points": f"{float(sum(numbers)):g}" if numbers else None,
        },
    }


def _task(task: Task) -> dict[str, Any]:
    return {
        "title": str(task),
        "description": task.description,
        "link": task.link,
        "status": task.status,
        "story_points": task.story_points,
        "rounds": [_round(voting_round) for voting_round in task.rounds.all()],
    }


def _round(voting_round: VotingRound) -> dict[str, Any]:
    data: dict[str, Any] = {
        "number": voting_round.number,
        "is_revealed": voting_round.is_revealed,
        "votes": [],
        "statistics": None,
        "estimate": voting_round.story_points,
    }
    if voting_round.is_revealed:
        votes = voting_round.votes.all()
        by_name = sorted(votes, key=lambda vote: vote.member.name_key)
        data["votes"] = [
            {"name": vote.member.name, "card": vote.card} for vote in by_name
        ]
        data["statistics"] = statistics_data(
            statistics_of(voting_round.deck, [vote.card for vote in votes])
        )
    return data
