"""How a refusal is answered: a sentence, as JSON or as a page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from .rules import InvalidInput, RuleBroken

TITLES = {
    400: "That did not work",
    403: "Not allowed",
    404: "Not found",
    405: "That did not work",
    409: "Not now",
    413: "Too much at once",
    422: "Please check what you sent",
    500: "Something went wrong here",
    503: "Not just now",
}


View = Callable[..., HttpResponseBase]


def refusal_response(
    request: HttpRequest, status: int, code: str, message: str, **more: Any
) -> HttpResponse:
    """``{"error": message, "code": code}``, or the page that says so.

    Only who asks for HTML by name gets the page, as a browser does that opens an
    address or sends a plain form; scripts and programs get the JSON.
    """
    if "text/html" in request.headers.get("Accept", ""):
        return render(
            request,
            "refused.html",
            {"status": status, "title": TITLES[status], "sentence": message},
            status=status,
        )
    return JsonResponse({"error": message, "code": code, **more}, status=status)


def answer_to(request: HttpRequest, broken: RuleBroken) -> HttpResponse:
    more = {"errors": broken.errors} if isinstance(broken, InvalidInput) else {}
    return refusal_response(request, broken.status, broken.code, broken.message, **more)


def refused_on(page: Callable[..., HttpResponse]) -> Callable[[View], View]:
    """For the plain forms: a refusal shows the form's page again, with the sentence.

    A request that does not accept HTML gets the refusal as JSON.
    """

    def decorate(
        view: Callable[..., HttpResponseBase],
    ) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def refusable(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            try:
                return view(request, **kwargs)
            except RuleBroken as broken:
                if not request.accepts("text/html"):
                    raise
                response = page(request, refusal=broken, **kwargs)
                response.status_code = broken.status
                return response

        return refusable

    return decorate
