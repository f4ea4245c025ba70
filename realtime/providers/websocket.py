"""The embedded server, without a library in the browser."""

from typing import Any, ClassVar

from django.core.exceptions import ImproperlyConfigured

from .pusher import PusherService

# Of a server other than the embedded one; unused without its address.
_CREDENTIALS = ("app_id", "key", "secret", "cluster")


class WebSocketService(PusherService):
    """The provider ``websocket``: as ``pusher``, without pusher-js in the page.

    Credentials of hosted Pusher may stay set, and are ignored. With ``PUSHER_HOST`` it
    uses that server instead of the embedded one, for several web processes.
    """

    browser_driver: ClassVar = "websocket"
    browser_scripts: ClassVar = ()

    def __init__(
        self, *, host: str = "", encryption_master_key: str = "", **options: Any
    ) -> None:
        if encryption_master_key:
            raise ImproperlyConfigured(
                "PUSHER_ENCRYPTION_MASTER_KEY is set, but with "
                "REALTIME_PROVIDER=websocket browsers cannot decrypt. Unset it, or set "
                "REALTIME_PROVIDER=pusher."
            )
        if not host:
            options = {
                name: value
                for name, value in options.items()
                if name not in _CREDENTIALS
            }
        super().__init__(host=host, **options)
