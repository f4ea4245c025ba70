"""The settings. Each comes from the environment; the environment wins over ``.env``.

This file only parses: what a value means, and whether it is a good one, is known to the
app that uses it and said by that app's system check. Every variable named here stands
in ``.env.example`` with its meaning and default (a test compares the two).
"""

import os
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from web.addresses import network_address, own_hosts

BASE_DIR = Path(__file__).resolve().parent.parent


class Environment(environ.Env):
    """The environment, where a value of the wrong kind is a sentence."""

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().get_value(var, *args, **kwargs)
        except ValueError as error:
            # Not the value: it may hold a password.
            raise ImproperlyConfigured(
                f"{var} cannot be understood. docs/setup.md says what it may be."
            ) from error


env = Environment()
if os.environ.get("READ_DOT_ENV", "on") != "off":
    env.read_env(BASE_DIR / ".env")

SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. `make run` writes a .env with a fresh one; elsewhere "
        "set the variable SECRET_KEY to at least 50 random characters and keep it."
    )

DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = [*own_hosts(), *env.list("ALLOWED_HOSTS", default=[])]
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    USE_X_FORWARDED_HOST = True

HOST = env.str("HOST", default="0.0.0.0")  # noqa: S104 -- the team joins over the network
PORT = env.int("PORT", default=8000)

# Where others in the network reach this server, None when they cannot (an invitation
# opened as localhost is sent out with this address).
LISTENS_TO_ITSELF_ONLY = HOST in {"localhost", "::1"} or HOST.startswith("127.")
NETWORK_ADDRESS = None if LISTENS_TO_ITSELF_ONLY else network_address()

INSTALLED_APPS = [
    "planning_poker",
    "voting",
    "tasks",
    "sessions",
    "realtime",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "planning_poker.middleware.CspMiddleware",
    "planning_poker.middleware.TlsMiddleware",
    "planning_poker.middleware.RefusalMiddleware",
    "planning_poker.middleware.AdminSessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "planning_poker.middleware.RequestShapeMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "planning_poker.middleware.AdminAuthenticationMiddleware",
    "planning_poker.middleware.AdminMessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "planning_poker.urls"
WSGI_APPLICATION = "planning_poker.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")
}
ON_SQLITE = DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
if ON_SQLITE:
    DATABASES["default"]["OPTIONS"] = {
        # The session row is locked by being first to write: SQLite has no row locks.
        "transaction_mode": "IMMEDIATE",
        # Seconds for a lock. Browsers wait 10 for an answer: a refusal reaches them.
        "timeout": 8,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
DATABASES["default"].setdefault("CONN_MAX_AGE", None if ON_SQLITE else 60)
# A database that was restarted costs nobody a request.
DATABASES["default"].setdefault("CONN_HEALTH_CHECKS", not ON_SQLITE)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# On SQLite one thread: writers that wait for each other inside SQLite back off for
# up to 100 ms at a time, so four threads are slower than a queue in front of one.
WEB_THREADS = env.int("WEB_THREADS", default=1 if ON_SQLITE else 4)

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "planning_poker.static_files.HashedStaticFiles"},
}

CSRF_FAILURE_VIEW = "planning_poker.views.csrf_failure"
SESSION_COOKIE_NAME = "admin"
# Bodies over this are refused with 413 (planning_poker/middleware.py).
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DEFAULT_EXCEPTION_REPORTER_FILTER = "planning_poker.error_reports.ErrorReportFilter"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = None  # TlsMiddleware sends it where it holds.
X_FRAME_OPTIONS = "DENY"

PUSHER = {
    "app_id": env.str("PUSHER_APP_ID", default=""),
    "key": env.str("PUSHER_KEY", default=""),
    "secret": env.str("PUSHER_SECRET", default=""),
    "cluster": env.str("PUSHER_CLUSTER", default="us2"),
    "host": env.str("PUSHER_HOST", default=""),
    "port": env.str("PUSHER_PORT", default=""),
    "scheme": env.str("PUSHER_SCHEME", default=""),
    "public_host": env.str("PUSHER_PUBLIC_HOST", default=""),
    "public_port": env.str("PUSHER_PUBLIC_PORT", default=""),
    "public_scheme": env.str("PUSHER_PUBLIC_SCHEME", default=""),
    "encryption_master_key": env.str("PUSHER_ENCRYPTION_MASTER_KEY", default=""),
}
REALTIME = {
    "PROVIDER": env.str("REALTIME_PROVIDER", default="pusher"),
    # By provider; one's own provider (a dotted path) gets REALTIME_OPTIONS, JSON.
    "OPTIONS": {"pusher": PUSHER, "websocket": PUSHER},
    "CUSTOM_OPTIONS": env.str("REALTIME_OPTIONS", default=""),
    # Where a process that does not hold the embedded server reaches it.
    "SERVER_URL": env.str("REALTIME_SERVER_URL", default=f"http://127.0.0.1:{PORT}"),
    # The embedded server (realtime/server/).
    "SERVER": {
        "allowed_origins": env.list("REALTIME_ALLOWED_ORIGINS", default=[]),
        "client_events": env.bool("REALTIME_CLIENT_EVENTS", default=False),
        "subscription_count": env.bool("REALTIME_SUBSCRIPTION_COUNT", default=False),
        "webhook_url": env.str("REALTIME_WEBHOOK_URL", default=""),
        "metrics": env.bool("REALTIME_METRICS", default=False),
        "limits": {
            "channel_name_length": env.int("REALTIME_CHANNEL_NAME_LENGTH", default=164),
            "event_name_length": env.int("REALTIME_EVENT_NAME_LENGTH", default=200),
            "data_bytes": env.int("REALTIME_DATA_BYTES", default=10_240),
            "channels_per_trigger": env.int(
                "REALTIME_CHANNELS_PER_TRIGGER", default=100
            ),
            "events_per_batch": env.int("REALTIME_EVENTS_PER_BATCH", default=10),
            "request_bytes": env.int("REALTIME_REQUEST_BYTES", default=1_000_000),
            "presence_members": env.int("REALTIME_PRESENCE_MEMBERS", default=100),
            "presence_user_info_bytes": env.int(
                "REALTIME_PRESENCE_USER_INFO_BYTES", default=1_024
            ),
            "presence_user_id_length": env.int(
                "REALTIME_PRESENCE_USER_ID_LENGTH", default=128
            ),
            "frame_bytes": env.int("REALTIME_FRAME_BYTES", default=10_000),
            "channels_per_connection": env.int(
                "REALTIME_CHANNELS_PER_CONNECTION", default=100
            ),
            "connections_per_address": env.int(
                "REALTIME_CONNECTIONS_PER_ADDRESS", default=10_000
            ),
            "connections": env.int("REALTIME_CONNECTIONS", default=0),
            "connects_per_second_and_address": env.int(
                "REALTIME_CONNECTS_PER_SECOND_AND_ADDRESS", default=0
            ),
            "frames_per_second": env.int("REALTIME_FRAMES_PER_SECOND", default=0),
            "triggers_per_second": env.int("REALTIME_TRIGGERS_PER_SECOND", default=0),
            "client_events_per_second": env.int(
                "REALTIME_CLIENT_EVENTS_PER_SECOND", default=10
            ),
            "cache_seconds": env.int("REALTIME_CACHE_SECONDS", default=1_800),
            "cached_channels": env.int("REALTIME_CACHED_CHANNELS", default=10_000),
            "unsent_bytes": env.int("REALTIME_UNSENT_BYTES", default=1_048_576),
        },
    },
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname:7} {name}: {message}", "style": "{"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        # A refused request is an everyday thing (404, 409): the access line tells it.
        "django.request": {"level": "ERROR"},
        "django.security.csrf": {"level": "ERROR"},
        # At DEBUG it writes down whole addresses: others could send them again, signed.
        "urllib3": {"level": "INFO"},
    },
}
