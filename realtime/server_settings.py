"""The embedded server, configured by the settings."""

import re

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from .credentials import embedded_app
from .server import App, EmbeddedServer, Limits


def build_embedded_server(app: App | None = None) -> EmbeddedServer:
    """For ``app``, or with the credentials that are derived from SECRET_KEY.

    Raises:
        ImproperlyConfigured: with a sentence that names the setting and the fix.
    """
    options = settings.REALTIME["SERVER"]
    check_options()
    return EmbeddedServer(
        app or embedded_app(),
        Limits(**options["limits"]),
        options["allowed_origins"],
        client_events=options["client_events"],
        subscription_counts=options["subscription_count"],
        webhook_url=options["webhook_url"],
        metrics=options["metrics"],
    )


def check_options() -> None:
    """Raise ImproperlyConfigured for options that the server cannot use."""
    options = settings.REALTIME["SERVER"]
    for name, limit in options["limits"].items():
        if limit < 0:
            raise ImproperlyConfigured(
                f"REALTIME_{name.upper()} is {limit}. It must be 0, for no limit, or "
                "more."
            )
    url = options["webhook_url"]
    if url and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", url):
        # The address is not quoted: a part of it may be secret.
        raise ImproperlyConfigured(
            "REALTIME_WEBHOOK_URL must be an address such as "
            "https://example.org/realtime/webhook/."
        )
