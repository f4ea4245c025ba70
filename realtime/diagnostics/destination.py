"""Where browsers connect to, computed as in ``static/realtime/address.js``."""

import enum
import re
from dataclasses import dataclass

from realtime.config import ClientConfig
from realtime.endpoints import DEFAULT_PORTS

from .error import DiagnosticError

_PAGE = re.compile(
    r"(https?)://([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?/?"
)
_LOOPBACK = re.compile(r"localhost|127\.[0-9.]+|\[::1\]")


class Kind(enum.Enum):
    """Whose server it is. The settings that may be wrong depend on it."""

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
    origin: str

    @property
    def server(self) -> str:
        """For people: without the path, which has the key in it."""
        return f"{'wss' if self.is_secure else 'ws'}://{self.host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.server}{self.path}"

    @property
    def is_loopback(self) -> bool:
        return _LOOPBACK.fullmatch(self.host) is not None


def destination_of(config: ClientConfig, page: str) -> Destination:
    """Where a browser connects to from ``page``, an address such as
    ``https://board.example.org``. Raises DiagnosticError.
    """
    match = _PAGE.fullmatch(page)
    if not match or int(match[3] or 1) > 65_535:
        raise DiagnosticError(
            f"“{page}” is not the address of a web site.",
            "Give --url the address at which browsers open the pages, without a path, "
            "for example --url=https://board.example.org.",
        )
    scheme, host, port = match.groups()
    page_port = int(port or DEFAULT_PORTS[scheme])
    is_secure = scheme == "https" if config["forceTLS"] is None else config["forceTLS"]
    if scheme == "https" and not is_secure:
        raise DiagnosticError(
            f"Browsers refuse connections without TLS from a page of {page}.",
            "Set PUSHER_PUBLIC_SCHEME=https, and let a proxy end TLS in front of the "
            "live updates.",
        )
    return Destination(
        kind=_kind_of(config),
        host=config["wsHost"] or host,
        port=(config["wssPort"] if is_secure else config["wsPort"]) or page_port,
        is_secure=is_secure,
        path=f"{config['wsPath']}/app/{config['key']}?protocol=7",
        # Browsers omit the scheme's default port (RFC 6454, 6.2).
        origin=f"{scheme}://{host}"
        + ("" if page_port == DEFAULT_PORTS[scheme] else f":{page_port}"),
    )


def _kind_of(config: ClientConfig) -> Kind:
    if not config["wsHost"]:
        return Kind.EMBEDDED
    return Kind.HOSTED if config["cluster"] else Kind.SELF_HOSTED
