"""Every address of the product, by app."""

from django.contrib import admin
from django.urls import include, path

from planning_poker.health import health, live_updates_page

urlpatterns = [
    # First what is asked most: votes and states.
    path("", include("voting.urls")),
    path("", include("sessions.urls")),
    path("", include("tasks.urls")),
    path("realtime/", include("realtime.urls")),
    path("healthz", health, name="health"),
    path(
        "admin/live-updates/",
        admin.site.admin_view(live_updates_page),
        name="live-updates",
    ),
    path("admin/", admin.site.urls),
]

handler400 = "planning_poker.views.bad_request"
handler403 = "planning_poker.views.permission_denied"
handler404 = "planning_poker.views.not_found"
handler500 = "planning_poker.views.server_error"
