"""What each failure means, and which setting cures it.

The close codes are those of Pusher protocol 7 and RFC 6455.
"""

import re
import socket
import ssl
from collections.abc import Mapping
from typing import Any

from websockets.exceptions import InvalidStatus, ProxyError

from .destination import Destination, Kind
from .error import DiagnosticError

MAX_QUOTE_LENGTH = 200
CLOCK_FIX = (
    "Set the clock of whichever machine is wrong, best by NTP: signatures are good for "
    "ten minutes."
)
PROXY_FIX = (
    "Let the proxy pass WebSockets on for /app/: HTTP/1.1 with the headers Upgrade and "
    "Connection. docs/setup.md has it for nginx and Caddy."
)

_ADDRESS_FIX = {
    Kind.EMBEDDED: "Give --url the address under which browsers open the pages.",
    Kind.HOSTED: "Set PUSHER_CLUSTER to the cluster that the app's keys name.",
    Kind.SELF_HOSTED: (
        "Set PUSHER_PUBLIC_HOST, PUSHER_PUBLIC_PORT and PUSHER_PUBLIC_SCHEME to where "
        "browsers reach that server; unset, they are those of PUSHER_HOST."
    ),
}
_NOT_RUNNING_FIX = {
    Kind.EMBEDDED: (
        "Start it first, with `manage.py serve`. Where browsers open the pages under "
        "another address, give that with --url."
    ),
    Kind.HOSTED: "Let this machine's firewall pass connections to port 443.",
    Kind.SELF_HOSTED: (
        "Start that server first (`manage.py realtime_server` is one), or correct "
        "PUSHER_PUBLIC_HOST and PUSHER_PUBLIC_PORT, where unset PUSHER_HOST and "
        "PUSHER_PORT."
    ),
}
_KEY_FIX = {
    Kind.EMBEDDED: (
        "Start server and pages with the same SECRET_KEY: the key is made from it. Or "
        "another program's server is at this address; then correct --url."
    ),
    Kind.HOSTED: (
        "Copy PUSHER_KEY and PUSHER_CLUSTER from the app's keys once more: the key is "
        "wrong, or the app is in another cluster."
    ),
    Kind.SELF_HOSTED: "Set PUSHER_KEY to the key of the app on that server.",
}
_SECRET_FIX = {
    Kind.EMBEDDED: "Start server and pages with the same SECRET_KEY.",
    Kind.HOSTED: "Copy PUSHER_SECRET from the app's keys once more.",
    Kind.SELF_HOSTED: "Set PUSHER_SECRET to the secret of the app on that server.",
}
_WRONG_KEY, _ORIGIN_REFUSED = 4001, 4009
_CLOSE_CODE_FIXES = {
    4000: "Set PUSHER_PUBLIC_SCHEME=https: the app takes connections with TLS only.",
    4003: "Switch the app on again, where its account is.",
    4004: "Its plan allows no more connections. Wait, or get a bigger plan.",
    4100: "It has as many connections as it takes. Raise its limit.",
    1012: "It is restarting. Try again in a moment.",
}


def not_connected(error: Exception, to: Destination) -> DiagnosticError:
    """Why no WebSocket could be opened."""
    match error:
        case InvalidStatus():
            return _no_upgrade(error, to)
        case ProxyError():
            return DiagnosticError(
                "The proxy of this machine's environment did not let through to "
                f"{to.server}.",
                "Correct HTTPS_PROXY, or add the host to NO_PROXY.",
            )
        case socket.gaierror():
            return DiagnosticError(
                f"The name {to.host} is not known.", _ADDRESS_FIX[to.kind]
            )
        case ConnectionRefusedError():
            return DiagnosticError(
                f"Nobody listens at {to.server}.", _NOT_RUNNING_FIX[to.kind]
            )
        case TimeoutError():
            return DiagnosticError(
                f"{to.server} did not answer in time.",
                "A firewall may drop what is sent there, or a proxy hold it back. "
                + _ADDRESS_FIX[to.kind],
            )
        case ssl.SSLCertVerificationError():
            return DiagnosticError(
                f"The certificate of {to.host} is not good: {error.verify_message}.",
                "Get one for this name from an authority that browsers trust.",
            )
        case ssl.SSLError():
            return DiagnosticError(
                f"{to.server} does not speak TLS.",
                "Let a proxy end TLS there, or correct the address. "
                + _ADDRESS_FIX[to.kind],
            )
        case OSError():
            return DiagnosticError(
                f"{to.server} cannot be reached: {error.strerror or error}.",
                _ADDRESS_FIX[to.kind],
            )
    return not_a_pusher_server(to)


def _no_upgrade(error: InvalidStatus, to: Destination) -> DiagnosticError:
    status = error.response.status_code
    by = error.response.headers.get("Server")
    problem = (
        f"{to.server} answered with HTTP {status}"
        + (f" (by {by:.40})" if by else "")
        + " where a WebSocket was asked for."
    )
    if 300 <= status < 400:
        return DiagnosticError(
            problem, f"Browsers follow no redirect here. {_ADDRESS_FIX[to.kind]}"
        )
    if status == 404:
        return DiagnosticError(
            problem,
            "Whoever answers has no live updates. Let the proxy send /app/ to the "
            "server that has them, or correct the address. " + _ADDRESS_FIX[to.kind],
        )
    if status in {502, 503, 504}:
        return DiagnosticError(
            problem,
            "A proxy answers for a server that it does not reach. Start that one, or "
            "correct where the proxy sends /app/.",
        )
    return DiagnosticError(problem, PROXY_FIX)


def not_a_pusher_server(to: Destination) -> DiagnosticError:
    return DiagnosticError(
        f"What answers at {to.server} is no server of the Pusher protocol.",
        _ADDRESS_FIX[to.kind],
    )


def no_answer(to: Destination) -> DiagnosticError:
    return DiagnosticError(
        f"{to.server} took the WebSocket, and then nothing came over it.",
        "A proxy may hold back what it should pass on at once. " + PROXY_FIX,
    )


def closed_with_code(code: object, reason: object, to: Destination) -> DiagnosticError:
    """The server closed the connection, or is about to, with a code."""
    said = f"{_quoted(reason)} ({code})" if code else "without saying why"
    problem = f"{to.server} closed the connection: {said}."
    if code == _WRONG_KEY:
        return DiagnosticError(problem, _KEY_FIX[to.kind])
    if code == _ORIGIN_REFUSED:
        return DiagnosticError(
            problem,
            f"Pages of {to.origin} may not connect. Set REALTIME_ALLOWED_ORIGINS to "
            "that origin where the server runs, or let the proxy pass Host on.",
        )
    fix = _CLOSE_CODE_FIXES.get(code) if isinstance(code, int) else None
    return DiagnosticError(problem, fix or "Its own log tells more.")


def subscription_rejected(data: Any, to: Destination) -> DiagnosticError:
    """The server did not let us listen to a channel that we had signed for."""
    message = data if isinstance(data, str) else ""
    if isinstance(data, Mapping):
        message = str(data.get("message") or data.get("error") or "")
    return DiagnosticError(
        f"{to.kind.value} does not take our signature: {_quoted(message)}.",
        f"The secret is wrong. {_SECRET_FIX[to.kind]}",
    )


def clock_is_off(seconds: float, to: Destination) -> DiagnosticError:
    minutes = abs(seconds) / 60
    direction = "behind" if seconds > 0 else "ahead of"
    return DiagnosticError(
        f"This machine's clock is {minutes:.0f} minutes {direction} that of "
        f"{to.kind.value}, which therefore refuses what is published.",
        CLOCK_FIX,
    )


def not_published(reason: str, to: Destination) -> DiagnosticError:
    """What the service logged: the exception's name, and what the server said."""
    # The address that was asked is quoted with its parameters: no words of the server.
    reason = re.sub(r"\?\S*", "", reason)
    problem = f"The event could not be sent to {to.kind.value}: {_quoted(reason)}."
    lowered = reason.lower()
    if "timestamp" in lowered:
        return DiagnosticError(problem, CLOCK_FIX)
    if re.search(r"badauth|unauthori[sz]ed|\b401\b|signature|app[ _]id", lowered):
        fix = _SECRET_FIX[to.kind]
        if to.kind is not Kind.EMBEDDED:
            fix += " PUSHER_APP_ID may be wrong too."
        return DiagnosticError(problem, f"The credentials are wrong. {fix}")
    if re.search(r"forbidden|\b403\b|\b402\b|\b429\b", lowered):
        return DiagnosticError(
            problem,
            "The app is switched off, or its plan's limit is reached; see there.",
        )
    return DiagnosticError(
        problem,
        f"Events go to {to.publishes_to}. Correct it, start that server, or let this "
        "machine's firewall pass.",
    )


def event_not_received(to: Destination) -> DiagnosticError:
    return DiagnosticError(
        f"The event was sent, but did not come over {to.server}.",
        f"Events go to {to.publishes_to}: it must be the server that browsers connect "
        "to, with the same app.",
    )


def event_altered(to: Destination) -> DiagnosticError:
    return DiagnosticError(
        f"The event came over {to.server}, but not as it was sent.",
        "Start each process with the same PUSHER_ENCRYPTION_MASTER_KEY, and let no "
        "proxy change what it passes on.",
    )


def _quoted(text: object) -> str:
    """Somebody else's words in one line, without what may be a signature."""
    line = " ".join(str(text or "nothing more was said").split())
    return (
        "“" + re.sub("[0-9a-fA-F]{32,}", "…", line)[:MAX_QUOTE_LENGTH].rstrip(".") + "”"
    )
