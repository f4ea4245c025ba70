"""The same job as the embedded server's, as a team with Django Channels would write it.

Runs under Daphne in .venv-bench, never in the product. Browsers connect to
``/rooms/<room>/``, and a POST to ``/rooms/<room>/events/`` is sent to all of them.
The settings are the least that this needs: no middleware, no database, nothing logged.
"""

import json
from typing import Any

import django
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    SECRET_KEY="benchmark only",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["channels"],
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels.layers.InMemoryChannelLayer",
            # Its default of 100 would drop messages, and those cost nothing.
            "CONFIG": {"capacity": 1_000_000},
        }
    },
)
django.setup()


class RoomConsumer(AsyncWebsocketConsumer):
    """A browser: it listens from the handshake on, and is sent what was built once."""

    async def connect(self) -> None:
        self.room: str = self.scope["url_route"]["kwargs"]["room"]
        await self.channel_layer.group_add(self.room, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(self.room, self.channel_name)

    async def room_event(self, event: dict[str, Any]) -> None:
        await self.send(text_data=event["text"])


async def publish(request: HttpRequest, room: str) -> HttpResponse:
    """The body is ``{"name", "data"}``, as Pusher's HTTP API has them."""
    event = json.loads(request.body)
    text = json.dumps({"event": event["name"], "channel": room, "data": event["data"]})
    await get_channel_layer().group_send(room, {"type": "room.event", "text": text})
    return HttpResponse(status=204)


urlpatterns = [path("rooms/<str:room>/events/", publish)]
application = ProtocolTypeRouter(
    {
        "http": get_asgi_application(),
        "websocket": URLRouter([path("rooms/<str:room>/", RoomConsumer.as_asgi())]),
    }
)
