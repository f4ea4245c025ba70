"""What people do to a session and to each other. Each action is told to the room."""

from django.db import transaction
from django.utils import timezone

from realtime import publish_on_commit, terminate_on_commit

from .decks import Deck
from .events import (
    MemberJoined,
    MemberLeft,
    MemberUpdated,
    SessionHasEnded,
    SessionReopened,
    SessionUpdated,
)
from .models import Member, PokerSession
from .names import name_key
from .room_state import member_data, session_data
from .rules import (
    LastFacilitator,
    MemberHasLeft,
    NameTaken,
    OnlyFacilitators,
    SessionEnded,
    SessionNotEnded,
)
from .signals import deck_changing, member_stops_voting


@transaction.atomic(durable=True)
def create_session(
    *, name: str, deck: Deck, display_name: str, identity: str
) -> PokerSession:
    """Start a session; whoever does is its first facilitator."""
    poker_session = PokerSession(name=name)
    poker_session.deck = deck
    poker_session.save(force_insert=True)
    facilitator = Member(
        poker_session=poker_session, identity=identity, is_facilitator=True
    )
    facilitator.set_name(display_name)
    facilitator.save(force_insert=True)
    return poker_session


@transaction.atomic(durable=True)
def join_session(
    poker_session: PokerSession, *, identity: str, display_name: str, role: str
) -> Member:
    """Come in, or come back: the same browser is the same member.

    The first to come into an empty session becomes its facilitator.
    """
    poker_session = PokerSession.objects.lock(poker_session.pk)
    member = poker_session.members.filter(identity=identity).first()
    if member and member.is_present:
        return member
    if poker_session.has_ended:
        raise SessionEnded
    _raise_if_taken(poker_session, display_name)
    member = member or Member(poker_session=poker_session, identity=identity)
    member.set_name(display_name)
    member.role = role
    member.is_facilitator = not poker_session.members.present().exists()
    member.joined_at, member.left_at = timezone.now(), None
    member.save()
    publish_on_commit(
        poker_session.channel,
        MemberJoined(
            session_id=poker_session.pk,
            version=poker_session.next_version(),
            member=member_data(member),
        ),
    )
    return member


@transaction.atomic(durable=True)
def leave_session(member: Member) -> None:
    """Go. The last facilitator hands over to whoever has been here longest."""
    poker_session = PokerSession.objects.lock_for(member)
    _take_leave(poker_session, member)
    present = poker_session.members.present()
    if present.facilitators().exists():
        return
    if heir := present.order_by("joined_at", "pk").first():
        heir.is_facilitator = True
        heir.save(update_fields=["is_facilitator"])
        _tell_updated(poker_session, heir)


@transaction.atomic(durable=True)
def remove_member(facilitator: Member, member: Member) -> None:
    """Remove somebody. Their browser may join again, as somebody new.

    After the event that says so their connections are closed.
    """
    poker_session = PokerSession.objects.lock_to_facilitate(facilitator)
    _refresh_present(member)
    _raise_if_last_facilitator(poker_session, member)
    member.identity = ""
    _take_leave(poker_session, member)
    terminate_on_commit(member.pk)


@transaction.atomic(durable=True)
def rename_member(asking: Member, member: Member, *, display_name: str) -> None:
    """Give somebody another name: anybody themselves, facilitators everybody."""
    poker_session = _lock_to_change(asking, member)
    _raise_if_taken(poker_session, display_name, but_by=member)
    member.set_name(display_name)
    member.save(update_fields=["name", "name_key"])
    _tell_updated(poker_session, member)


@transaction.atomic(durable=True)
def change_role(asking: Member, member: Member, *, role: str) -> None:
    """Make somebody a voter, or an observer, whose open card is taken back."""
    poker_session = _lock_to_change(asking, member)
    member.role = role
    member.save(update_fields=["role"])
    if not member.may_vote:
        member_stops_voting.send(Member, member=member)
    _tell_updated(poker_session, member)


@transaction.atomic(durable=True)
def promote_member(facilitator: Member, member: Member) -> None:
    """Make somebody a facilitator, beside those there are."""
    poker_session = PokerSession.objects.lock_to_facilitate(facilitator)
    _refresh_present(member)
    member.is_facilitator = True
    member.save(update_fields=["is_facilitator"])
    _tell_updated(poker_session, member)


@transaction.atomic(durable=True)
def demote_member(facilitator: Member, member: Member) -> None:
    poker_session = PokerSession.objects.lock_to_facilitate(facilitator)
    _refresh_present(member)
    _raise_if_last_facilitator(poker_session, member)
    member.is_facilitator = False
    member.save(update_fields=["is_facilitator"])
    _tell_updated(poker_session, member)


@transaction.atomic(durable=True)
def change_settings(
    facilitator: Member, *, name: str | None = None, deck: Deck | None = None
) -> None:
    """Change what is given. No other deck while cards lie on the table."""
    poker_session = PokerSession.objects.lock_to_facilitate(facilitator)
    if name is not None:
        poker_session.name = name
    if deck is not None and deck != poker_session.deck:
        deck_changing.send(PokerSession, poker_session=poker_session)
        poker_session.deck = deck
    poker_session.save(update_fields=["name", "deck_slug", "deck_cards"])
    publish_on_commit(
        poker_session.channel,
        SessionUpdated(
            session_id=poker_session.pk,
            version=poker_session.next_version(),
            session=session_data(poker_session),
        ),
    )


@transaction.atomic(durable=True)
def end_session(facilitator: Member) -> None:
    """Close the session: nothing changes any more, all of it can still be read."""
    poker_session = PokerSession.objects.lock_to_facilitate(facilitator)
    _end(poker_session)


@transaction.atomic(durable=True)
def end_session_as_admin(poker_session: PokerSession) -> None:
    """As ``end_session``, by an admin, who is in no session."""
    poker_session = PokerSession.objects.lock(poker_session.pk)
    if poker_session.has_ended:
        raise SessionEnded
    _end(poker_session)


@transaction.atomic(durable=True)
def reopen_session(facilitator: Member) -> None:
    poker_session = PokerSession.objects.lock_for(facilitator)
    if not facilitator.may_facilitate:
        raise OnlyFacilitators
    if not poker_session.has_ended:
        raise SessionNotEnded
    poker_session.ended_at = None
    poker_session.save(update_fields=["ended_at"])
    publish_on_commit(
        poker_session.channel,
        SessionReopened(
            session_id=poker_session.pk, version=poker_session.next_version()
        ),
    )


def _lock_to_change(asking: Member, member: Member) -> PokerSession:
    """Anybody may change themselves, facilitators everybody."""
    poker_session = PokerSession.objects.lock_active_for(asking)
    if member != asking and not asking.may_facilitate:
        raise OnlyFacilitators
    _refresh_present(member)
    return poker_session


def _refresh_present(member: Member) -> None:
    member.refresh_from_db()
    if not member.is_present:
        raise MemberHasLeft


def _raise_if_taken(
    poker_session: PokerSession, display_name: str, but_by: Member | None = None
) -> None:
    namesakes = poker_session.members.present().filter(name_key=name_key(display_name))
    if namesakes.exclude(pk=but_by and but_by.pk).exists():
        raise NameTaken


def _raise_if_last_facilitator(poker_session: PokerSession, member: Member) -> None:
    others = poker_session.members.present().facilitators().exclude(pk=member.pk)
    if member.is_facilitator and not others.exists():
        raise LastFacilitator


def _take_leave(poker_session: PokerSession, member: Member) -> None:
    member.left_at, member.is_facilitator = timezone.now(), False
    member.save(update_fields=["left_at", "is_facilitator", "identity"])
    member.tabs.all().delete()
    member_stops_voting.send(Member, member=member)
    publish_on_commit(
        poker_session.channel,
        MemberLeft(
            session_id=poker_session.pk,
            version=poker_session.next_version(),
            user_id=member.pk,
        ),
    )


def _tell_updated(poker_session: PokerSession, member: Member) -> None:
    publish_on_commit(
        poker_session.channel,
        MemberUpdated(
            session_id=poker_session.pk,
            version=poker_session.next_version(),
            member=member_data(member),
        ),
    )


def _end(poker_session: PokerSession) -> None:
    poker_session.ended_at = timezone.now()
    poker_session.save(update_fields=["ended_at"])
    publish_on_commit(
        poker_session.channel,
        SessionHasEnded(
            session_id=poker_session.pk, version=poker_session.next_version()
        ),
    )
