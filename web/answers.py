"""Which methods an address takes, and answers without a page."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpResponse, HttpResponseRedirect

AnyView = TypeVar("AnyView", bound=Callable[..., Any])


class SeeOther(HttpResponseRedirect):
    status_code = 303


def done() -> HttpResponse:
    """204: the new state comes as an event, to the sender too."""
    return HttpResponse(status=204)


def takes(*methods: str) -> Callable[[AnyView], AnyView]:
    """Declare a view's methods; GET takes HEAD in.

    ``planning_poker.middleware.RequestShapeMiddleware`` refuses others with 405, before
    anything else is looked at.
    """

    def declare(view: AnyView) -> AnyView:
        heads = ("HEAD",) if "GET" in methods else ()
        view.methods = (*methods, *heads)  # type: ignore[attr-defined]
        return view

    return declare
