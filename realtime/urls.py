"""Mounted at /realtime/."""

from django.urls import path

from .views import authorize, webhook

urlpatterns = [
    path("auth/", authorize, name="realtime-auth"),
    path("webhook/", webhook, name="realtime-webhook"),
]
