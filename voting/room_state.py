"""The state of a room: what a browser may know of it (docs/events.md has the shape).

All of it is read in one snapshot, and what it says of whoever asks is made of the same
rows as what it says of everybody. Cards come from voting/visibility.py alone.
"""

from hashlib import blake2s
from typing import Any

from django.utils import timezone

from database.statements import PreparedQuery
from sessions.contract import CONTRACT
from sessions.models import Member
from sessions.presence import Presence
from sessions.room_state import me_data, members_data, session_data
from tasks.models import Task
from tasks.room_state import details_data, queue_of, task_data

from .models import VotingRound
from .visibility import (
    Visibility,
    statistics_data,
    visibilities_in_hand,
    visibilities_of,
    visibility_of,
)

_revealed_rounds = PreparedQuery(
    lambda task_id: VotingRound.objects.filter(
        task=task_id, status=VotingRound.Status.REVEALED
    ).order_by("number")
)


def room_state(viewer: Member, presence: Presence) -> dict[str, Any]:
    """What ``viewer`` may know. Within a snapshot in which ``viewer`` was read too."""
    poker_session = viewer.poker_session
    members = members_data(poker_session, presence)
    queue = queue_of(poker_session)
    rounds = visibilities_in_hand(poker_session.pk)
    [own] = [member for member in members if member["userId"] == viewer.pk]
    return {
        "contract": CONTRACT,
        "version": poker_session.version,
        "serverTime": timezone.now().isoformat(),
        "channel": poker_session.channel,
        "session": session_data(poker_session),
        "me": me_data(poker_session, own) | {"votes": _own_votes(rounds, viewer)},
        "members": members,
        "tasks": queue.tasks,
        "currentTaskId": queue.in_hand,
        "current": queue.current,
        "rounds": [_round_data(each) for each in rounds],
    }


def state_etag(viewer: Member, presence: Presence) -> str:
    """Weak: the same version, for the same viewer, with the same people here and away.

    ``serverTime`` is no part of it.
    """
    who = blake2s(presence.fingerprint.encode(), digest_size=6).hexdigest()
    return f'W/"{viewer.poker_session.version}-{viewer.pk}-{who}"'


def round_data(voting_round: VotingRound) -> dict[str, Any]:
    """A round as everybody in the room may know it."""
    return _round_data(visibility_of(voting_round))


def whole_task_data(task: Task) -> dict[str, Any]:
    """A task with its description, and with every round of it that was revealed."""
    rounds = visibilities_of(_revealed_rounds.all(task.pk))
    return {
        **task_data(task),
        **details_data(task.description),
        "rounds": [_round_data(each) for each in rounds],
    }


def _round_data(visibility: Visibility) -> dict[str, Any]:
    voting_round, visible = visibility.voting_round, visibility.for_room()
    data: dict[str, Any] = {
        "roundId": voting_round.pk,
        "taskId": voting_round.task_id,
        "number": voting_round.number,
        "status": voting_round.status,
        "votedUserIds": list(visible.voted_user_ids),
        "deadline": None,
    }
    if visible.cards is not None and visible.statistics is not None:
        data["votes"] = [
            {"userId": user_id, "storyPoints": card}
            for user_id, card in visible.cards.items()
        ]
        data["statistics"] = statistics_data(visible.statistics)
    return data


def _own_votes(rounds: list[Visibility], viewer: Member) -> dict[str, str]:
    own = {each.voting_round.task_id: each.for_member(viewer.pk) for each in rounds}
    return {task_id: card for task_id, card in own.items() if card is not None}
