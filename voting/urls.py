"""The room, its state and report, and everything about a round."""

from django.urls import path

from sessions.access import lock
from web.commands import SESSION_PATH, urls_of

from . import views
from .commands import COMMANDS

urlpatterns = [
    path(f"{SESSION_PATH}state/", views.state, name="state"),
    path(f"{SESSION_PATH}presence/", views.presence, name="presence"),
    path(SESSION_PATH, views.room, name="room"),
    path(f"{SESSION_PATH}report/", views.report, name="report"),
    path(f"{SESSION_PATH}tasks/<slug:task_id>/", views.task, name="task"),
    *urls_of(COMMANDS, lock),
]
