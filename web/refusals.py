"""How a refusal is answered: a sentence, as JSON or as a page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from .messages import TITLES
from .rules import InvalidInput, RuleBroken

View = Callable[..., HttpResponseBase]


def answer_to(request: HttpRequest, broken: RuleBroken) -> HttpResponse:
    """``{"error": sentence, "code", "params"}``, or the page that says so.

    Wrong input also has ``"errors": {field: [sentences]}``. Only who asks for HTML by
    name gets the page, as a browser does that opens an address or sends a plain form;
    scripts and programs get the JSON.
    """
    if "text/html" in request.headers.get("Accept", ""):
        context = {
            "status": broken.status,
            "title": TITLES[broken.status],
            "sentence": broken.sentence,
        }
        return render(request, "refused.html", context, status=broken.status)
    refusal: dict[str, Any] = {
        "error": broken.sentence,
        "code": broken.code,
        "params": broken.params,
    }
    if isinstance(broken, InvalidInput):
        refusal["errors"] = broken.errors
    return JsonResponse(refusal, status=broken.status)


def refused_on(page: Callable[..., HttpResponse]) -> Callable[[View], View]:
    """For the plain forms: a refusal shows the form's page again, with the sentence.

    A request that does not accept HTML gets the refusal as JSON.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def refusable(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            try:
                return view(request, **kwargs)
            except RuleBroken as broken:
                # Whatever the page needs may be what is missing.
                if broken.status == 404 or not request.accepts("text/html"):
                    raise
                response = page(request, refusal=broken, **kwargs)
                response.status_code = broken.status
                return response

        return refusable

    return decorate
