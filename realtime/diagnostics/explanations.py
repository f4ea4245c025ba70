"""What each failure means, and which setting fixes it."""

import re
import ssl
from collections.abc import Mapping
from typing import Any

from websockets.exceptions import InvalidStatus, ProxyError

from .destination import Destination, Kind
from .error import DiagnosticError

MAX_QUOTE_LENGTH = 200
# Pusher protocol 7, close codes.
_UNKNOWN_KEY, _ORIGIN_REFUSED = 4001, 4009

_ADDRESS_FIX = {
    Kind.EMBEDDED: (
        "Start it with `manage.py serve`, and give --url the address at which browsers "
        "open the pages."
    ),
    Kind.HOSTED: (
        "Set PUSHER_CLUSTER to the cluster of the app's keys, and open port 443 in the "
        "firewall."
    ),
    Kind.SELF_HOSTED: (
        "Start that server (`manage.py realtime_server` is one), and set "
        "PUSHER_PUBLIC_HOST, PUSHER_PUBLIC_PORT and PUSHER_PUBLIC_SCHEME to where "
        "browsers reach it; unset, they are those of PUSHER_HOST."
    ),
}
_CREDENTIALS_FIX = {
    Kind.EMBEDDED: (
        "Start the server and this process with the same SECRET_KEY, from which the "
        "credentials are derived. If the server is another one, correct --url."
    ),
    Kind.HOSTED: (
        "Copy PUSHER_APP_ID, PUSHER_KEY, PUSHER_SECRET and PUSHER_CLUSTER from the "
        "app's keys again."
    ),
    Kind.SELF_HOSTED: (
        "Set PUSHER_APP_ID, PUSHER_KEY and PUSHER_SECRET to those of the app on that "
        "server."
    ),
}
_PUBLISHING_SETTINGS = {
    Kind.EMBEDDED: "REALTIME_SERVER_URL",
    Kind.HOSTED: "PUSHER_CLUSTER",
    Kind.SELF_HOSTED: "PUSHER_HOST and PUSHER_PORT",
}
_PROXY_FIX = (
    "Let the proxy pass WebSockets for /app/: HTTP/1.1 with the headers Upgrade and "
    "Connection. docs/setup.md has the configuration for nginx and Caddy."
)
_UPSTREAM_FIX = (
    "A proxy does not reach the server behind it. Start that server, or correct where "
    "the proxy sends /app/."
)


def not_connected(error: Exception, to: Destination) -> DiagnosticError:
    """No WebSocket could be opened."""
    match error:
        case InvalidStatus():
            return _no_upgrade(error, to)
        case ProxyError():
            return DiagnosticError(
                f"The proxy in this machine's environment refuses {to.server}.",
                "Correct HTTPS_PROXY, or add the host to NO_PROXY.",
            )
        case ssl.SSLError():
            reason = getattr(error, "verify_message", "") or error.reason
            return DiagnosticError(
                f"TLS with {to.server} failed: {reason}.",
                "Let a proxy end TLS there, with a certificate for this name that "
                f"browsers trust. {_ADDRESS_FIX[to.kind]}",
            )
        case OSError():
            return DiagnosticError(
                f"{to.server} cannot be reached: {error.strerror or error}.",
                _ADDRESS_FIX[to.kind],
            )
    return not_a_pusher_server(to)


def _no_upgrade(error: InvalidStatus, to: Destination) -> DiagnosticError:
    status = error.response.status_code
    server = error.response.headers.get("Server", "no Server header")
    problem = f"{to.server} opens no WebSocket: HTTP {status} ({server:.40})."
    if 300 <= status < 400 or status == 404:
        return DiagnosticError(
            problem,
            "Let the proxy send /app/ to the server of the live updates, without a "
            f"redirect. {_ADDRESS_FIX[to.kind]}",
        )
    return DiagnosticError(
        problem, _UPSTREAM_FIX if status in (502, 503, 504) else _PROXY_FIX
    )


def not_a_pusher_server(to: Destination) -> DiagnosticError:
    return DiagnosticError(
        f"The server at {to.server} does not speak the Pusher protocol.",
        _ADDRESS_FIX[to.kind],
    )


def no_answer(to: Destination) -> DiagnosticError:
    return DiagnosticError(
        f"{to.server} opened a WebSocket, but sent nothing.",
        f"A proxy may buffer what it should pass on at once. {_PROXY_FIX}",
    )


def closed(code: object, reason: object, to: Destination) -> DiagnosticError:
    """The server closed the connection, or is about to, with a code."""
    fix = "The server's log may say more."
    if code == _UNKNOWN_KEY:
        fix = _CREDENTIALS_FIX[to.kind]
    elif code == _ORIGIN_REFUSED:
        fix = (
            f"Set REALTIME_ALLOWED_ORIGINS to {to.origin} where the server runs, or "
            "let the proxy pass on the header Host."
        )
    return DiagnosticError(
        f"{to.server} closed the connection: {_quoted(reason)} ({code}).", fix
    )


def subscription_rejected(data: Any, to: Destination) -> DiagnosticError:
    """The server did not accept the signature for a channel."""
    if isinstance(data, Mapping):
        data = data.get("message") or data.get("error")
    return DiagnosticError(
        f"A channel's signature was rejected by {to.kind.value}: {_quoted(data)}.",
        _CREDENTIALS_FIX[to.kind],
    )


def not_published(reason: str, to: Destination) -> DiagnosticError:
    """``reason`` is what the service logged: the exception with its message."""
    # The request's URL has parameters whose names would match below.
    reason = re.sub(r"\?\S*", "", reason)
    lowered = reason.lower()
    if "timestamp" in lowered:
        fix = (
            "Set the clocks of both machines by NTP: a signature is valid for ten "
            "minutes."
        )
    elif re.search(r"badauth|unauthori[sz]ed|\b401\b|signature|app[ _]id", lowered):
        fix = _CREDENTIALS_FIX[to.kind]
    else:
        fix = (
            f"Check {_PUBLISHING_SETTINGS[to.kind]}, whether that server runs, the "
            "firewall, and the limits of the app."
        )
    return DiagnosticError(
        f"An event was not accepted by {to.kind.value}: {_quoted(reason)}.", fix
    )


def not_received(to: Destination) -> DiagnosticError:
    return DiagnosticError(
        f"An event was published, but {to.server} did not send it.",
        f"{_PUBLISHING_SETTINGS[to.kind]} must name the server that browsers connect "
        "to, with the same app.",
    )


def _quoted(text: object) -> str:
    """A quotation in one line, without anything that may be a signature."""
    line = " ".join(str(text or "no reason").split())
    return (
        "“" + re.sub("[0-9a-fA-F]{32,}", "…", line)[:MAX_QUOTE_LENGTH].rstrip(".") + "”"
    )
