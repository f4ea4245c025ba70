"""The one access check: who is asking, and are they in this session."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from database.statements import PreparedQuery
from realtime import ChannelMember

from .identity import identity_of
from .models import Member, PokerSession
from .rules import NotAMember

_asking = PreparedQuery(
    lambda session_id, identity: (
        Member.objects.present()
        .select_related("poker_session")
        .filter(poker_session=session_id, identity=identity)
    )
)

MemberView = Callable[Concatenate[HttpRequest, Member, ...], HttpResponseBase]


def session_or_404(session_id: str) -> PokerSession:
    try:
        return PokerSession.objects.get(pk=session_id)
    except PokerSession.DoesNotExist as unknown:
        raise Http404("There is no such session.") from unknown


def member_or_none(request: HttpRequest, session_id: str) -> Member | None:
    """The present member whose browser is asking, with their session."""
    identity = identity_of(request)
    if not identity:
        return None
    return _asking.first(session_id, identity)


def member_of(request: HttpRequest, session_id: str) -> Member:
    """The present member whose browser is asking.

    Raises:
        NotAMember: a stranger asks.
        Http404: there is no such session.
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


def may_listen(request: HttpRequest, *, session_id: str) -> ChannelMember | None:
    """Who listens to a session's channel: its members, nobody else."""
    member = member_or_none(request, session_id)
    return None if member is None else ChannelMember(user_id=member.pk)
