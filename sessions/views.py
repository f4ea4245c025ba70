"""Home, joining, and what people do to a session and to each other."""

from io import BytesIO

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from web.answers import SeeOther, done
from web.refusals import refused_on
from web.rules import RuleBroken

from .access import member_required, session_or_404
from .actions import (
    change_role,
    change_settings,
    create_session,
    demote_member,
    end_session,
    join_session,
    leave_session,
    promote_member,
    remove_member,
    rename_member,
    reopen_session,
)
from .decks import CUSTOM, LABELS, READY_MADE
from .forms import (
    DisplayNameForm,
    JoinForm,
    NewSessionForm,
    PresenceForm,
    RoleForm,
    SettingsForm,
)
from .identity import identity_of, new_identity, remember
from .invitations import invite_url
from .models import Member, PokerSession
from .presence import live_tabs, record_heartbeat

RECENT_SESSIONS = 8


def _home_page(
    request: HttpRequest, *, refusal: RuleBroken | None = None
) -> HttpResponse:
    identity = identity_of(request)
    recent = PokerSession.objects.filter(
        members__in=Member.objects.present().filter(identity=identity)
    )
    context = {
        "form": NewSessionForm(request.POST or None),
        "decks": [
            {"slug": slug, "label": label, "cards": _cards_of(slug)}
            for slug, label in LABELS.items()
        ],
        "recent": recent[:RECENT_SESSIONS] if identity else [],
        "refusal": refusal and refusal.message,
    }
    return _known(request, render(request, "sessions/home.html", context))


def join_page(
    request: HttpRequest, *, session_id: str, refusal: RuleBroken | None = None
) -> HttpResponse:
    """The door of a session, for whoever is not in it."""
    poker_session = session_or_404(session_id)
    context = {
        "poker_session": poker_session,
        "members": poker_session.members.present(),
        "form": JoinForm(request.POST or None),
        "refusal": refusal and refusal.message,
    }
    return _known(request, render(request, "sessions/join.html", context))


@require_safe
@never_cache
@ensure_csrf_cookie
def home(request: HttpRequest) -> HttpResponse:
    return _home_page(request)


@require_POST
@refused_on(_home_page)
def create(request: HttpRequest) -> HttpResponse:
    identity = identity_of(request) or new_identity()
    poker_session = create_session(
        identity=identity, **NewSessionForm(request.POST).checked()
    )
    return _to_room(poker_session, identity)


@require_POST
@refused_on(join_page)
def join(request: HttpRequest, session_id: str) -> HttpResponse:
    poker_session = session_or_404(session_id)
    identity = identity_of(request) or new_identity()
    join_session(poker_session, identity=identity, **JoinForm(request.POST).checked())
    return _to_room(poker_session, identity)


@require_POST
@member_required
def leave(request: HttpRequest, member: Member) -> HttpResponse:
    leave_session(member)
    return done()


@require_POST
@member_required
def presence(request: HttpRequest, member: Member) -> HttpResponse:
    """One of the member's pages was shown, hidden or closed."""
    heartbeat = PresenceForm(request.POST).heartbeat()
    record_heartbeat(member, heartbeat, live_tabs(member.poker_session))
    return done()


@require_POST
@member_required
def end(request: HttpRequest, member: Member) -> HttpResponse:
    end_session(member)
    return done()


@require_POST
@member_required
def reopen(request: HttpRequest, member: Member) -> HttpResponse:
    reopen_session(member)
    return done()


@require_POST
@member_required
def settings(request: HttpRequest, member: Member) -> HttpResponse:
    change_settings(member, **SettingsForm(request.POST).checked())
    return done()


@require_POST
@member_required
def rename(request: HttpRequest, member: Member, user_id: str) -> HttpResponse:
    form = DisplayNameForm(request.POST)
    rename_member(member, _other(member, user_id), **form.checked())
    return done()


@require_POST
@member_required
def role(request: HttpRequest, member: Member, user_id: str) -> HttpResponse:
    change_role(member, _other(member, user_id), **RoleForm(request.POST).checked())
    return done()


@require_POST
@member_required
def promote(request: HttpRequest, member: Member, user_id: str) -> HttpResponse:
    promote_member(member, _other(member, user_id))
    return done()


@require_POST
@member_required
def demote(request: HttpRequest, member: Member, user_id: str) -> HttpResponse:
    demote_member(member, _other(member, user_id))
    return done()


@require_POST
@member_required
def remove(request: HttpRequest, member: Member, user_id: str) -> HttpResponse:
    remove_member(member, _other(member, user_id))
    return done()


@require_safe
@member_required
def invite_qr(request: HttpRequest, member: Member) -> HttpResponse:
    """The invitation's link as a QR code, SVG, black on white in either theme."""
    code = segno.make(invite_url(request, member.poker_session), micro=False)
    picture = BytesIO()
    code.save(picture, kind="svg", scale=8, border=3, light="#fff")
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


def _other(member: Member, user_id: str) -> Member:
    """Somebody in the same session, or 404."""
    return get_object_or_404(member.poker_session.members.present(), pk=user_id)


def _cards_of(slug: str) -> list[str]:
    return [] if slug == CUSTOM else list(READY_MADE[slug].cards)


def _to_room(poker_session: PokerSession, identity: str) -> HttpResponse:
    response = SeeOther(f"/s/{poker_session.pk}/")
    remember(response, identity)
    return response


def _known(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give the browser its identity before it posts a form.

    Two tabs that post their first forms at once would otherwise get two identities.
    """
    if not identity_of(request):
        remember(response, new_identity())
    return response
