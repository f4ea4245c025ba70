"""Who a browser is: one signed cookie with a random secret, nothing else.

The same identity is used in every session that the browser joins. It never leaves the
server to anybody else; a member's public id is another (``Member.pk``).
"""

import secrets
from datetime import timedelta

from django.http import HttpRequest, HttpResponse

COOKIE = "member"
COOKIE_AGE = timedelta(days=365)
_SALT = "sessions.identity"


def identity_of(request: HttpRequest) -> str:
    """The browser's identity, "" when it has none or its signature is wrong."""
    identity = request.get_signed_cookie(COOKIE, default="", salt=_SALT)
    return identity or ""


def new_identity() -> str:
    """128 random bits."""
    return secrets.token_urlsafe(16)


def remember(response: HttpResponse, identity: str) -> None:
    """Have the browser keep this identity, and renew its year.

    ``Secure`` is added behind TLS by planning_poker.middleware.SecureCookiesMiddleware.
    """
    response.set_signed_cookie(
        COOKIE,
        identity,
        salt=_SALT,
        max_age=COOKIE_AGE,
        httponly=True,
        samesite="Lax",
    )
