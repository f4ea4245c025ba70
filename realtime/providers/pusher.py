"""Pusher Channels: hosted, self-hosted, or the embedded server of this product.

The settings decide which: without credentials it is the embedded server, with
credentials hosted Pusher, and with ``PUSHER_HOST`` as well any server that speaks the
protocol. With ``PUSHER_ENCRYPTION_MASTER_KEY`` none of them can read the events. The
unmodified ``pusher`` package signs and encrypts.
"""

import json
import logging
import threading
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import requests
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from pusher import Pusher
from pusher.errors import PusherBadRequest, PusherBadStatus

from realtime.channels import ENCRYPTED_PREFIX, PRESENCE_PREFIX, PRIVATE_PREFIX
from realtime.config import ClientConfig
from realtime.delivery import REFETCH, Delivery, EventRejectedError, OutgoingEvent
from realtime.endpoints import (
    ServerAddress,
    app_from_credentials,
    embedded_server_address,
    encryption_key,
    hosted_server_address,
    self_hosted_address,
)
from realtime.events import ChannelMember, as_json
from realtime.server import running_server
from realtime.service import RealtimeService

from .pusher_http import EmbeddedBackend, HttpBackend

# For connecting, and again for the response. Only the following events wait for it.
TIMEOUT_SECONDS = 2

logger = logging.getLogger(__name__)


class PusherService(RealtimeService):
    """The provider ``pusher``. Options are the settings ``PUSHER_<NAME>``, as text.

    Empty counts as unset. ``port``, ``scheme`` and ``public_*`` qualify ``host``.
    """

    browser_driver: ClassVar = "pusher"

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
        encryption_master_key: str = "",
        **options: object,
    ) -> None:
        super().__init__(**options)
        app = app_from_credentials(app_id, key, secret)
        if public_host and not host:
            raise ImproperlyConfigured(
                "PUSHER_PUBLIC_HOST is set, but PUSHER_HOST is not. Set PUSHER_HOST to "
                "where this server reaches the other one, or unset PUSHER_PUBLIC_HOST."
            )
        if host:
            server = self_hosted_address(
                app,
                host=host,
                port=port,
                scheme=scheme,
                public_host=public_host,
                public_port=public_port,
                public_scheme=public_scheme,
            )
        elif app:
            server = hosted_server_address(app, cluster)
        else:
            server = embedded_server_address()
        self._use(server, encryption_key(encryption_master_key))

    def _use(self, server: ServerAddress, encryption_key: str | None) -> None:
        self._server = server
        self.uses_embedded_server = server.is_embedded
        self._channel_prefix = ENCRYPTED_PREFIX if encryption_key else PRIVATE_PREFIX
        self._delivery = Delivery(self._send)
        self._pusher = Pusher(
            app_id=server.app.app_id,
            key=server.app.key,
            secret=server.app.secret,
            host=server.api_endpoint.host,
            port=server.api_endpoint.port,
            ssl=server.api_endpoint.is_secure,
            timeout=TIMEOUT_SECONDS,
            encryption_master_key_base64=encryption_key,
            backend=EmbeddedBackend if server.is_embedded else HttpBackend,
            count_retry=self._delivery.count_retry,
        )

    @property
    def browser_scripts(self) -> Sequence[str]:
        build = "pusher.min.js"
        if self._channel_prefix == ENCRYPTED_PREFIX:
            build = "pusher-with-encryption.min.js"
        return [f"vendor/pusher-js/{build}"]

    def trigger(self, channel: str, event_name: str, data: Mapping[str, Any]) -> None:
        """In process if this process runs the embedded server, else on a thread."""
        event = OutgoingEvent(channel, event_name, as_json(data))
        if self.uses_embedded_server and running_server():
            self._delivery.send_now(event)
        else:
            self._delivery.enqueue(event)

    def get_client_config(self) -> ClientConfig:
        browsers = self._server.browser_endpoint
        return {
            "provider": self.browser_driver,
            "key": self._server.app.key,
            "cluster": self._server.cluster,
            "wsHost": browsers.host if browsers else "",
            "wsPort": browsers.port if browsers else None,
            "wssPort": browsers.port if browsers else None,
            "wsPath": "",
            "forceTLS": browsers.is_secure if browsers else None,
            "authEndpoint": reverse("realtime-auth"),
            "channelPrefix": self._channel_prefix,
        }

    def authorize(
        self, channel: str, socket_id: str, member: ChannelMember
    ) -> dict[str, str]:
        """Pusher Channels, auth signatures. Presence channels also sign the member."""
        if channel.startswith(ENCRYPTED_PREFIX) != (
            self._channel_prefix == ENCRYPTED_PREFIX
        ) and not channel.startswith(PRESENCE_PREFIX):
            raise ValueError(f"Events are on {self._channel_prefix}… channels.")
        who = {"user_id": member.user_id, "user_info": dict(member.user_info)}
        is_presence = channel.startswith(PRESENCE_PREFIX)
        answer = self._pusher.authenticate(
            channel, socket_id, who if is_presence else None
        )
        # The package returns the shared secret of an encrypted channel as bytes.
        return {
            name: value.decode() if isinstance(value, bytes) else value
            for name, value in answer.items()
        }

    def read_webhook(
        self, headers: Mapping[str, str], body: bytes
    ) -> Sequence[Mapping[str, Any]] | None:
        """Pusher docs, webhooks: signed, and no more than five minutes old."""
        signature = headers.get("X-Pusher-Signature", "")
        # hmac.compare_digest, which the package uses, accepts only ASCII text.
        if not signature.isascii():
            return None
        try:
            webhook = self._pusher.validate_webhook(
                headers.get("X-Pusher-Key", ""), signature, body
            )
            return list(webhook["events"]) if webhook else None
        except (AttributeError, KeyError, TypeError, ValueError):
            # Not UTF-8, which the package decodes before it checks the signature; or
            # signed, but of an unexpected shape.
            return None

    def terminate_user(self, user_id: str) -> None:
        """At once in this process, else on a new thread: it is rarely needed."""
        if self.uses_embedded_server and running_server():
            self._terminate(user_id)
        else:
            threading.Thread(
                target=self._terminate, args=[user_id], name="realtime-terminate"
            ).start()

    def online_user_ids(self, channel: str) -> frozenset[str]:
        server = running_server() if self.uses_embedded_server else None
        if server is None:
            return frozenset()
        return server.online_user_ids(f"{PRESENCE_PREFIX}{channel}")

    def connect_sources(self) -> list[str]:
        browsers = self._server.browser_endpoint
        return [browsers.websocket_source] if browsers else []

    def status(self) -> Mapping[str, Any]:
        return {**super().status(), **self._delivery.status()}

    def close(self) -> None:
        self._delivery.close()

    def _send(self, events: Sequence[OutgoingEvent]) -> None:
        try:
            if len(events) == 1:
                self._send_one(events[0])
            else:
                self._send_batch(events)
        except (json.JSONDecodeError, requests.RequestException):
            # Both can be a ValueError, though the events are valid.
            raise
        except (PusherBadRequest, TypeError, ValueError) as error:
            raise EventRejectedError(str(error)) from error
        except PusherBadStatus as error:
            # If even a refetch is too large, the events' size is not the problem.
            is_large = any(event.name != REFETCH for event in events)
            if is_large and str(error).startswith("413"):
                raise EventRejectedError(str(error)) from error
            raise

    def _send_one(self, event: OutgoingEvent) -> None:
        self._pusher.trigger(self._wire_name(event.channel), event.name, event.data)

    def _send_batch(self, events: Sequence[OutgoingEvent]) -> None:
        self._pusher.trigger_batch(
            [
                {
                    "channel": self._wire_name(event.channel),
                    "name": event.name,
                    "data": event.data,
                }
                for event in events
            ]
        )

    def _terminate(self, user_id: str) -> None:
        try:
            self._pusher.terminate_user_connections(user_id)
        except Exception as error:  # noqa: BLE001 -- libraries raise anything
            # Not every server supports it.
            logger.warning("Connections could not be closed: %s", type(error).__name__)

    def _wire_name(self, channel: str) -> str:
        return f"{self._channel_prefix}{channel}"
