"""What a browser may know of a session and its members."""

from typing import Any

from database.statements import PreparedQuery

from .abilities import abilities_of
from .models import Member, PokerSession
from .presence import Presence, Standing, presence_in
from .settings import Rights, settings_data

_present = PreparedQuery(
    lambda session_id: (
        Member.objects.present()
        .filter(poker_session=session_id)
        .values_list("pk", "name", "role", "is_facilitator")
    )
)


def session_data(poker_session: PokerSession) -> dict[str, Any]:
    deck = poker_session.deck
    return {
        "id": poker_session.pk,
        "name": poker_session.name,
        "status": poker_session.status,
        "deck": {"slug": deck.slug, "cards": list(deck.cards)},
        "settings": settings_data(poker_session.settings),
        # Comes with taking over from facilitators who are away.
        "facilitatorsAwaySince": None,
    }


def member_data(member: Member) -> dict[str, Any]:
    """A member as events tell of them, with how they are here now."""
    presence = presence_in(member.poker_session)
    facts = (member.pk, member.name, member.role, member.is_facilitator)
    return _member(*facts, presence.of(member.pk), presence.at)


def members_data(
    poker_session: PokerSession, presence: Presence
) -> list[dict[str, Any]]:
    """``member_data`` of each, in the order of joining, without instances of them."""
    return [
        _member(*row, presence.of(row[0]), presence.at)
        for row in _present.all(poker_session.pk)
    ]


def me_data(poker_session: PokerSession, member: dict[str, Any]) -> dict[str, Any]:
    """Whoever asks, made of their own row of ``members_data``."""
    facts = {key: member[key] for key in ("userId", "name", "role", "isFacilitator")}
    abilities = abilities_of(
        is_voter=member["role"] == Member.Role.VOTER,
        is_facilitator=member["isFacilitator"],
        rights=poker_session.settings_of(Rights),
    )
    return facts | {"may": abilities}


def _member(
    user_id: str,
    name: str,
    role: str,
    is_facilitator: bool,
    standing: Standing,
    at: int,
) -> dict[str, Any]:
    return {
        "userId": user_id,
        "name": name,
        "role": role,
        "isFacilitator": is_facilitator,
        "isOnline": standing.is_online,
        "isAway": standing.is_away,
        "at": at,
    }
