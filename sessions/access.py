"""The one access check: who is asking, and are they in this session."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from database.statements import PreparedQuery
from realtime import ChannelMember

from .identity import fingerprint_of, identity_of
from .models import Locked, Member, PokerSession
from .rules import NoSuchMember, NoSuchSession, NotAMember

_member = PreparedQuery(
    lambda session_id, fingerprint: Member.objects.present().filter(
        poker_session=session_id,
        identities__poker_session=session_id,
        identities__fingerprint=fingerprint,
    )
)
_member_and_session = PreparedQuery(
    lambda session_id, fingerprint: (
        Member.objects.present()
        .select_related("poker_session")
        .filter(
            poker_session=session_id,
            identities__poker_session=session_id,
            identities__fingerprint=fingerprint,
        )
    )
)

MemberView = Callable[Concatenate[HttpRequest, Member, ...], HttpResponseBase]


def session_or_404(session_id: str) -> PokerSession:
    """Raises NoSuchSession."""
    try:
        return PokerSession.objects.get(pk=session_id)
    except (PokerSession.DoesNotExist, ValueError):
        # PostgreSQL takes no NUL in a text.
        raise NoSuchSession from None


def member_or_none(request: HttpRequest, session_id: str) -> Member | None:
    """The present member whose browser is asking, with their session."""
    identity = identity_of(request)
    if not identity:
        return None
    return _member_and_session.first(session_id, fingerprint_of(identity))


def member_of(request: HttpRequest, session_id: str) -> Member:
    """The present member whose browser is asking, with their session.

    Raises:
        NotAMember: a stranger asks.
        NoSuchSession
    """
    member = member_or_none(request, session_id)
    if member is None:
        session_or_404(session_id)
        raise NotAMember
    return member


def member_required(view: MemberView) -> Callable[..., HttpResponseBase]:
    """Give the view the member who is asking instead of the session's id."""

    @wraps(view)
    def for_members(
        request: HttpRequest, session_id: str, **kwargs: Any
    ) -> HttpResponseBase:
        return view(request, member_of(request, session_id), **kwargs)

    return for_members


@contextmanager
def lock(request: HttpRequest, session_id: str) -> Iterator[Locked]:
    """A transaction that has the session's lock, with who is asking read in it.

    Whoever has no identity is refused without one: on SQLite even an empty transaction
    makes all other writers wait.

    Raises:
        NoSuchSession
        NotAMember: a stranger asks, or somebody who left or was removed meanwhile.
    """
    identity = identity_of(request)
    if not identity:
        session_or_404(session_id)
        raise NotAMember
    with transaction.atomic(durable=True):
        try:
            poker_session = PokerSession.objects.lock(session_id)
        except PokerSession.DoesNotExist:
            raise NoSuchSession from None
        member = _member.first(session_id, fingerprint_of(identity))
        if member is None:
            raise NotAMember
        member.poker_session = poker_session
        yield Locked(poker_session, member)


def member_in(locked: Locked, user_id: str) -> Member:
    """Somebody present in the locked session. Raises NoSuchMember."""
    if user_id == locked.member.pk:
        return locked.member
    if member := locked.session.members.present().filter(pk=user_id).first():
        return member
    raise NoSuchMember


def may_listen(request: HttpRequest, *, session_id: str) -> ChannelMember | None:
    """Who may subscribe to a session's channel: its members, nobody else."""
    member = member_or_none(request, session_id)
    return None if member is None else ChannelMember(user_id=member.pk)
