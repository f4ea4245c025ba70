"""The address and the credentials of a server of the Pusher protocol."""

import base64
import binascii
import re
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from .credentials import embedded_app
from .server import App

DEFAULT_CLUSTER = "us2"
DEFAULT_PORTS = {"http": 80, "https": 443}
ENCRYPTION_KEY_BYTES = 32
# The host of a URL; an IPv6 address is in brackets.
_HOST = r"[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]"


@dataclass(frozen=True)
class Endpoint:
    """One of a server's addresses."""

    scheme: str
    host: str
    port: int

    @property
    def is_secure(self) -> bool:
        return self.scheme == "https"

    @property
    def websocket_source(self) -> str:
        """As a source of the Content-Security-Policy."""
        scheme = "wss" if self.is_secure else "ws"
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{scheme}://{self.host}{port}"


@dataclass(frozen=True)
class ServerAddress:
    """Where this process publishes, and where browsers connect.

    A ``browser_endpoint`` of None is the host of the page; ``cluster`` is set for
    hosted Pusher only.
    """

    app: App
    api_endpoint: Endpoint
    browser_endpoint: Endpoint | None
    cluster: str = ""

    @property
    def is_embedded(self) -> bool:
        return self.browser_endpoint is None


def embedded_server_address() -> ServerAddress:
    """The embedded server, at the address of the process that runs it."""
    address: str = settings.REALTIME["SERVER_URL"]
    parts = re.fullmatch(f"(https?)://({_HOST})(?::([0-9]+))?/?", address)
    if not parts or not _is_port(parts[3] or "80"):
        raise ImproperlyConfigured(
            f"REALTIME_SERVER_URL is “{address}”. It must be an address without a "
            "path, such as http://127.0.0.1:8000."
        )
    scheme, host, port = parts.groups()
    endpoint = Endpoint(scheme, host, int(port or DEFAULT_PORTS[scheme]))
    return ServerAddress(embedded_app(), endpoint, browser_endpoint=None)


def hosted_server_address(app: App, cluster: str) -> ServerAddress:
    """Hosted Pusher, in one of its clusters."""
    cluster = _checked_cluster(cluster or DEFAULT_CLUSTER)
    return ServerAddress(
        app,
        api_endpoint=Endpoint("https", f"api-{cluster}.pusher.com", 443),
        browser_endpoint=Endpoint("https", f"ws-{cluster}.pusher.com", 443),
        cluster=cluster,
    )


def self_hosted_address(
    app: App | None,
    *,
    host: str,
    port: str,
    scheme: str,
    public_host: str,
    public_port: str,
    public_scheme: str,
) -> ServerAddress:
    """The operator's own server at PUSHER_HOST."""
    if app is None:
        raise ImproperlyConfigured(
            "PUSHER_HOST is set, but no credentials are. Set PUSHER_APP_ID, "
            "PUSHER_KEY and PUSHER_SECRET to those of that server, or unset "
            "PUSHER_HOST to use the embedded server."
        )
    api_endpoint = _endpoint("PUSHER", scheme or "https", host, port)
    browser_endpoint = _public_endpoint(
        api_endpoint, public_scheme, public_host, public_port
    )
    return ServerAddress(app, api_endpoint, browser_endpoint)


def app_from_credentials(app_id: str, key: str, secret: str) -> App | None:
    """The app, None where no credential is set."""
    given = {"PUSHER_APP_ID": app_id, "PUSHER_KEY": key, "PUSHER_SECRET": secret}
    missing = [name for name, text in given.items() if not text]
    if len(missing) == len(given):
        return None
    if missing:
        raise ImproperlyConfigured(
            f"{' and '.join(missing)} must be set too. A Pusher account needs all of "
            f"{', '.join(given)}; without any of them the embedded server is used."
        )
    if not re.fullmatch("[0-9]+", app_id):
        raise ImproperlyConfigured(
            f"PUSHER_APP_ID is “{app_id}”, but an app id consists of digits. Copy it "
            "from the app's keys; give a self-hosted server one of digits."
        )
    return App(app_id, key, secret)


def encryption_key(text: str) -> str | None:
    """PUSHER_ENCRYPTION_MASTER_KEY, None where it is not set. No error quotes it."""
    if not text:
        return None
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != ENCRYPTION_KEY_BYTES:
        raise ImproperlyConfigured(
            f"PUSHER_ENCRYPTION_MASTER_KEY must be {ENCRYPTION_KEY_BYTES} random bytes "
            "in base64. `openssl rand -base64 32` prints such a key."
        )
    return text


def _checked_cluster(cluster: str) -> str:
    if not re.fullmatch("[a-z0-9-]+", cluster):
        raise ImproperlyConfigured(
            f"PUSHER_CLUSTER is “{cluster}”. It must be the cluster's short name, such "
            "as us2 or eu; the app's keys name it."
        )
    return cluster


def _endpoint(prefix: str, scheme: str, host: str, port: str) -> Endpoint:
    if scheme not in DEFAULT_PORTS:
        raise ImproperlyConfigured(
            f"{prefix}_SCHEME is “{scheme}”. It must be http or https."
        )
    if not re.fullmatch(_HOST, host):
        raise ImproperlyConfigured(
            f"{prefix}_HOST is “{host}”. It must be a name or an address alone, such "
            f"as live.example.org; {prefix}_PORT and {prefix}_SCHEME say the rest."
        )
    if port and not _is_port(port):
        raise ImproperlyConfigured(
            f"{prefix}_PORT is “{port}”. It must be a number from 1 to 65535."
        )
    return Endpoint(scheme, host, int(port or DEFAULT_PORTS[scheme]))


def _public_endpoint(server: Endpoint, scheme: str, host: str, port: str) -> Endpoint:
    """Where browsers reach ``server``, which is the default for each part.

    Another scheme means that a proxy is in between, with a port of its own.
    """
    scheme = scheme or server.scheme
    if not port and scheme == server.scheme:
        port = str(server.port)
    return _endpoint("PUSHER_PUBLIC", scheme, host or server.host, port)


def _is_port(text: str) -> bool:
    return re.fullmatch("[0-9]{1,5}", text) is not None and 0 < int(text) < 65_536
