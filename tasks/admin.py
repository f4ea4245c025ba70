"""Tasks in the admin, to look at."""

from django.contrib import admin

from sessions.admin import ReadOnlyAdmin

from .models import Task


@admin.register(Task)
class TaskAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "poker_session", "status", "story_points", "created_at"]
    list_filter = ["status", "created_at"]
    list_select_related = ["poker_session"]
    search_fields = ["id", "title", "link", "poker_session__id", "poker_session__name"]
    fields = [
        "poker_session",
        "title",
        "description",
        "link",
        "status",
        "story_points",
        "created_at",
    ]
