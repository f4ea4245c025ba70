"""The two pages with plain forms: home, and joining a session."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from web.rules import RuleBroken

from .access import session_or_404
from .decks import CUSTOM, LABELS, READY_MADE
from .forms import JoinForm, NewSessionForm
from .identity import fingerprint_of, identity_of, new_identity, remember
from .models import Member, PokerSession

RECENT_SESSIONS = 8


def home_page(
    request: HttpRequest, *, refusal: RuleBroken | None = None
) -> HttpResponse:
    context = {
        "form": NewSessionForm(request.POST or None),
        "decks": [
            {"slug": slug, "label": label, "cards": _cards_of(slug)}
            for slug, label in LABELS.items()
        ],
        "recent": _recent_sessions(identity_of(request)),
        "refusal": refusal and refusal.sentence,
    }
    return _recognised(request, render(request, "sessions/home.html", context))


def join_page(
    request: HttpRequest, *, session_id: str, refusal: RuleBroken | None = None
) -> HttpResponse:
    """For whoever has a session's link and is not in it."""
    poker_session = session_or_404(session_id)
    context = {
        "poker_session": poker_session,
        "members": poker_session.members.present(),
        "form": JoinForm(request.POST or None),
        "refusal": refusal and refusal.sentence,
    }
    return _recognised(request, render(request, "sessions/join.html", context))


def _recent_sessions(identity: str) -> list[PokerSession]:
    if not identity:
        return []
    members = Member.objects.present().filter(
        identities__fingerprint=fingerprint_of(identity)
    )
    return list(PokerSession.objects.filter(members__in=members)[:RECENT_SESSIONS])


def _cards_of(slug: str) -> list[str]:
    return [] if slug == CUSTOM else list(READY_MADE[slug].cards)


def _recognised(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give the browser its identity before it posts a form.

    Two tabs that post their first forms at once would otherwise get two identities.
    """
    if not identity_of(request):
        remember(response, new_identity())
    return response
