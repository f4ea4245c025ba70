"""What holds for every request: its body, its refusals, its cookies."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError

from sessions.refusals import answer_to, refusal_response
from sessions.rules import RuleBroken

GetResponse = Callable[[HttpRequest], HttpResponse]

URL_ENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


class SecureCookiesMiddleware:
    """Each cookie is ``Secure`` behind TLS, and not over plain HTTP, where it would
    never come back.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.is_secure():
            for cookie in response.cookies.values():
                cookie["secure"] = True
        return response


class RefusalMiddleware:
    """A broken rule, or a wrong method, is answered with its status and a sentence."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or response.content:
            return response
        refusal = refusal_response(
            request, 405, "wrong-method", "This address cannot be used in this way."
        )
        refusal["Allow"] = response["Allow"]
        return refusal

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if isinstance(exception, RuleBroken):
            return answer_to(request, exception)
        return None


class RequestBodyMiddleware:
    """A body is a form, and not a large one; anything else is refused unread."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        refusal = self._refusal_of(request)
        return refusal or self.get_response(request)

    def _refusal_of(self, request: HttpRequest) -> HttpResponse | None:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal():
            return self._not_a_form(request)
        if int(length) > limit:
            return refusal_response(
                request,
                413,
                "too-large",
                f"At most {limit:,} bytes can be sent at once.",
            )
        if int(length) and not _is_form(request):
            return self._not_a_form(request)
        return None

    def _not_a_form(self, request: HttpRequest) -> HttpResponse:
        return refusal_response(
            request, 422, "not-a-form", "What was sent is not a form that can be read."
        )


def _is_form(request: HttpRequest) -> bool:
    """Whether the body can be read as a form, perhaps one without fields.

    It is parsed here, where what cannot be parsed can still be refused. Django takes a
    multipart body that breaks off for a form without fields, so its end is looked at.
    """
    if request.content_type == MULTIPART:
        boundary = (request.content_params or {}).get("boundary")
        if not request.body.rstrip().endswith(f"--{boundary}--".encode()):
            return False
    elif request.content_type != URL_ENCODED:
        return False
    try:
        request.POST  # noqa: B018 -- parsed when it is first looked at
    except (BadRequest, MultiPartParserError, TooManyFieldsSent, TooManyFilesSent):
        return False
    return True
