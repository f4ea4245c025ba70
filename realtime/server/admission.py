"""Which connections are let in (Pusher protocol 7, connection URL and close codes).

Refusals come after the upgrade: a browser shows its page no answer but a close code.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

from websockets.datastructures import Headers
from websockets.http11 import Request

from .app import App

# The messages are those of protocol 7, which clients of 5 and 6 understand too.
PROTOCOLS = ("5", "6", "7")
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Refusal:
    """A close code of the protocol, and the reason in words."""

    code: int
    reason: str


def find_refusal(
    request: Request, app: App, allowed_origins: Collection[str]
) -> Refusal | None:
    """Why a client may not connect, None if it may."""
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
    """Whether pages of this origin may connect. Without a list: those of this host.

    No page can set a header on a WebSocket, so believing the X-Forwarded-Host of
    whoever sends one lets no browser in that the proxy would not.
    """
    if allowed_origins:
        return "*" in allowed_origins or origin in allowed_origins
    scheme, _, host = origin.lower().partition("://")
    if not host:
        return False
    own = headers.get_all("Host") + headers.get_all("X-Forwarded-Host")
    # A page leaves out its scheme's port, a proxy may write it into the header.
    names = {host, f"{host}:{DEFAULT_PORTS.get(scheme)}"}
    return any(name.lower() in names for name in own)
