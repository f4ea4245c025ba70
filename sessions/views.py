"""Home, starting and joining a session, and the invitation's QR code."""

from io import BytesIO

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie

from web.answers import SeeOther, takes
from web.refusals import refused_on

from .access import member_required, session_or_404
from .actions import create_session, join_session
from .forms import JoinForm, NewSessionForm
from .identity import identity_of, new_identity, remember
from .invitations import invite_url, room_url
from .models import Member
from .pages import home_page, join_page


@takes("GET")
@never_cache
@ensure_csrf_cookie
def home(request: HttpRequest) -> HttpResponse:
    return home_page(request)


@takes("GET", "POST")
@refused_on(home_page)
def create(request: HttpRequest) -> HttpResponse:
    """GET, from a page that was reloaded or shared after a refusal, leads home."""
    if request.method != "POST":
        return redirect("home")
    identity = identity_of(request) or new_identity()
    poker_session = create_session(
        identity=identity, **NewSessionForm(request.POST).checked()
    )
    return _to_room(poker_session.pk, identity)


@takes("GET", "POST")
@refused_on(join_page)
def join(request: HttpRequest, session_id: str) -> HttpResponse:
    """GET leads to the room, which is the join page for whoever is not in it."""
    if request.method != "POST":
        return redirect(room_url(session_id))
    identity = identity_of(request) or new_identity()
    session_or_404(session_id)
    join_session(session_id, identity=identity, **JoinForm(request.POST).checked())
    return _to_room(session_id, identity)


@takes("GET")
@member_required
def invite_qr(request: HttpRequest, member: Member) -> HttpResponse:
    """The invitation's link as a QR code, SVG, black on white in either theme."""
    code = segno.make(invite_url(request, member.poker_session), micro=False)
    picture = BytesIO()
    code.save(picture, kind="svg", scale=8, border=3, light="#fff")
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


def _to_room(session_id: str, identity: str) -> HttpResponse:
    response = SeeOther(room_url(session_id))
    remember(response, identity)
    return response
