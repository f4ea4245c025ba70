"""What people do to a session and to each other. Each action is told to the room."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from realtime import terminate_on_commit

from .decks import Deck
from .events import (
    MemberJoined,
    MemberLeft,
    MemberUpdated,
    PresenceChanged,
    SessionDeleted,
    SessionHasEnded,
    SessionReopened,
    SessionUpdated,
)
from .heartbeats import Heartbeat, expect_page, renew_tab
from .identity import fingerprint_of
from .journal import Actor
from .models import Locked, Member, MemberIdentity, PokerSession
from .names import name_key
from .presence import now_ms
from .room_state import member_data, session_data
from .rules import (
    LastFacilitator,
    NameTaken,
    NoSuchSession,
    SessionEnded,
    SessionNotEnded,
)
from .signals import deck_changing, member_stops_voting, session_ending


@transaction.atomic(durable=True)
def create_session(
    *, name: str, deck: Deck, display_name: str, identity: str
) -> PokerSession:
    """Start a session; whoever does is its first facilitator."""
    poker_session = PokerSession(name=name)
    poker_session.deck = deck
    poker_session.save(force_insert=True)
    facilitator = Member(poker_session=poker_session, is_facilitator=True)
    facilitator.set_name(display_name)
    facilitator.save(force_insert=True)
    _recognise(facilitator, identity)
    expect_page(facilitator)
    poker_session.note("session-created", by=facilitator)
    return poker_session


@transaction.atomic(durable=True)
def join_session(
    session_id: str, *, identity: str, display_name: str, role: str
) -> None:
    """Come in, or come back: the same browser is the same member.

    The first to come into an empty session becomes its facilitator.
    """
    poker_session = _lock(session_id)
    member = poker_session.members.filter(
        identities__fingerprint=fingerprint_of(identity)
    ).first()
    if member and member.is_present:
        return
    if poker_session.has_ended:
        raise SessionEnded
    _raise_if_taken(poker_session, display_name)
    is_new = member is None
    member = member or Member(poker_session=poker_session)
    member.set_name(display_name)
    member.role = role
    member.is_facilitator = not poker_session.members.present().exists()
    member.joined_at, member.left_at = timezone.now(), None
    member.save()
    if is_new:
        _recognise(member, identity)
    expect_page(member)
    poker_session.tell(
        MemberJoined, by=member, named=member.name, member=member_data(member)
    )


def leave_session(locked: Locked) -> None:
    """Go. The last facilitator hands over to whoever has been here longest."""
    _take_leave(locked, locked.member)
    present = locked.session.members.present()
    if present.facilitators().exists():
        return
    if heir := present.order_by("joined_at", "pk").first():
        _set(locked, heir, is_facilitator=True)


def remove_member(locked: Locked, member: Member) -> None:
    """Remove somebody. Their browsers may join again, as somebody new.

    After the event that says so their connections are closed.
    """
    _raise_if_last_facilitator(locked, member)
    member.identities.all().delete()
    _take_leave(locked, member)
    terminate_on_commit(member.pk)


def rename_member(locked: Locked, member: Member, *, display_name: str) -> None:
    """Give somebody another name."""
    if display_name != member.name:
        _raise_if_taken(locked.session, display_name, but_by=member)
        _set(locked, member, name=display_name, name_key=name_key(display_name))


def change_role(locked: Locked, member: Member, *, role: str) -> None:
    """Make somebody a voter, or an observer, whose open card is taken back."""
    if role != member.role:
        if member.is_voter:
            member_stops_voting.send(Member, member=member)
        _set(locked, member, role=role)


def promote_member(locked: Locked, member: Member) -> None:
    """Make somebody a facilitator, beside those there are."""
    if not member.is_facilitator:
        _set(locked, member, is_facilitator=True)


def demote_member(locked: Locked, member: Member) -> None:
    _raise_if_last_facilitator(locked, member)
    if member.is_facilitator:
        _set(locked, member, is_facilitator=False)


def change_settings(
    locked: Locked,
    *,
    name: str | None = None,
    deck: Deck | None = None,
    **settings: Any,
) -> None:
    """Change what is given, if it is another. No other deck during a round."""
    poker_session = locked.session
    before = session_data(poker_session)
    if name is not None:
        poker_session.name = name
    if deck is not None and deck != poker_session.deck:
        deck_changing.send(PokerSession, poker_session=poker_session)
        poker_session.deck = deck
    poker_session.settings |= settings
    session = session_data(poker_session)
    if session != before:
        fields = ["name", "deck_slug", "deck_cards", "settings"]
        poker_session.save(update_fields=fields)
        poker_session.tell(SessionUpdated, by=locked.member, session=session)


def end_session(locked: Locked) -> None:
    """Close the session: nothing changes any more, all of it can still be read."""
    _end(locked.session, by=locked.member)


def reopen_session(locked: Locked) -> None:
    poker_session = locked.session
    if not poker_session.has_ended:
        raise SessionNotEnded
    poker_session.ended_at = None
    poker_session.save(update_fields=["ended_at"])
    poker_session.tell(SessionReopened, by=locked.member)


@transaction.atomic(durable=True)
def end_session_as_admin(session_id: str, admin: Actor) -> None:
    """As ``end_session``, by an admin, who is in no session."""
    poker_session = _lock(session_id)
    if poker_session.has_ended:
        raise SessionEnded
    _end(poker_session, by=admin)


@transaction.atomic(durable=True)
def delete_session_as_admin(session_id: str, admin: Actor) -> None:
    """Delete a session and all that belongs to it. Its journal stays."""
    poker_session = _lock(session_id)
    # Pages say how they are without the session's lock: not while their rows go.
    list(poker_session.members.select_for_update())
    poker_session.tell(SessionDeleted, by=admin)
    poker_session.delete()


def record_heartbeat(member: Member, heartbeat: Heartbeat) -> None:
    """A page says how it is. The room is told when that changes how its member is here.

    Nobody is told that the last page closed: whoever reloads it is back in a moment,
    and of everybody else the next heartbeat of each page tells.

    Raises:
        NoSuchSession: it was deleted meanwhile; nothing is locked here.
    """
    try:
        before, now = renew_tab(member, heartbeat)
    except IntegrityError:
        # Members are deleted with their session alone.
        raise NoSuchSession from None
    if now != before and now.is_online:
        member.poker_session.say(
            PresenceChanged,
            user_id=member.pk,
            is_online=now.is_online,
            is_away=now.is_away,
            at=now_ms(),
        )


def _lock(session_id: str) -> PokerSession:
    try:
        return PokerSession.objects.lock(session_id)
    except PokerSession.DoesNotExist:
        raise NoSuchSession from None


def _recognise(member: Member, identity: str) -> None:
    """From now on this browser is the member."""
    MemberIdentity.objects.create(
        member=member,
        poker_session=member.poker_session,
        fingerprint=fingerprint_of(identity),
    )


def _set(locked: Locked, member: Member, **changes: Any) -> None:
    """Change fields of a member, and tell."""
    for name, value in changes.items():
        setattr(member, name, value)
    member.save(update_fields=list(changes))
    locked.session.tell(
        MemberUpdated, by=locked.member, named=member.name, member=member_data(member)
    )


def _raise_if_taken(
    poker_session: PokerSession, display_name: str, but_by: Member | None = None
) -> None:
    namesakes = poker_session.members.present().filter(name_key=name_key(display_name))
    if namesakes.exclude(pk=but_by and but_by.pk).exists():
        raise NameTaken


def _raise_if_last_facilitator(locked: Locked, member: Member) -> None:
    others = locked.session.members.present().facilitators().exclude(pk=member.pk)
    if member.is_facilitator and not others.exists():
        raise LastFacilitator


def _take_leave(locked: Locked, member: Member) -> None:
    member.left_at, member.is_facilitator = timezone.now(), False
    member.save(update_fields=["left_at", "is_facilitator"])
    member.tabs.all().delete()
    member_stops_voting.send(Member, member=member)
    locked.session.tell(
        MemberLeft, by=locked.member, named=member.name, user_id=member.pk
    )


def _end(poker_session: PokerSession, by: Member | Actor) -> None:
    session_ending.send(PokerSession, poker_session=poker_session)
    poker_session.ended_at = timezone.now()
    poker_session.save(update_fields=["ended_at"])
    poker_session.tell(SessionHasEnded, by=by)
