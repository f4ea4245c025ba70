"""Who a browser is: one cookie with a random secret, nothing else.

The same identity is used in every session that the browser joins. The database keeps
its SHA-256 only, and it never leaves the server to anybody else; a member's public id
is another (``Member.pk``). It is not signed: 128 random bits cannot be guessed, and
another SECRET_KEY costs nobody their seat.
"""

import hashlib
import re
import secrets
from datetime import timedelta

from django.http import HttpRequest, HttpResponse

COOKIE = "member"
COOKIE_AGE = timedelta(days=365)
SECRET_BYTES = 16
_IDENTITY = re.compile(r"[A-Za-z0-9_-]{22}")


def identity_of(request: HttpRequest) -> str:
    """The browser's identity, "" when it has none or a malformed one.

    Before contract 2 a signature followed, behind a colon.
    """
    identity, _, _ = request.COOKIES.get(COOKIE, "").partition(":")
    return identity if _IDENTITY.fullmatch(identity) else ""


def fingerprint_of(identity: str) -> str:
    """What the database knows of an identity: SHA-256, in hexadecimal."""
    return hashlib.sha256(identity.encode()).hexdigest()


def new_identity() -> str:
    """128 random bits, in 22 characters."""
    return secrets.token_urlsafe(SECRET_BYTES)


def remember(response: HttpResponse, identity: str) -> None:
    """Have the browser keep this identity, and renew its year.

    ``Secure`` is added behind TLS by planning_poker.middleware.TlsMiddleware.
    """
    response.set_cookie(
        COOKIE, identity, max_age=COOKIE_AGE, httponly=True, samesite="Lax"
    )
