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
from .error import Trouble

LONGEST_QUOTE = 200
CLOCK_CURE = (
    "Set the clock of whichever machine is wrong, best by NTP: signatures are good for "
    "ten minutes."
)
PROXY_CURE = (
    "Let the proxy pass WebSockets on for /app/: HTTP/1.1 with the headers Upgrade and "
    "Connection. docs/setup.md has it for nginx and Caddy."
)

_ADDRESS_CURE = {
    Kind.EMBEDDED: "Give --url the address under which browsers open the pages.",
    Kind.HOSTED: "Set PUSHER_CLUSTER to the cluster that the app's keys name.",
    Kind.OWN: (
        "Set PUSHER_PUBLIC_HOST, PUSHER_PUBLIC_PORT and PUSHER_PUBLIC_SCHEME to where "
        "browsers reach that server; unset, they are those of PUSHER_HOST."
    ),
}
_NOBODY_CURE = {
    Kind.EMBEDDED: (
        "Start it first, with `manage.py serve`. Where browsers open the pages under "
        "another address, give that with --url."
    ),
    Kind.HOSTED: "Let this machine's firewall pass connections to port 443.",
    Kind.OWN: (
        "Start that server first (`manage.py realtime_server` is one), or correct "
        "PUSHER_PUBLIC_HOST and PUSHER_PUBLIC_PORT, where unset PUSHER_HOST and "
        "PUSHER_PORT."
    ),
}
_KEY_CURE = {
    Kind.EMBEDDED: (
        "Start server and pages with the same SECRET_KEY: the key is made from it. Or "
        "another program's server is at this address; then correct --url."
    ),
    Kind.HOSTED: (
        "Copy PUSHER_KEY and PUSHER_CLUSTER from the app's keys once more: the key is "
        "wrong, or the app is in another cluster."
    ),
    Kind.OWN: "Set PUSHER_KEY to the key of the app on that server.",
}
_SECRET_CURE = {
    Kind.EMBEDDED: "Start server and pages with the same SECRET_KEY.",
    Kind.HOSTED: "Copy PUSHER_SECRET from the app's keys once more.",
    Kind.OWN: "Set PUSHER_SECRET to the secret of the app on that server.",
}
_WRONG_KEY, _ORIGIN_REFUSED = 4001, 4009
_CLOSE_CURES = {
    4000: "Set PUSHER_PUBLIC_SCHEME=https: the app takes connections with TLS only.",
    4003: "Switch the app on again, where its account is.",
    4004: "Its plan allows no more connections. Wait, or get a bigger plan.",
    4100: "It has as many connections as it takes. Raise its limit.",
    1012: "It is restarting. Try again in a moment.",
}


def not_connected(error: Exception, to: Destination) -> Trouble:
    """Why no WebSocket could be opened."""
    match error:
        case InvalidStatus():
            return _no_upgrade(error, to)
        case ProxyError():
            return Trouble(
                "The proxy of this machine's environment did not let through to "
                f"{to.server}.",
                "Correct HTTPS_PROXY, or add the host to NO_PROXY.",
            )
        case socket.gaierror():
            return Trouble(f"The name {to.host} is not known.", _ADDRESS_CURE[to.kind])
        case ConnectionRefusedError():
            return Trouble(f"Nobody listens at {to.server}.", _NOBODY_CURE[to.kind])
        case TimeoutError():
            return Trouble(
                f"{to.server} did not answer in time.",
                "A firewall may drop what is sent there, or a proxy hold it back. "
                + _ADDRESS_CURE[to.kind],
            )
        case ssl.SSLCertVerificationError():
            return Trouble(
                f"The certificate of {to.host} is not good: {error.verify_message}.",
                "Get one for this name from an authority that browsers trust.",
            )
        case ssl.SSLError():
            return Trouble(
                f"{to.server} does not speak TLS.",
                "Let a proxy end TLS there, or correct the address. "
                + _ADDRESS_CURE[to.kind],
            )
        case OSError():
            return Trouble(
                f"{to.server} cannot be reached: {error.strerror or error}.",
                _ADDRESS_CURE[to.kind],
            )
    return speaks_something_else(to)


def _no_upgrade(error: InvalidStatus, to: Destination) -> Trouble:
    status = error.response.status_code
    by = error.response.headers.get("Server")
    what = (
        f"{to.server} answered with HTTP {status}"
        + (f" (by {by:.40})" if by else "")
        + " where a WebSocket was asked for."
    )
    if 300 <= status < 400:
        return Trouble(
            what, f"Browsers follow no redirect here. {_ADDRESS_CURE[to.kind]}"
        )
    if status == 404:
        return Trouble(
            what,
            "Whoever answers has no live updates. Let the proxy send /app/ to the "
            "server that has them, or correct the address. " + _ADDRESS_CURE[to.kind],
        )
    if status in {502, 503, 504}:
        return Trouble(
            what,
            "A proxy answers for a server that it does not reach. Start that one, or "
            "correct where the proxy sends /app/.",
        )
    return Trouble(what, PROXY_CURE)


def speaks_something_else(to: Destination) -> Trouble:
    return Trouble(
        f"What answers at {to.server} is no server of the Pusher protocol.",
        _ADDRESS_CURE[to.kind],
    )


def says_nothing(to: Destination) -> Trouble:
    return Trouble(
        f"{to.server} took the WebSocket, and then nothing came over it.",
        "A proxy may hold back what it should pass on at once. " + PROXY_CURE,
    )


def refused(code: object, reason: object, to: Destination) -> Trouble:
    """The server closed the connection, or is about to, with a code."""
    said = f"{_quoted(reason)} ({code})" if code else "without saying why"
    what = f"{to.server} closed the connection: {said}."
    if code == _WRONG_KEY:
        return Trouble(what, _KEY_CURE[to.kind])
    if code == _ORIGIN_REFUSED:
        return Trouble(
            what,
            f"Pages of {to.origin} may not connect. Set REALTIME_ALLOWED_ORIGINS to "
            "that origin where the server runs, or let the proxy pass Host on.",
        )
    cure = _CLOSE_CURES.get(code) if isinstance(code, int) else None
    return Trouble(what, cure or "Its own log tells more.")


def not_allowed(data: Any, to: Destination) -> Trouble:
    """The server did not let us listen to a channel that we had signed for."""
    message = data if isinstance(data, str) else ""
    if isinstance(data, Mapping):
        message = str(data.get("message") or data.get("error") or "")
    return Trouble(
        f"{to.kind.value} does not take our signature: {_quoted(message)}.",
        f"The secret is wrong. {_SECRET_CURE[to.kind]}",
    )


def clock_is_off(seconds: float, to: Destination) -> Trouble:
    minutes = abs(seconds) / 60
    direction = "behind" if seconds > 0 else "ahead of"
    return Trouble(
        f"This machine's clock is {minutes:.0f} minutes {direction} that of "
        f"{to.kind.value}, which therefore refuses what is published.",
        CLOCK_CURE,
    )


def not_published(reason: str, to: Destination) -> Trouble:
    """What the service logged: the exception's name, and what the server said."""
    # The address that was asked is quoted with its parameters: no words of the server.
    reason = re.sub(r"\?\S*", "", reason)
    what = f"The event could not be sent to {to.kind.value}: {_quoted(reason)}."
    lowered = reason.lower()
    if "timestamp" in lowered:
        return Trouble(what, CLOCK_CURE)
    if re.search(r"badauth|unauthori[sz]ed|\b401\b|signature|app[ _]id", lowered):
        cure = _SECRET_CURE[to.kind]
        if to.kind is not Kind.EMBEDDED:
            cure += " PUSHER_APP_ID may be wrong too."
        return Trouble(what, f"The credentials are wrong. {cure}")
    if re.search(r"forbidden|\b403\b|\b402\b|\b429\b", lowered):
        return Trouble(
            what, "The app is switched off, or its plan's limit is reached; see there."
        )
    return Trouble(
        what,
        f"Events go to {to.publishes_to}. Correct it, start that server, or let this "
        "machine's firewall pass.",
    )


def not_arrived(to: Destination) -> Trouble:
    return Trouble(
        f"The event was sent, but did not come over {to.server}.",
        f"Events go to {to.publishes_to}: it must be the server that browsers connect "
        "to, with the same app.",
    )


def changed_on_its_way(to: Destination) -> Trouble:
    return Trouble(
        f"The event came over {to.server}, but not as it was sent.",
        "Start each process with the same PUSHER_ENCRYPTION_MASTER_KEY, and let no "
        "proxy change what it passes on.",
    )


def _quoted(text: object) -> str:
    """Somebody else's words in one line, without what may be a signature."""
    line = " ".join(str(text or "nothing more was said").split())
    return "“" + re.sub("[0-9a-fA-F]{32,}", "…", line)[:LONGEST_QUOTE].rstrip(".") + "”"
