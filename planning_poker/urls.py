"""Every address of the product, by app."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("sessions.urls")),
    path("", include("tasks.urls")),
    path("", include("voting.urls")),
    path("realtime/", include("realtime.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "planning_poker.views.bad_request"
handler403 = "planning_poker.views.permission_denied"
handler404 = "planning_poker.views.not_found"
handler500 = "planning_poker.views.server_error"
