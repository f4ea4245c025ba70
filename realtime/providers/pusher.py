"""Pusher Channels: hosted, self-hosted, or the embedded server of this product.

Three forms of one provider, told apart by the settings alone: without credentials the
embedded server, with them hosted Pusher, with ``PUSHER_HOST`` besides any server that
speaks the protocol. The unmodified ``pusher`` package signs each request.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from pusher import Pusher

from realtime.backends import EmbeddedBackend, HttpBackend
from realtime.channels import PRESENCE_PREFIX, PRIVATE_PREFIX
from realtime.config import ClientConfig
from realtime.credentials import embedded_app
from realtime.delivery import Delivery, attempt
from realtime.events import ChannelMember, as_json
from realtime.server import App, running_server
from realtime.service import RealtimeService

# For connecting, and again for the answer. Nobody waits for it but the next event.
TIMEOUT_SECONDS = 2
DEFAULT_CLUSTER = "us2"
DEFAULT_PORTS = {"http": 80, "https": 443}
# What may stand between scheme and port; IPv6 stands in brackets there.
_HOST = r"[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]"


@dataclass(frozen=True)
class Endpoint:
    """A server that speaks the protocol, as one side reaches it."""

    scheme: str
    host: str
    port: int

    @property
    def is_secure(self) -> bool:
        return self.scheme == "https"

    @property
    def websocket_source(self) -> str:
        """As the Content-Security-Policy names it."""
        scheme = "wss" if self.is_secure else "ws"
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{scheme}://{self.host}{port}"


class PusherService(RealtimeService):
    """The provider ``pusher``. Options are the settings ``PUSHER_<NAME>``, as text.

    Empty counts as unset. ``port``, ``scheme`` and ``public_*`` belong to ``host``.
    """

    browser_scripts: ClassVar = ["vendor/pusher-js/pusher.min.js"]

    def __init__(
        self,
        *,
        app_id: str = "",
        key: str = "",
        secret: str = "",
        cluster: str = "",
        host: str = "",
        port: str = "",
        scheme: str = "",
        public_host: str = "",
        public_port: str = "",
        public_scheme: str = "",
        **options: object,
    ) -> None:
        super().__init__(**options)
        app = _app(app_id, key, secret)
        if host and app is None:
            raise ImproperlyConfigured(
                "PUSHER_HOST is set, but no credentials are. Set PUSHER_APP_ID, "
                "PUSHER_KEY and PUSHER_SECRET to those of that server, or unset "
                "PUSHER_HOST to use the embedded server."
            )
        if public_host and not host:
            raise ImproperlyConfigured(
                "PUSHER_PUBLIC_HOST is set, but PUSHER_HOST is not. Set PUSHER_HOST to "
                "where this server reaches the other one, or unset PUSHER_PUBLIC_HOST."
            )
        self.uses_embedded_server = app is None
        self._app = app or embedded_app()
        self._cluster = ""
        self._browsers: Endpoint | None = None
        if self.uses_embedded_server:
            server = _embedded_server()
        elif host:
            server = _endpoint("PUSHER", scheme or "https", host, port)
            self._browsers = _public(server, public_scheme, public_host, public_port)
        else:
            self._cluster = _checked_cluster(cluster or DEFAULT_CLUSTER)
            server = Endpoint("https", f"api-{self._cluster}.pusher.com", 443)
            self._browsers = Endpoint("https", f"ws-{self._cluster}.pusher.com", 443)
        self._pusher = Pusher(
            app_id=self._app.app_id,
            key=self._app.key,
            secret=self._app.secret,
            host=server.host,
            port=server.port,
            ssl=server.is_secure,
            timeout=TIMEOUT_SECONDS,
            backend=EmbeddedBackend if self.uses_embedded_server else HttpBackend,
        )
        self._delivery = Delivery()

    def trigger(self, channel: str, event_name: str, data: Mapping[str, Any]) -> None:
        """In process where this process holds the embedded server, else on a thread."""
        what = f"{event_name} on {channel}"
        send = partial(
            self._pusher.trigger,
            f"{PRIVATE_PREFIX}{channel}",
            event_name,
            as_json(data),
        )
        if self.uses_embedded_server and running_server():
            attempt(what, send)
        else:
            self._delivery.put(what, send)

    def get_client_config(self) -> ClientConfig:
        browsers = self._browsers
        return {
            "provider": "pusher",
            "key": self._app.key,
            "cluster": self._cluster,
            "wsHost": browsers.host if browsers else "",
            "wsPort": browsers.port if browsers else None,
            "wssPort": browsers.port if browsers else None,
            "wsPath": "",
            "forceTLS": browsers.is_secure if browsers else None,
            "authEndpoint": reverse("realtime-auth"),
        }

    def authorize(
        self, channel: str, socket_id: str, member: ChannelMember
    ) -> dict[str, str]:
        """Pusher Channels, auth signatures; presence channels also sign who it is."""
        who = {"user_id": member.user_id, "user_info": dict(member.user_info)}
        is_presence = channel.startswith(PRESENCE_PREFIX)
        answer: dict[str, str] = self._pusher.authenticate(
            channel, socket_id, who if is_presence else None
        )
        return answer

    def online_user_ids(self, channel: str) -> frozenset[str]:
        server = running_server() if self.uses_embedded_server else None
        if server is None:
            return frozenset()
        return server.online_user_ids(f"{PRESENCE_PREFIX}{channel}")

    def connect_sources(self) -> list[str]:
        return [self._browsers.websocket_source] if self._browsers else []

    def close(self) -> None:
        self._delivery.close()


def _app(app_id: str, key: str, secret: str) -> App | None:
    """The credentials, None where none is set."""
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
            f"PUSHER_APP_ID is “{app_id}”, but an app id is made of digits. Copy it "
            "from the app's keys; a self-hosted server must be given one of digits."
        )
    return App(app_id, key, secret)


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


def _public(server: Endpoint, scheme: str, host: str, port: str) -> Endpoint:
    """Where browsers reach a server: there too, but for what is said of them.

    Its port is no guide to them if they come by another scheme: a proxy is between.
    """
    scheme = scheme or server.scheme
    if not port and scheme == server.scheme:
        port = str(server.port)
    return _endpoint("PUSHER_PUBLIC", scheme, host or server.host, port)


def _embedded_server() -> Endpoint:
    """Where the process that holds the embedded server listens."""
    address: str = settings.REALTIME["SERVER_URL"]
    parts = re.fullmatch(f"(https?)://({_HOST})(?::([0-9]+))?/?", address)
    if not parts or not _is_port(parts[3] or "80"):
        raise ImproperlyConfigured(
            f"REALTIME_SERVER_URL is “{address}”. It must be an address without a "
            "path, such as http://127.0.0.1:8000."
        )
    scheme, host, port = parts.groups()
    return Endpoint(scheme, host, int(port or DEFAULT_PORTS[scheme]))


def _is_port(text: str) -> bool:
    return re.fullmatch("[0-9]{1,5}", text) is not None and 0 < int(text) < 65_536
