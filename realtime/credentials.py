"""The credentials of the embedded server."""

import hmac

from django.conf import settings

from .server import App


def embedded_app() -> App:
    """Derived from SECRET_KEY: the same in each process, without any set-up.

    The app id consists of digits: the ``pusher`` package accepts nothing else.
    """
    return App(
        app_id=str(int(_derive("app id")[:8], 16)),
        key=_derive("key")[:20],
        secret=_derive("secret")[:40],
    )


def _derive(name: str) -> str:
    label = f"realtime embedded server {name}".encode()
    return hmac.digest(settings.SECRET_KEY.encode(), label, "sha256").hex()
