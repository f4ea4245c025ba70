"""Errors that belong to no app, in the look of the rest."""

from django.http import HttpRequest, HttpResponse

from web.refusals import refusal_response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return refusal_response(
        request,
        403,
        "csrf",
        "This page is too old, or was opened without cookies. Reload it and try again.",
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal_response(
        request, 400, "bad-request", "The server could not understand this request."
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal_response(request, 403, "forbidden", "You may not do this.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal_response(
        request, 404, "not-found", "There is nothing here. Is the link complete?"
    )


def server_error(request: HttpRequest) -> HttpResponse:
    return refusal_response(
        request,
        500,
        "server-error",
        "Something went wrong on our side. Nothing was changed; please try again.",
    )
