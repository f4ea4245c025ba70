"""The WSGI application: the web part alone, for any WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "planning_poker.settings")
application = get_wsgi_application()
