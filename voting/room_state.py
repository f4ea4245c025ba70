"""The one gate for what a browser may know of a room.

A card passes it in two places only: ``round_data`` once the round is revealed, and
``_me`` to whoever laid it. tests/voting/test_secrecy.py guards it.
"""

from collections.abc import Collection
from dataclasses import asdict
from hashlib import blake2s
from typing import Any

from django.utils import timezone

from sessions.models import Member
from sessions.room_state import member_data, session_data
from tasks.room_state import task_data

from .models import Vote, VotingRound
from .statistics import Statistics, statistics_of


def round_data(voting_round: VotingRound) -> dict[str, Any]:
    """A round as everybody in the room may know it."""
    votes = {vote.member_id: vote for vote in voting_round.votes.order_by("member_id")}
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
            {"userId": user_id, "storyPoints": vote.card}
            for user_id, vote in votes.items()
        ]
        cards = [vote.card for vote in votes.values()]
        data["statistics"] = statistics_data(statistics_of(voting_round.deck, cards))
    return data


def statistics_data(statistics: Statistics) -> dict[str, Any]:
    data = asdict(statistics)
    return data | {
        name: list(data[name]) for name in ("distribution", "mode", "outliers")
    }


def room_state(viewer: Member, online: Collection[str]) -> dict[str, Any]:
    """What ``viewer`` may know of her session now; docs/architecture.md has the shape.

    All of it is of one version: what changes while it is read is read again.
    """
    while True:
        state = _state_read_once(viewer, online)
        viewer.poker_session.refresh_from_db()
        if state["version"] == viewer.poker_session.version:
            return state


def state_etag(viewer: Member, version: int, online: Collection[str]) -> str:
    """Weak: the same version, for the same viewer, with the same people online.

    ``serverTime`` is no part of it.
    """
    who = blake2s(" ".join(sorted(online)).encode(), digest_size=6).hexdigest()
    return f'W/"{version}-{viewer.pk}-{who}"'


def _state_read_once(viewer: Member, online: Collection[str]) -> dict[str, Any]:
    poker_session = viewer.poker_session
    voting_round = VotingRound.objects.current_in(poker_session)
    return {
        "version": poker_session.version,
        "serverTime": timezone.now().isoformat(),
        "session": session_data(poker_session),
        "me": _me(viewer, voting_round),
        "members": [
            member_data(member) | {"isOnline": member.pk in online}
            for member in poker_session.members.present()
        ],
        "tasks": [task_data(task) for task in poker_session.tasks.all()],
        "round": voting_round and round_data(voting_round),
    }


def _me(viewer: Member, voting_round: VotingRound | None) -> dict[str, Any]:
    me = member_data(viewer)
    own = Vote.objects.filter(voting_round=voting_round, member=viewer).first()
    return me | {"vote": own.card if own else None}
