"""The serializer of a room: what a browser may know.

A card leaves it in two places only: ``round_data`` once the round is revealed, and
``_me`` to whoever laid it. tests/voting/test_secrecy.py guards it.
"""

from dataclasses import asdict
from hashlib import blake2s
from typing import Any

from django.utils import timezone

from database.statements import PreparedQuery
from sessions.models import Member
from sessions.presence import Presence
from sessions.room_state import (
    member_data,
    presence_data,
    present_members,
    session_data,
)
from tasks.room_state import queue_data

from .models import Vote, VotingRound
from .statistics import Statistics, statistics_of

_votes = PreparedQuery(
    lambda round_id: (
        Vote.objects.filter(voting_round=round_id)
        .order_by("member_id")
        .values_list("member_id", "card")
    )
)
_own_vote = PreparedQuery(
    lambda round_id, user_id: Vote.objects.filter(voting_round=round_id, member=user_id)
)


def round_data(voting_round: VotingRound) -> dict[str, Any]:
    """A round as everybody in the room may know it."""
    votes = dict(_votes.all(voting_round.pk))
    data: dict[str, Any] = {
        "roundId": voting_round.pk,
        "taskId": voting_round.task_id,
        "number": voting_round.number,
        "status": voting_round.status,
        "votedUserIds": list(votes),
        "deadline": None,
    }
    if voting_round.is_revealed:
        data["votes"] = [
            {"userId": user_id, "storyPoints": card} for user_id, card in votes.items()
        ]
        data["statistics"] = statistics_data(
            statistics_of(voting_round.deck, [*votes.values()])
        )
    return data


def statistics_data(statistics: Statistics) -> dict[str, Any]:
    data = asdict(statistics)
    return data | {
        name: list(data[name]) for name in ("distribution", "mode", "outliers")
    }


def room_state(viewer: Member, presence: Presence) -> dict[str, Any]:
    """What ``viewer`` may know of the session now; docs/architecture.md has the shape.

    All of it is of one version: what changes while it is read is read again.
    """
    while True:
        state = _state_read_once(viewer, presence)
        viewer.poker_session.refresh()
        if state["version"] == viewer.poker_session.version:
            return state


def state_etag(viewer: Member, version: int, presence: Presence) -> str:
    """Weak: the same version, for the same viewer, with the same people here and away.

    ``serverTime`` is no part of it.
    """
    who = blake2s(presence.fingerprint.encode(), digest_size=6).hexdigest()
    return f'W/"{version}-{viewer.pk}-{who}"'


def _state_read_once(viewer: Member, presence: Presence) -> dict[str, Any]:
    poker_session = viewer.poker_session
    voting_round = VotingRound.objects.current_in(poker_session)
    return {
        "version": poker_session.version,
        "serverTime": timezone.now().isoformat(),
        "session": session_data(poker_session),
        "me": _me(viewer, voting_round),
        "members": [
            member
            | presence_data(
                is_online=member["userId"] in presence.online,
                is_away=member["userId"] in presence.away,
            )
            for member in present_members(poker_session)
        ],
        "tasks": queue_data(poker_session),
        "round": voting_round and round_data(voting_round),
    }


def _me(viewer: Member, voting_round: VotingRound | None) -> dict[str, Any]:
    me = member_data(viewer)
    own = voting_round and _own_vote.first(voting_round.pk, viewer.pk)
    return me | {"vote": own.card if own else None}
