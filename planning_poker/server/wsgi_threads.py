"""Django's WSGI handler in a few lasting threads, as an ASGI application.

A request goes to its thread whole and comes back whole, so that loop and thread meet
twice. a2wsgi's own middleware passes each message on by itself, and they meet five
times for a vote: that took an eighth of its time.
"""

import asyncio
import io
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

from a2wsgi.wsgi import build_environ

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


class WsgiThreadPool:
    """``longest_body`` is in bytes. The rest of a longer one stays unread, since the
    application refuses it by its length; of one that breaks off nothing is done.
    """

    def __init__(self, application: Any, threads: int, longest_body: int) -> None:
        self._application = application
        self._longest_body = longest_body
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="web")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body: bytes | None = b""
        length = _announced_length(scope)
        if length is None or 0 < length <= self._longest_body:
            body = await _whole_body(receive, self._longest_body)
        if body is None:
            return
        # a2wsgi spells out each message of ASGI; uvicorn's are all that arrive here.
        environ: Any = build_environ(cast(Any, scope), cast(Any, io.BytesIO(body)))
        if length is None:
            # Django reads as much as is announced, and so nothing of chunks.
            environ["CONTENT_LENGTH"] = str(len(body))
        status, headers, content = await asyncio.get_running_loop().run_in_executor(
            self._threads, self._answer, environ
        )
        await send(
            {"type": "http.response.start", "status": status, "headers": headers}
        )
        await send({"type": "http.response.body", "body": content})

    def _answer(self, environ: dict[str, Any]) -> tuple[int, Headers, bytes]:
        started: list[tuple[int, Headers]] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], error: object = None
        ) -> None:
            encoded = [
                (name.lower().encode("latin-1"), value.encode("latin-1"))
                for name, value in headers
            ]
            started.append((int(status[:3]), encoded))

        answer: Iterable[bytes] = self._application(environ, start_response)
        try:
            content = b"".join(answer)
        finally:
            # Django ends the request here: signals, files, connections (PEP 3333).
            if close := getattr(answer, "close", None):
                close()
        [(status, headers)] = started
        return status, headers, content


def _announced_length(scope: Scope) -> int | None:
    """Of the body, in bytes; None where it comes in chunks."""
    headers = dict(scope["headers"])
    if b"transfer-encoding" in headers:
        return None
    length = headers.get(b"content-length", b"")
    return int(length) if length.isdigit() else 0


async def _whole_body(receive: Receive, longest: int) -> bytes | None:
    """Of a longer one, more than ``longest`` bytes. None if whoever sends it goes away
    in the middle: half a card is no card.
    """
    body = bytearray()
    while len(body) <= longest:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return bytes(body)
