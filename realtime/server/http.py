"""uvicorn's HTTP protocol class, with a fast path for the HTTP API.

A POST to ``/apps/`` is answered here, in one write, as soon as its body is complete.
ASGI's task, scope and two writes took most of a trigger's time. All other requests go
to ASGI. Any request that is not complete in time is dropped with its connection.
"""

import asyncio
import logging
from http import HTTPStatus
from typing import Any, ClassVar, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .api import HttpApi, error_response
from .limits import exceeds

PATHS = b"/apps/"
HEAD = (
    "HTTP/1.1 {status} {phrase}\r\n"
    "content-type: application/json\r\ncontent-length: {length}\r\n{close}\r\n"
)

# The default of nginx for headers (client_header_timeout); uvicorn waits for ever.
REQUEST_TIMEOUT_SECONDS = 60

logger = logging.getLogger("realtime.server")


class RequestTimeoutHttpProtocol(HttpToolsProtocol):
    """Closes a connection whose request is not complete in time."""

    _request_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast(asyncio.Transport, transport))
        self._start_request_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_request_timer()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._start_request_timer()

    def on_message_complete(self) -> None:
        self._stop_request_timer()
        super().on_message_complete()

    def _start_request_timer(self) -> None:
        if not self._request_timer:
            self._request_timer = self.loop.call_later(
                REQUEST_TIMEOUT_SECONDS, self.transport.abort
            )

    def _stop_request_timer(self) -> None:
        if self._request_timer:
            self._request_timer.cancel()
            self._request_timer = None


def http_protocol_class(api: HttpApi, max_body_bytes: int) -> type[HttpToolsProtocol]:
    """``api`` refuses a body of more than ``max_body_bytes`` before it is complete.

    0 means no limit.
    """
    attributes = {"api": api, "max_body_bytes": max_body_bytes}
    return type("EmbeddedHttp", (ApiHttpProtocol,), attributes)


class ApiHttpProtocol(RequestTimeoutHttpProtocol):
    """Answers each POST to the API itself."""

    api: ClassVar[HttpApi]
    max_body_bytes: ClassVar[int]

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        # The body so far, of a request that is answered here.
        self._body: bytearray | None = None
        self._is_answered = False

    def on_headers_complete(self) -> None:
        if self._takes_fast_path():
            self._body = bytearray()
            self._is_answered = False
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if self._body is None:
            super().on_body(body)
        elif not self._is_answered:
            self._body += body
            if exceeds(len(self._body), self.max_body_bytes):
                self._answer(self._body)

    def on_message_complete(self) -> None:
        if self._body is None:
            super().on_message_complete()
            return
        self._stop_request_timer()
        if not self._is_answered:
            self._answer(self._body)
        self._body = None

    def _answer(self, body: bytearray) -> None:
        self._is_answered = True
        path, _, query = self.url.decode("latin-1").partition("?")
        try:
            response = self.api.handle("POST", path, query, bytes(body))
        except Exception:
            # The parser would report a malformed request, and swallow the exception.
            logger.exception("A request to the HTTP API failed")
            response = error_response(
                HTTPStatus.INTERNAL_SERVER_ERROR, "Internal server error"
            )
        is_kept = self.parser.should_keep_alive()
        head = HEAD.format(
            status=int(response.status),
            phrase=HTTPStatus(response.status).phrase,
            length=len(response.body),
            close="" if is_kept else "connection: close\r\n",
        )
        self.transport.write(head.encode() + response.body)
        if not is_kept:
            self.transport.close()
        self.on_response_complete()

    def _takes_fast_path(self) -> bool:
        """Not while an earlier response is due, or the client reads none."""
        return (
            self.url.startswith(PATHS)
            and self.parser.get_method() == b"POST"
            and not self.parser.should_upgrade()
            and not self.expect_100_continue
            and not self.flow.write_paused
            and (self.cycle is None or self.cycle.response_complete)
        )
