"""The ASGI application: the web part alone, for any ASGI server.

``manage.py serve`` serves the same, with the embedded server in front.
"""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "planning_poker.settings")
django.setup()

from planning_poker.server.application import Application  # noqa: E402 -- needs the settings

application = Application()
