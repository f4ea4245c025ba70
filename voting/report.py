"""The report of a session: each task with its rounds, votes and estimate.

As secret as the room: cards come from voting/visibility.py alone.
"""

from collections import defaultdict
from typing import Any

from sessions.decks import numeric_value
from sessions.models import PokerSession
from tasks.models import Task

from .models import VotingRound
from .visibility import Visibility, statistics_data, visibilities_of


def report_of(poker_session: PokerSession) -> dict[str, Any]:
    """What templates/voting/report.html shows."""
    tasks = list(poker_session.tasks.all())
    rounds = VotingRound.objects.filter(task__poker_session=poker_session)
    by_task: dict[str, list[Visibility]] = defaultdict(list)
    for visibility in visibilities_of(rounds.order_by("number")):
        by_task[visibility.voting_round.task_id].append(visibility)
    # By name, as the votes of a round are listed.
    members = poker_session.members.order_by("name_key").values_list("pk", "name")
    names = dict(members)
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
        "tasks": [_task(task, by_task[task.pk], names) for task in tasks],
        "totals": {
            "tasks": len(tasks),
            "estimated": len(estimates),
            "points": f"{float(sum(numbers)):g}" if numbers else None,
        },
    }


def _task(
    task: Task, rounds: list[Visibility], names: dict[str, str]
) -> dict[str, Any]:
    return {
        "title": str(task),
        "description": task.description,
        "link": task.link,
        "status": task.status,
        "story_points": task.story_points,
        "rounds": [_round(visibility, names) for visibility in rounds],
    }


def _round(visibility: Visibility, names: dict[str, str]) -> dict[str, Any]:
    voting_round, visible = visibility.voting_round, visibility.for_room()
    cards, statistics = visible.cards, visible.statistics
    return {
        "number": voting_round.number,
        "is_revealed": cards is not None,
        "votes": [
            {"name": name, "card": cards[user_id]}
            for user_id, name in names.items()
            if cards and user_id in cards
        ],
        "statistics": statistics and statistics_data(statistics),
        "estimate": voting_round.story_points,
    }
