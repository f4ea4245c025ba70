"""Errors that belong to no app, in the look of the rest."""

from django.http import HttpRequest, HttpResponse

from web.messages import BadRequest, CsrfFailed, Forbidden, NotFound, ServerFailed
from web.refusals import answer_to


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return answer_to(request, CsrfFailed())


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer_to(request, BadRequest())


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer_to(request, Forbidden())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer_to(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    return answer_to(request, ServerFailed())
