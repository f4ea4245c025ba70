"""What a web process serves: Django, and the embedded server where it holds one."""

import asyncio

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from realtime import get_realtime_service
from realtime.server import METRICS_PATH, EmbeddedServer

from .wsgi_threads import Receive, Scope, Send, WsgiThreadPool


class Application:
    """Django in a few lasting threads, and the embedded server where there is one.

    Under Django's own ASGI handler each request would start a thread, and open a
    database connection in it; here both are kept. WebSockets do not come this way:
    uvicorn hands them to the embedded server's protocol class.
    """

    def __init__(self, embedded: EmbeddedServer | None = None) -> None:
        self._embedded = embedded
        self._web = WsgiThreadPool(
            get_wsgi_application(),
            settings.WEB_THREADS,
            settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._embedded and _is_realtime(scope):
            await self._embedded.asgi(scope, receive, send)
        elif scope["type"] == "lifespan":
            await _live(receive, send)
        else:
            await self._web(scope, receive, send)


def _is_realtime(scope: Scope) -> bool:
    if scope["type"] == "lifespan":
        return True
    path: str = scope["path"]
    # `/users/`: there the `pusher` package closes the connections of a user.
    return path.startswith(("/app/", "/apps/", "/users/")) or path == METRICS_PATH


async def _live(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    # uvicorn's workers die of the signal that stopped them, before Python could say
    # goodbye to the events that still wait.
    await asyncio.to_thread(get_realtime_service().close)
    await send({"type": "lifespan.shutdown.complete"})
