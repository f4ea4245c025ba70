"""The product's own settings, with an environment that no machine can change.

The database is SQLite's, or the one that ``TEST_DATABASE_URL`` names.
"""

import os

for name in list(os.environ):
    if name.startswith(("PUSHER_", "REALTIME_", "DATABASE_", "RATE_LIMITS", "DEBUG")):
        del os.environ[name]
os.environ.update(
    SECRET_KEY="a secret of the tests, of fifty characters and a few",
    READ_DOT_ENV="off",
    REALTIME_PROVIDER="memory",
)
if url := os.environ.get("TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = url

from planning_poker.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# The tests collect no static files; WhiteNoise would warn that there are none.
WHITENOISE_AUTOREFRESH = True
