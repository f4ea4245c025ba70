"""Mounted at /realtime/."""

from django.urls import path

from .views import authorize

urlpatterns = [path("auth/", authorize, name="realtime-auth")]
