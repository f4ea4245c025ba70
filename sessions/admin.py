"""Sessions and members in the admin: to look at, to end, to delete.

Nothing is edited here: a change that no action makes would break a rule, and no browser
would hear of it.
"""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from .actions import end_session_as_admin
from .models import Member, PokerSession
from .rules import SessionEnded

# No query string may ask about these: "?card=13" would tell who laid a 13, and an
# identity is as good as its owner's cookie.
SECRET_FIELDS = {"card", "identity"}


class ReadOnly(admin.options.BaseModelAdmin):
    """For admins and inlines: everything can be seen, nothing changed."""

    def get_readonly_fields(self, *args: Any) -> Any:
        return self.fields

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False


class ReadOnlyAdmin(ReadOnly, admin.ModelAdmin):
    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        if SECRET_FIELDS & set(lookup.split("__")):
            return False
        return super().lookup_allowed(lookup, value, request)


class MemberInline(ReadOnly, admin.TabularInline):
    model = Member
    fields = ["name", "role", "is_facilitator", "joined_at", "left_at"]
    show_change_link = True
    extra = 0


@admin.register(PokerSession)
class PokerSessionAdmin(ReadOnlyAdmin):
    list_display = ["name", "status", "deck_slug", "people", "created_at", "ended_at"]
    list_filter = [("ended_at", admin.EmptyFieldListFilter), "deck_slug", "created_at"]
    search_fields = ["id", "name", "members__name"]
    date_hierarchy = "created_at"
    fields = [
        "id",
        "name",
        "status",
        "deck_slug",
        "deck_cards",
        "version",
        "created_at",
        "ended_at",
    ]
    inlines = [MemberInline]
    actions = ["end_sessions"]

    @admin.display(description="people")
    def people(self, poker_session: PokerSession) -> int:
        return poker_session.members.present().count()

    @admin.action(description="End sessions", permissions=["end"])
    def end_sessions(
        self, request: HttpRequest, queryset: QuerySet[PokerSession]
    ) -> None:
        """The same action that facilitators use, so each browser hears of it."""
        ended = sum(_ended_now(poker_session) for poker_session in queryset)
        self.message_user(request, f"Sessions ended: {ended}.", messages.SUCCESS)

    def has_end_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("poker_sessions.change_pokersession")

    def has_delete_permission(self, request: HttpRequest, *args: Any) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, *args)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What belongs to a session goes with it, though it cannot be deleted alone."""
        to_delete, counts, _, protected = super().get_deleted_objects(objs, request)
        return to_delete, counts, set(), protected


@admin.register(Member)
class MemberAdmin(ReadOnlyAdmin):
    list_display = [
        "name",
        "poker_session",
        "role",
        "is_facilitator",
        "joined_at",
        "left_at",
    ]
    list_filter = [
        "role",
        "is_facilitator",
        ("left_at", admin.EmptyFieldListFilter),
        "joined_at",
    ]
    list_select_related = ["poker_session"]
    search_fields = ["id", "name", "poker_session__id", "poker_session__name"]
    fields = [
        "name",
        "poker_session",
        "role",
        "is_facilitator",
        "joined_at",
        "left_at",
    ]


def _ended_now(poker_session: PokerSession) -> bool:
    try:
        end_session_as_admin(poker_session)
    except SessionEnded:
        return False
    return True
