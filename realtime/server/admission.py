"""Which connections are accepted (Pusher protocol 7, connection URL and close codes).

They are refused after the upgrade: a close code is all that a browser shows its page.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

from websockets.datastructures import Headers
from websockets.http11 import Request

from .app import App

# The messages are those of protocol 7, which clients of 5 and 6 also understand.
PROTOCOLS = ("5", "6", "7")
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Refusal:
    """A close code of the protocol, and its reason."""

    code: int
    reason: str


def find_refusal(
    request: Request, app: App, allowed_origins: Collection[str]
) -> Refusal | None:
    """Why a client may not connect; None if it may."""
    path, _, query = request.path.partition("?")
    key = re.fullmatch("/app/([^/]+)", path)
    if not key:
        return Refusal(4005, "Path not found")
    if unquote(key[1]) != app.key:
        return Refusal(4001, "Application does not exist")
    protocol = parse_qs(query).get("protocol")
    if not protocol:
        return Refusal(4008, "No protocol version supplied")
    if protocol[0] not in PROTOCOLS:
        return Refusal(4007, "Unsupported protocol version")
    origin = request.headers.get("Origin")
    if origin is not None and not _is_allowed(origin, request.headers, allowed_origins):
        return Refusal(4009, "Origin not allowed")
    return None


def _is_allowed(
    origin: str, headers: Headers, allowed_origins: Collection[str]
) -> bool:
    """Whether pages of this origin may connect; without a list, those of this host.

    A page cannot set the headers of its WebSocket, so trusting X-Forwarded-Host from
    any client admits no foreign page.
    """
    if allowed_origins:
        return "*" in allowed_origins or origin in allowed_origins
    scheme, _, host = origin.lower().partition("://")
    if not host:
        return False
    own = headers.get_all("Host") + headers.get_all("X-Forwarded-Host")
    # An Origin omits its scheme's default port, which a proxy may add to its headers.
    names = {host, f"{host}:{DEFAULT_PORTS.get(scheme)}"}
    return any(name.lower() in names for name in own)
