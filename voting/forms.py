"""The shape of what people send in a round."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from tasks.forms import TitleField
from web.forms import CheckedForm

from .actions import VoteKey

MOST_DIGITS = 9  # Larger numbers cannot be real rounds or counts.

VOTE_KEY = RegexValidator(
    rf"\A[A-Za-z0-9_-]{{1,32}}:[0-9]{{1,{MOST_DIGITS}}}\Z",
    message="A vote's key is <tab>:<count>.",
)


class RoundForm(CheckedForm):
    """``round``: the number of the round that is meant; without it, the current one."""

    round = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=10**MOST_DIGITS,
        error_messages={"invalid": "A round is a number."},
    )

    def checked(self) -> dict[str, Any]:
        cleaned = super().checked()
        return cleaned | {"round_number": cleaned.pop("round")}


class VoteForm(RoundForm):
    # Not stripped and of any length: whether it is a card is for the deck to say.
    card = forms.CharField(required=False, strip=False)
    key = forms.CharField(required=False, validators=[VOTE_KEY])

    def clean_key(self) -> VoteKey | None:
        tab, _, count = self.cleaned_data["key"].rpartition(":")
        return VoteKey(tab, int(count)) if tab else None


class FinalizeForm(RoundForm):
    story_points = forms.CharField(
        error_messages={"required": "Please choose the card that the team agreed on."}
    )


class QuickVoteForm(CheckedForm):
    title = TitleField(required=False)
