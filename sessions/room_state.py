"""What a browser may know of a session and its members."""

from typing import Any

from realtime import get_realtime_service

from .models import Member, PokerSession


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
    """A member as events carry her; who is online is no part of any event."""
    return {
        "userId": member.pk,
        "name": member.name,
        "role": member.role,
        "isFacilitator": member.is_facilitator,
    }


def online_user_ids(poker_session: PokerSession) -> set[str]:
    """Who is here, as far as this process knows: by live connection or by asking."""
    asking = poker_session.members.seen_lately().values_list("pk", flat=True)
    return {*asking, *get_realtime_service().online_user_ids(poker_session.channel)}
