"""How this process does: for load balancers as JSON, for people in the admin."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from realtime import get_realtime_service
from realtime.server import running_server


@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200 while this process serves the web; 503 without a database, or when stopping.

    A provider of live updates that is down is told and no reason for a 503: rooms go on
    in slow mode, and another process would not reach it either.
    """
    server = running_server()
    is_stopping = server is not None and server.is_stopping
    database = "ok" if _database_answers() else "no answer"
    status = "stopping" if is_stopping else "ok" if database == "ok" else "failing"
    return JsonResponse(
        {"status": status, "database": database, **live_updates()},
        status=200 if status == "ok" else 503,
    )


@never_cache
@require_safe
def live_updates_page(request: HttpRequest) -> HttpResponse:
    """The same for people: what the provider and the embedded server count."""
    context = {
        **admin.site.each_context(request),
        "title": "Live updates",
        **live_updates(),
    }
    return TemplateResponse(request, "admin/live_updates.html", context)


def live_updates() -> Mapping[str, Any]:
    """What this process knows of them: numbers and states, nothing that is secret."""
    server = running_server()
    return {
        "realtime": get_realtime_service().status(),
        "server": server.status() if server else None,
    }


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True
