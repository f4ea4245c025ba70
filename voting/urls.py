"""The room, its state and report, and everything about a round."""

from django.urls import URLPattern, URLResolver, include, path

from . import views

task_urls: list[URLPattern | URLResolver] = [
    path("vote/", views.vote, name="vote"),
    path("start/", views.start, name="start-voting"),
    path("reveal/", views.reveal, name="reveal-votes"),
    path("revote/", views.revote, name="vote-again"),
    path("finalize/", views.finalize, name="finalize-task"),
    path("skip/", views.skip, name="skip-task"),
]

room_urls: list[URLPattern | URLResolver] = [
    path("state/", views.state, name="state"),
    path("tasks/<slug:task_id>/", include(task_urls)),
    path("", views.room, name="room"),
    path("report/", views.report, name="report"),
    path("quick-vote/", views.quick, name="quick-vote"),
]

urlpatterns = [path("s/<slug:session_id>/", include(room_urls))]
