"""The room, its state, the details of a task, the report, and pages' heartbeats."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import ensure_csrf_cookie

from database.snapshot import snapshot
from realtime import get_realtime_service
from sessions.access import member_of, member_or_none, member_required
from sessions.actions import record_heartbeat
from sessions.contract import CONTRACT
from sessions.decks import LABELS
from sessions.forms import PresenceForm
from sessions.heartbeats import Heartbeat
from sessions.identity import identity_of, remember
from sessions.invitations import invite_url, room_url
from sessions.models import Member
from sessions.pages import join_page
from sessions.presence import presence_in
from tasks.access import task_of
from web.answers import done, takes
from web.commands import addresses_in
from web.messages import OutOfDate
from web.rules import refusal_codes

from .report import report_of
from .room_state import room_state, state_etag, whole_task_data

private = cache_control(private=True, no_cache=True)


@takes("GET")
@private
@ensure_csrf_cookie
def room(request: HttpRequest, session_id: str) -> HttpResponse:
    """The room for its members; for everybody else the join page."""
    with snapshot():
        member = member_or_none(request, session_id)
        if member is not None:
            presence = presence_in(member.poker_session)
            state = room_state(member, presence)
    if member is None:
        return join_page(request, session_id=session_id)
    config = _page_config(request, member) | {
        "state": state,
        "etag": state_etag(member, presence),
    }
    context = {"poker_session": member.poker_session, "room_config": config}
    response = render(request, "voting/room.html", context)
    response._csp_update = {  # type: ignore[attr-defined]  # noqa: SLF001 -- django-csp's
        "connect-src": get_realtime_service().connect_sources()
    }
    remember(response, identity_of(request))
    return response


@takes("GET")
@private
def state(request: HttpRequest, session_id: str) -> HttpResponse:
    """The state, or 304."""
    if "seen" in request.GET:
        # Only pages of before contract 2 say there how they are. They then show a link.
        raise OutOfDate
    with snapshot():
        member = member_of(request, session_id)
        presence = presence_in(member.poker_session)
        etag = state_etag(member, presence)
        if request.headers.get("If-None-Match") == etag:
            response: HttpResponse = HttpResponseNotModified()
        else:
            response = JsonResponse(room_state(member, presence))
    response["ETag"] = etag
    return response


@takes("GET")
@private
def task(request: HttpRequest, session_id: str, task_id: str) -> HttpResponse:
    """A task whole, with every round of it that was revealed."""
    with snapshot():
        member = member_of(request, session_id)
        return JsonResponse(whole_task_data(task_of(member, task_id)))


@takes("GET")
@private
def report(request: HttpRequest, session_id: str) -> HttpResponse:
    with snapshot():
        poker_session = member_of(request, session_id).poker_session
        context = {
            "poker_session": poker_session,
            "report": report_of(poker_session),
            "room_url": room_url(session_id),
        }
    return render(request, "voting/report.html", context)


@takes("POST")
@member_required
def presence(request: HttpRequest, member: Member) -> HttpResponse:
    """How a page is: 204 with the ETag of the state, so that it sees what it missed."""
    record_heartbeat(member, Heartbeat(**PresenceForm(request.POST).checked()))
    response = done()
    response["ETag"] = state_etag(member, presence_in(member.poker_session))
    return response


def _page_config(request: HttpRequest, member: Member) -> dict[str, Any]:
    """What the room's scripts are told besides the state; they write no address."""
    session_id = member.poker_session_id

    def url(name: str, **ids: str) -> str:
        return reverse(name, kwargs={"session_id": session_id, **ids})

    return {
        "contract": CONTRACT,
        "urls": {
            "home": reverse("home"),
            "room": room_url(session_id),
            "state": url("state"),
            "presence": url("presence"),
            "report": url("report"),
            "qr": url("invite-qr"),
            "task": url("task", task_id="TASK").replace("/TASK/", "/{taskId}/"),
        },
        "inviteUrl": invite_url(request, member.poker_session),
        "commands": addresses_in(session_id),
        "refusalCodes": refusal_codes(),
        "csrfCookie": settings.CSRF_COOKIE_NAME,
        "decks": [{"slug": slug, "label": label} for slug, label in LABELS.items()],
    }
