"""HTTP to Django, WebSockets to the consumer."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.channels_daphne.settings")
django_application = get_asgi_application()

from bench.channels_daphne.consumers import RoomConsumer  # noqa: E402 -- needs settings

application = ProtocolTypeRouter(
    {
        "http": django_application,
        "websocket": URLRouter([path("rooms/<str:room>/", RoomConsumer.as_asgi())]),
    }
)
