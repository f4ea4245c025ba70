"""Rounds and votes in the admin, to look at: a card only once it was revealed."""

from django.contrib import admin

from sessions.admin import ReadOnly, ReadOnlyAdmin

from .models import Vote, VotingRound
from .visibility import card_for_admin

FACE_DOWN = "face down"


class ShowsCard:
    @admin.display(description="card")
    def shown_card(self, vote: Vote) -> str:
        """Without an order field: sorting by a hidden card would tell it."""
        return card_for_admin(vote) or FACE_DOWN


class VoteInline(ShowsCard, ReadOnly, admin.TabularInline):
    model = Vote
    fields = ["member", "shown_card"]
    extra = 0


@admin.register(VotingRound)
class VotingRoundAdmin(ReadOnlyAdmin):
    list_display = ["task", "number", "status", "story_points", "started_at"]
    list_filter = ["status", "started_at"]
    list_select_related = ["task"]
    search_fields = ["id", "task__title", "task__poker_session__id"]
    fields = [
        "task",
        "number",
        "status",
        "story_points",
        "started_at",
        "revealed_at",
        "deck_slug",
        "deck_cards",
    ]
    inlines = [VoteInline]


@admin.register(Vote)
class VoteAdmin(ShowsCard, ReadOnlyAdmin):
    list_display = ["member", "voting_round", "shown_card"]
    list_filter = ["voting_round__status"]
    list_select_related = ["member", "voting_round__task"]
    search_fields = ["member__name", "voting_round__task__title"]
    ordering = ["-voting_round__started_at", "member__name_key"]
    fields = ["member", "voting_round", "shown_card"]
