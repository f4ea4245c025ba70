"""Sessions and members in the admin: to look at, to end, to delete; and the journal.

Nothing is edited here: a change that no action makes would break a rule, and no browser
would hear of it.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from database.fields import reaches_secret
from web.rules import RuleBroken

from .actions import delete_session_as_admin, end_session_as_admin
from .journal import Actor, JournalEntry
from .journal import admin as as_admin
from .models import Member, PokerSession


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
        """No query string may ask about a secret: "?card=13" would tell who laid it."""
        if reaches_secret(self.model, lookup):
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
        "settings",
        "version",
        "created_at",
        "active_at",
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
        ended = _count(queryset, end_session_as_admin, _actor(request))
        self.message_user(request, f"Sessions ended: {ended}.", messages.SUCCESS)

    def has_end_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("poker_sessions.change_pokersession")

    def has_delete_permission(self, request: HttpRequest, *args: Any) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, *args)

    def delete_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A page that says what goes, and the action that tells the open rooms."""
        poker_session = self.get_object(request, unquote(object_id))
        if not self.has_delete_permission(request, poker_session):
            raise PermissionDenied
        changelist = redirect("admin:poker_sessions_pokersession_changelist")
        if poker_session is None:
            self.message_user(request, "There is no such session.", messages.WARNING)
            return changelist
        if request.method == "POST":
            one = PokerSession.objects.filter(pk=poker_session.pk)
            deleted = _count(list(one), delete_session_as_admin, _actor(request))
            if deleted:
                self.log_deletions(request, one)
            self.message_user(request, f"Sessions deleted: {deleted}.")
            return changelist
        context = {
            **self.admin_site.each_context(request),
            "title": "Delete session",
            "opts": self.opts,
            "poker_session": poker_session,
            "people": poker_session.members.present(),
            "task_count": poker_session.tasks.count(),
        }
        template = "admin/poker_sessions/pokersession/delete_confirmation.html"
        return TemplateResponse(request, template, context)

    def delete_queryset(
        self, request: HttpRequest, queryset: QuerySet[PokerSession]
    ) -> None:
        _count(queryset, delete_session_as_admin, _actor(request))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What belongs to a session goes with it, though it cannot be deleted alone."""
        sessions = [
            [
                str(poker_session),
                [
                    f"Present members: {poker_session.members.present().count()}",
                    f"Tasks: {poker_session.tasks.count()}",
                ],
            ]
            for poker_session in objs
        ]
        _, counts, _, protected = super().get_deleted_objects(objs, request)
        return sessions, counts, set(), protected


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


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnlyAdmin):
    """Who did what, when, on what: also of sessions that are no longer there."""

    list_display = ["at", "session_name", "who", "what", "subject_name"]
    list_filter = ["what", "actor", "at"]
    search_fields = ["session_id", "session_name", "actor_name", "subject_name"]
    date_hierarchy = "at"
    fields = [
        "at",
        "session_id",
        "session_name",
        "actor",
        "actor_id",
        "actor_name",
        "what",
        "subject_id",
        "subject_name",
    ]

    @admin.display(description="who")
    def who(self, entry: JournalEntry) -> str:
        return entry.actor_name or entry.get_actor_display()


def _actor(request: HttpRequest) -> Actor:
    return as_admin(request.user.get_username())


def _count(sessions: Any, action: Callable[[str, Actor], None], actor: Actor) -> int:
    """On how many of the sessions it was done: not on those that forbid it by now."""
    done = 0
    for poker_session in sessions:
        try:
            action(poker_session.pk, actor)
        except RuleBroken:
            continue
        done += 1
    return done
