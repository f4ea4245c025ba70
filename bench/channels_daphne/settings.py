"""The least that this needs: no middleware, no database, nothing logged."""

SECRET_KEY = "benchmark only"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "bench.channels_daphne.urls"
ASGI_APPLICATION = "bench.channels_daphne.asgi.application"
INSTALLED_APPS = ["channels"]
MIDDLEWARE: list[str] = []
USE_TZ = True
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels.layers.InMemoryChannelLayer",
        # Its default of 100 would drop messages, and those cost nothing.
        "CONFIG": {"capacity": 1_000_000},
    }
}
