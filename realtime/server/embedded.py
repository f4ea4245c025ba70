"""The embedded server: Pusher's protocol 7 and HTTP API in the product's process."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from http import HTTPStatus
from typing import Any

from .api import (
    ACCEPTED,
    Command,
    HttpApi,
    RequestRejectedError,
    Response,
    error_response,
)
from .app import App
from .http import http_protocol_class
from .hub import Hub
from .limits import Limits, exceeds
from .webhooks import Webhooks, make_post
from .websocket import SWEEP_SECONDS, WebSockets

# How long another thread waits for an answer of the loop, which may be stuck.
THREAD_TIMEOUT_SECONDS = 5
# Pusher docs, subscription counting: for channels with more than 100 subscribers.
DEFERRED_COUNTS_SECONDS = 5
HEALTH_PATH, METRICS_PATH = "/healthz", "/metrics"
GAUGES = ("connections", "channels", "cached_events")
JSON, PLAIN_TEXT = b"application/json", b"text/plain; version=0.0.4"

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_running: "EmbeddedServer | None" = None


def running_server() -> "EmbeddedServer | None":
    """The embedded server of this process, None if there is none."""
    return _running


class EmbeddedServer:
    """The server of one app: WebSockets and the HTTP API.

    uvicorn's option ``ws`` is ``websocket_protocol_class``, its app is ``asgi``, or an
    app that passes ``/app/``, ``/apps/`` and the lifespan on to it. The option ``http``
    may be ``http_protocol_class``, which has a fast path for triggers.

    ``allowed_origins`` are full origins such as ``https://board.example``, or ``*`` for
    any; by default pages of the server's own host may connect. ``client_events`` lets
    browsers send events to each other, ``subscription_counts`` sends them the number of
    subscribers, ``webhook_url`` receives webhooks, and ``metrics`` serves ``/metrics``.
    """

    def __init__(
        self,
        app: App,
        limits: Limits | None = None,
        allowed_origins: Collection[str] = (),
        *,
        client_events: bool = False,
        subscription_counts: bool = False,
        webhook_url: str = "",
        metrics: bool = False,
    ) -> None:
        self.limits = limits or Limits()
        self.is_stopping = False
        self._webhooks = Webhooks(app, make_post(webhook_url)) if webhook_url else None
        self._hub = Hub(
            self.limits,
            schedule=_schedule_in_next_turn,
            on_webhook_event=self._webhooks.enqueue if self._webhooks else None,
            counts_subscriptions=subscription_counts,
            relays_client_events=client_events,
        )
        self._shows_metrics = metrics
        self._api = HttpApi(app, self._hub, self.limits)
        self._websockets = WebSockets(app, self._hub, self.limits, allowed_origins)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sweep_timer: asyncio.TimerHandle | None = None
        self._counts_timer: asyncio.TimerHandle | None = None

    @property
    def websocket_protocol_class(self) -> type[asyncio.Protocol]:
        return self._websockets.protocol_class

    @property
    def http_protocol_class(self) -> type[asyncio.Protocol]:
        return http_protocol_class(self._api, self.limits.request_bytes)

    def start(self) -> None:
        """Become the server of this process, in the thread of the running loop."""
        global _running
        self._loop = asyncio.get_running_loop()
        self._sweep()
        self._send_deferred_counts()
        if self._webhooks:
            self._webhooks.start()
        _running = self

    def stop(self) -> None:
        """Cease to be it. uvicorn has closed the connections already (1012)."""
        global _running
        self.begin_stopping()
        for timer in (self._sweep_timer, self._counts_timer):
            if timer:
                timer.cancel()
        if self._webhooks:
            self._webhooks.stop()
        self._loop = None
        if _running is self:
            _running = None

    def begin_stopping(self) -> None:
        """Make the health check fail, so that a load balancer stops routing here."""
        self.is_stopping = True

    def status(self) -> dict[str, int]:
        """Counters since the start, and gauges. Thread-safe, no secret."""
        numbers = {
            "connections": len(self._websockets.connected),
            "channels": len(self._hub.channels),
            "cached_events": len(self._hub.cache),
            "connections_accepted": self._websockets.accepted,
            "connections_refused": self._websockets.refused,
            "connections_cut_off": self._websockets.cut_off,
            "messages_received": self._websockets.messages_received,
            "events_published": self._hub.published,
            "events_delivered": self._hub.delivered,
        }
        if self._webhooks:
            numbers["webhook_events_sent"] = self._webhooks.sent
            numbers["webhook_events_lost"] = self._webhooks.failed
        return numbers

    def handle(self, method: str, path: str, query: str, body: bytes) -> Response:
        """Answer a signed request of the HTTP API, in the loop's thread."""
        return self._api.handle(method, path, query, body)

    def call_from_thread(
        self, method: str, path: str, query: str, body: bytes
    ) -> Response:
        """As ``handle``, from any other thread.

        A request that only publishes is checked here and answered at once; the loop
        carries it out in its next turn, in the order of the calls. Any other waits for
        the loop.
        """
        try:
            command = self._api.read(method, path, query, body)
        except RequestRejectedError as rejection:
            return rejection.response
        loop = self._loop
        if loop is None:
            return error_response(
                HTTPStatus.SERVICE_UNAVAILABLE, "The server is not running"
            )
        try:
            if not command.returns_data:
                loop.call_soon_threadsafe(command.run)
                return ACCEPTED
            answer = asyncio.run_coroutine_threadsafe(self._run(command), loop)
            return answer.result(THREAD_TIMEOUT_SECONDS)
        except (RuntimeError, TimeoutError):
            # The loop was closed meanwhile, or is stuck.
            return error_response(
                HTTPStatus.SERVICE_UNAVAILABLE, "The server is stopping"
            )

    def online_user_ids(self, channel_name: str) -> frozenset[str]:
        """The users on a presence channel, by its name on the wire. Thread-safe."""
        return self._hub.user_ids(channel_name)

    async def asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The HTTP API, and the lifespan during which the server runs."""
        if scope["type"] == "lifespan":
            await self._run_lifespan(receive, send)
        elif scope["type"] == "http":
            if scope["path"] == METRICS_PATH and self._shows_metrics:
                await _send(Response(HTTPStatus.OK, self._metrics()), send, PLAIN_TEXT)
            else:
                await _send(await self._respond(scope, receive), send)

    async def _run_lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        self.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _respond(self, scope: Scope, receive: Receive) -> Response:
        if scope["path"].startswith("/app/"):
            return error_response(
                HTTPStatus.UPGRADE_REQUIRED, "Connect to this address by WebSocket"
            )
        if scope["path"] == HEALTH_PATH:
            return self._health()
        return self.handle(
            scope["method"],
            scope["path"],
            scope["query_string"].decode("latin-1"),
            await self._body(receive),
        )

    def _health(self) -> Response:
        if self.is_stopping:
            body = {"status": "stopping"}
            return Response(HTTPStatus.SERVICE_UNAVAILABLE, json.dumps(body).encode())
        answer = {"status": "ok", "server": self.status()}
        return Response(HTTPStatus.OK, json.dumps(answer).encode())

    def _metrics(self) -> bytes:
        """Prometheus' text format, version 0.0.4."""
        lines = [
            f"# TYPE realtime_{name} {_metric_type(name)}\nrealtime_{name} {number}\n"
            for name, number in self.status().items()
        ]
        return "".join(lines).encode()

    async def _body(self, receive: Receive) -> bytes:
        """The request's body; of one that exceeds the limit, only the beginning."""
        body = bytearray()
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body") or exceeds(
                len(body), self.limits.request_bytes
            ):
                return bytes(body)

    async def _run(self, command: Command) -> Response:
        return self._api.run(command)

    def _sweep(self) -> None:
        self._sweep_timer = asyncio.get_running_loop().call_later(
            SWEEP_SECONDS, self._sweep
        )
        self._websockets.sweep()
        self._hub.cache.forget_expired()

    def _send_deferred_counts(self) -> None:
        self._counts_timer = asyncio.get_running_loop().call_later(
            DEFERRED_COUNTS_SECONDS, self._send_deferred_counts
        )
        self._hub.send_deferred_counts()


def _schedule_in_next_turn(flush: Callable[[], None]) -> None:
    """Call it at the end of the loop's next turn, not of this one: requests that arrive
    meanwhile are read first, and their events share the write.
    """
    loop = asyncio.get_running_loop()
    loop.call_soon(loop.call_soon, flush)


def _metric_type(name: str) -> str:
    """Prometheus' type: a counter only increases."""
    return "gauge" if name in GAUGES else "counter"


async def _send(response: Response, send: Send, content_type: bytes = JSON) -> None:
    headers = [
        (b"content-type", content_type),
        (b"content-length", b"%d" % len(response.body)),
    ]
    if response.status == HTTPStatus.UPGRADE_REQUIRED:
        headers.append((b"upgrade", b"websocket"))
    await send(
        {
            "type": "http.response.start",
            "status": response.status,
            "headers": headers,
        }
    )
    await send({"type": "http.response.body", "body": response.body})
