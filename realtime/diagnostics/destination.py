"""Where browsers connect to, worked out as they do (``static/realtime/address.js``)."""

import enum
import ipaddress
import re
from dataclasses import dataclass

from django.conf import settings

from realtime.config import ClientConfig
from realtime.endpoints import DEFAULT_PORTS

from .error import DiagnosticError

_PAGE = re.compile(
    r"(https?)://([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?/?"
)


class Kind(enum.Enum):
    """Whose server it is; the settings that may be wrong differ."""

    EMBEDDED = "the embedded server"
    HOSTED = "hosted Pusher"
    SELF_HOSTED = "the server of PUSHER_HOST"


@dataclass(frozen=True)
class Destination:
    """A WebSocket's address, and the ``origin`` of the page that opens it."""

    kind: Kind
    host: str
    port: int
    is_secure: bool
    path: str
    key: str
    origin: str

    @property
    def server(self) -> str:
        """As a person writes it, without the path and its key."""
        scheme = "wss" if self.is_secure else "ws"
        return f"{scheme}://{self.host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.server}{self.path}/app/{self.key}?protocol=7"

    @property
    def is_on_this_machine_alone(self) -> bool:
        return self.host == "localhost" or _is_loopback(self.host)

    @property
    def publishes_to(self) -> str:
        """Which server events are sent to, by the setting that says it."""
        options = settings.REALTIME["OPTIONS"]["pusher"]
        match self.kind:
            case Kind.EMBEDDED:
                return f"REALTIME_SERVER_URL ({settings.REALTIME['SERVER_URL']})"
            case Kind.HOSTED:
                return f"PUSHER_CLUSTER ({options['cluster']})"
            case Kind.SELF_HOSTED:
                port = (
                    f" and PUSHER_PORT ({options['port']})" if options["port"] else ""
                )
                return f"PUSHER_HOST ({options['host']}){port}"


def destination_of(config: ClientConfig, page: str) -> Destination:
    """Where a browser connects to from ``page``, an address such as
    ``https://poker.example.org``. Raises DiagnosticError.
    """
    match = _PAGE.fullmatch(page)
    if not match or int(match[3] or 1) not in range(1, 65_536):
        raise DiagnosticError(
            f"“{page}” is no address of the pages.",
            "Give --url the address under which browsers open them, without a path, "
            "for example --url=https://poker.example.org.",
        )
    scheme, page_host, page_port = match.groups()
    own_port = int(page_port or DEFAULT_PORTS[scheme])
    page_is_secure = scheme == "https"
    is_secure = page_is_secure if config["forceTLS"] is None else config["forceTLS"]
    if page_is_secure and not is_secure:
        raise DiagnosticError(
            f"Browsers let no page of {page} connect without TLS.",
            "Set PUSHER_PUBLIC_SCHEME=https, and let a proxy end TLS in front of the "
            "live updates.",
        )
    port = config["wssPort"] if is_secure else config["wsPort"]
    return Destination(
        kind=_kind_of(config),
        host=config["wsHost"] or page_host,
        port=port or own_port,
        is_secure=is_secure,
        path=config["wsPath"],
        key=config["key"],
        origin=_origin(scheme, page_host, own_port),
    )


def _kind_of(config: ClientConfig) -> Kind:
    if not config["wsHost"]:
        return Kind.EMBEDDED
    return Kind.HOSTED if config["cluster"] else Kind.SELF_HOSTED


def _origin(scheme: str, host: str, port: int) -> str:
    """As browsers write it: without the scheme's own port (RFC 6454, 6.2)."""
    own = port == DEFAULT_PORTS[scheme]
    return f"{scheme}://{host}" if own else f"{scheme}://{host}:{port}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
