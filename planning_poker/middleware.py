"""What holds for every request: its body, its refusals, its cookies."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import BadRequest, TooManyFieldsSent, TooManyFilesSent
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from web.messages import DatabaseBusy, DiskFull, NotAForm, TooLarge, WrongMethod
from web.refusals import answer_to
from web.rules import RuleBroken

GetResponse = Callable[[HttpRequest], HttpResponse]

ADMIN = "/admin/"

_logger = logging.getLogger(__name__)

RETRY_WHEN_BUSY_SECONDS, RETRY_WHEN_FULL_SECONDS = 1, 30
# SQLite, result codes; PostgreSQL, appendix A (error codes).
SQLITE_CANNOT_WRITE = ("SQLITE_FULL", "SQLITE_IOERR")
POSTGRES_DISK_FULL = "53100"

# Python reads no number of thousands of digits.
MOST_LENGTH_DIGITS = 18
UTF_8 = {"utf-8", "utf8"}
URL_ENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


class TlsMiddleware:
    """What only holds behind TLS. Over plain HTTP a ``Secure`` cookie would never come
    back, and browsers complain of a Cross-Origin-Opener-Policy in their consoles.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.is_secure():
            for cookie in response.cookies.values():
                cookie["secure"] = True
            response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        return response


class AdminOnlyMiddleware(MiddlewareMixin):
    """Beside one of Django's: only the admin has sessions, users and messages, and the
    room's many small requests need not prepare them.
    """

    def __call__(self, request: HttpRequest) -> Any:
        if request.path_info.startswith(ADMIN):
            return super().__call__(request)
        return self.get_response(request)


class AdminSessionMiddleware(AdminOnlyMiddleware, SessionMiddleware):
    pass


class AdminAuthenticationMiddleware(AdminOnlyMiddleware, AuthenticationMiddleware):
    pass


class AdminMessageMiddleware(AdminOnlyMiddleware, MessageMiddleware):
    pass


class CspMiddleware(CSPMiddleware):
    """The Content-Security-Policy on whatever has a body; most answers have none."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if response.status_code in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
            return response
        return super().process_response(request, response)


class RefusalMiddleware:
    """A broken rule, a wrong method or a database that cannot is answered with its
    status and a sentence.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or response.content:
            return response
        return _wrong_method(request, response["Allow"])

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if isinstance(exception, RuleBroken):
            return answer_to(request, exception)
        if isinstance(exception, OperationalError) and not _is_mistake(exception):
            return _database_refusal(request, exception)
        return None


class RequestShapeMiddleware:
    """Refuses a method that the view does not take (``web.answers.takes``), and a body
    that is large or no form, unread and before anything else is looked at.

    A view that reads the body itself says so by its attribute ``takes_json``.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        arguments: list[Any],
        named_arguments: dict[str, Any],
    ) -> HttpResponse | None:
        methods = getattr(view, "methods", None)
        if methods and request.method not in methods:
            return _wrong_method(request, ", ".join(methods))
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdecimal()):
            return answer_to(request, NotAForm())
        if len(length) > MOST_LENGTH_DIGITS or int(length) > limit:
            return answer_to(request, TooLarge(limit=f"{limit:,}"))
        takes_json = getattr(view, "takes_json", False)
        if int(length) and not takes_json and not _is_form(request):
            return answer_to(request, NotAForm())
        return None


def _wrong_method(request: HttpRequest, allowed: str) -> HttpResponse:
    refusal = answer_to(request, WrongMethod())
    refusal["Allow"] = allowed
    return refusal


def _database_refusal(request: HttpRequest, failure: OperationalError) -> HttpResponse:
    """503: the database waited long enough for its lock, or has no room.

    The transaction was rolled back, and what was asked for may be asked for again.
    """
    cause = failure.__cause__
    _logger.error("%s %s: the database says: %s", request.method, request.path, failure)
    is_full = getattr(cause, "sqlstate", "") == POSTGRES_DISK_FULL or getattr(
        cause, "sqlite_errorname", ""
    ).startswith(SQLITE_CANNOT_WRITE)
    refusal = answer_to(request, DiskFull() if is_full else DatabaseBusy())
    seconds = RETRY_WHEN_FULL_SECONDS if is_full else RETRY_WHEN_BUSY_SECONDS
    refusal["Retry-After"] = str(seconds)
    return refusal


def _is_mistake(failure: OperationalError) -> bool:
    """SQLite's name for what no waiting helps, such as a missing table."""
    return getattr(failure.__cause__, "sqlite_errorname", "") == "SQLITE_ERROR"


def _is_form(request: HttpRequest) -> bool:
    """Whether the body can be read as a form, perhaps one without fields.

    It is parsed here, where what cannot be parsed can still be refused. Django takes a
    multipart body that breaks off for a form without fields, so its end is looked at.
    """
    parameters = request.content_params or {}
    # Codecs of Python's own, such as base64 and utf-7, give no text, or half of it.
    if parameters.get("charset", "utf-8").lower() not in UTF_8:
        return False
    if request.content_type == MULTIPART:
        boundary = parameters.get("boundary")
        if not request.body.rstrip().endswith(f"--{boundary}--".encode()):
            return False
    elif request.content_type != URL_ENCODED:
        return False
    try:
        request.POST  # noqa: B018 -- parsed when it is first looked at
    except (BadRequest, MultiPartParserError, TooManyFieldsSent, TooManyFilesSent):
        return False
    return True
