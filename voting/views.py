"""The room, its state and report, and what people do in a round."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from realtime import get_realtime_service
from sessions.access import member_or_none, member_required
from sessions.decks import LABELS
from sessions.forms import heartbeat_from
from sessions.identity import identity_of, remember
from sessions.invitations import invite_url
from sessions.models import Member
from sessions.presence import live_tabs, presence_in, record_heartbeat
from sessions.views import join_page
from tasks.access import task_of
from web.answers import done

from .actions import (
    cast_vote,
    finalize_task,
    quick_vote,
    reveal_votes,
    skip_task,
    start_voting,
    vote_again,
)
from .forms import FinalizeForm, QuickVoteForm, RoundForm, VoteForm
from .report import report_of
from .room_state import room_state, state_etag

private = cache_control(private=True, no_cache=True)


@require_safe
@private
@ensure_csrf_cookie
def room(request: HttpRequest, session_id: str) -> HttpResponse:
    """The room for its members; for everybody else the join page."""
    member = member_or_none(request, session_id)
    if member is None:
        return join_page(request, session_id=session_id)
    poker_session = member.poker_session
    presence = presence_in(poker_session, live_tabs(poker_session))
    state = room_state(member, presence)
    config = {
        "sessionId": poker_session.pk,
        "inviteUrl": invite_url(request, poker_session),
        "reportUrl": reverse("report", args=[poker_session.pk]),
        "decks": [{"slug": slug, "label": label} for slug, label in LABELS.items()],
        "stateEtag": state_etag(member, state["version"], presence),
        "state": state,
    }
    context = {"poker_session": poker_session, "room_config": config}
    response = render(request, "voting/room.html", context)
    response._csp_update = {  # type: ignore[attr-defined]  # noqa: SLF001 -- django-csp's
        "connect-src": get_realtime_service().connect_sources()
    }
    remember(response, identity_of(request))
    return response


@require_safe
@private
@member_required
def state(request: HttpRequest, member: Member) -> HttpResponse:
    """The state, or 304. ``tab`` and ``seen`` say how the page is doing meanwhile."""
    heartbeat = heartbeat_from(request.GET)
    tabs = live_tabs(member.poker_session)
    if heartbeat:
        tabs = record_heartbeat(member, heartbeat, tabs)
    presence = presence_in(member.poker_session, tabs)
    known = request.headers.get("If-None-Match")
    if known == state_etag(member, member.poker_session.version, presence):
        response: HttpResponse = HttpResponseNotModified()
        response["ETag"] = known
        return response
    data = room_state(member, presence)
    response = JsonResponse(data)
    response["ETag"] = state_etag(member, data["version"], presence)
    return response


@require_safe
@private
@member_required
def report(request: HttpRequest, member: Member) -> HttpResponse:
    poker_session = member.poker_session
    context = {
        "poker_session": poker_session,
        "report": report_of(poker_session),
        "room_url": reverse("room", args=[poker_session.pk]),
    }
    return render(request, "voting/report.html", context)


@require_POST
@member_required
def quick(request: HttpRequest, member: Member) -> HttpResponse:
    quick_vote(member, **QuickVoteForm(request.POST).checked())
    return done()


@require_POST
@member_required
def start(request: HttpRequest, member: Member, task_id: str) -> HttpResponse:
    start_voting(member, task_of(member, task_id))
    return done()


@require_POST
@member_required
def vote(request: HttpRequest, member: Member, task_id: str) -> HttpResponse:
    task = task_of(member, task_id)
    cast_vote(member, task, **VoteForm(request.POST).checked())
    return done()


@require_POST
@member_required
def reveal(request: HttpRequest, member: Member, task_id: str) -> HttpResponse:
    task = task_of(member, task_id)
    reveal_votes(member, task, **RoundForm(request.POST).checked())
    return done()


@require_POST
@member_required
def revote(request: HttpRequest, member: Member, task_id: str) -> HttpResponse:
    task = task_of(member, task_id)
    vote_again(member, task, **RoundForm(request.POST).checked())
    return done()


@require_POST
@member_required
def finalize(request: HttpRequest, member: Member, task_id: str) -> HttpResponse:
    task = task_of(member, task_id)
    finalize_task(member, task, **FinalizeForm(request.POST).checked())
    return done()


@require_POST
@member_required
def skip(request: HttpRequest, member: Member, task_id: str) -> HttpResponse:
    task = task_of(member, task_id)
    skip_task(member, task, **RoundForm(request.POST).checked())
    return done()
