"""``/``, and everything about a session and its members."""

from django.urls import path

from web.commands import SESSION_PATH, urls_of

from . import views
from .access import lock
from .commands import COMMANDS

urlpatterns = [
    path("", views.home, name="home"),
    path("s/", views.create, name="create-session"),
    path(f"{SESSION_PATH}join/", views.join, name="join"),
    path(f"{SESSION_PATH}invite.svg", views.invite_qr, name="invite-qr"),
    *urls_of(COMMANDS, lock),
]
