"""``/``, and everything about a session and its members."""

from django.urls import URLPattern, URLResolver, include, path

from . import views

member_urls: list[URLPattern | URLResolver] = [
    path("rename/", views.rename, name="rename-member"),
    path("role/", views.role, name="change-role"),
    path("promote/", views.promote, name="promote-member"),
    path("demote/", views.demote, name="demote-member"),
    path("remove/", views.remove, name="remove-member"),
]

session_urls: list[URLPattern | URLResolver] = [
    path("join/", views.join, name="join"),
    path("leave/", views.leave, name="leave-session"),
    path("presence/", views.presence, name="presence"),
    path("end/", views.end, name="end-session"),
    path("reopen/", views.reopen, name="reopen-session"),
    path("settings/", views.settings, name="change-settings"),
    path("invite.svg", views.invite_qr, name="invite-qr"),
    path("members/<slug:user_id>/", include(member_urls)),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("s/", views.create, name="create-session"),
    path("s/<slug:session_id>/", include(session_urls)),
]
