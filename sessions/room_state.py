"""What a browser may know of a session and its members."""

from typing import Any

from database.statements import PreparedQuery

from .models import Member, PokerSession

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
        "settings": {},
    }


def member_data(member: Member) -> dict[str, Any]:
    """A member without presence, which events carry only where it changes."""
    return _facts(member.pk, member.name, member.role, member.is_facilitator)


def present_members(poker_session: PokerSession) -> list[dict[str, Any]]:
    """``member_data`` of each, in the order of joining, without instances of them."""
    return [_facts(*row) for row in _present.all(poker_session.pk)]


def _facts(user_id: str, name: str, role: str, is_facilitator: bool) -> dict[str, Any]:
    return {
        "userId": user_id,
        "name": name,
        "role": role,
        "isFacilitator": is_facilitator,
    }


def presence_data(*, is_online: bool, is_away: bool) -> dict[str, Any]:
    """Away is who is online but has no visible page of the session."""
    return {"isOnline": is_online, "isAway": is_away}
