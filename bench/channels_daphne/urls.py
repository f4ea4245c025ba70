"""The one address for publishing."""

import json

from channels.layers import get_channel_layer
from django.http import HttpRequest, HttpResponse
from django.urls import path


async def publish(request: HttpRequest, room: str) -> HttpResponse:
    """Tell a room; the body is ``{"name", "data"}`` as Pusher's HTTP API has them.

    The text is built once for everybody, which is the least work.
    """
    event = json.loads(request.body)
    text = json.dumps({"event": event["name"], "channel": room, "data": event["data"]})
    await get_channel_layer().group_send(room, {"type": "room.event", "text": text})
    return HttpResponse(status=204)


urlpatterns = [path("rooms/<str:room>/events/", publish)]
