"""The shape of what people send; whether they may is for the actions to say."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms

from web.forms import CheckedForm, StrictForm

from .decks import CUSTOM, LABELS, READY_MADE, Deck, custom_deck
from .heartbeats import CLOSED
from .models import LONGEST_SESSION_NAME, LONGEST_TAB_NAME, Member, Tab
from .names import LONGEST_NAME, clean_name
from .settings import setting_fields

TAB_NAME = re.compile(rf"[A-Za-z0-9_-]{{1,{LONGEST_TAB_NAME}}}")
WRONG_TAB_NAME = f"A tab's name has 1 to {LONGEST_TAB_NAME} letters and digits."


class NameField(forms.CharField):
    """A name fit to show, of somebody or of a session: never empty, one line."""

    def __init__(self, *, longest: int, **kwargs: Any) -> None:
        super().__init__(max_length=longest, **kwargs)
        self.error_messages |= {"required": "Please type a name."}
        self.longest = longest

    def clean(self, value: Any) -> str:
        name = clean_name(value or "")
        if len(name) > self.longest:
            raise forms.ValidationError(
                f"A name has at most {self.longest} characters, not {len(name)}."
            )
        return str(super().clean(name))


class DisplayNameForm(CheckedForm):
    display_name = NameField(longest=LONGEST_NAME)


class RoleForm(CheckedForm):
    role = forms.ChoiceField(
        choices=Member.Role.choices,
        error_messages={
            "required": "Choose voter or observer.",
            "invalid_choice": "Choose voter or observer.",
        },
    )


class JoinForm(DisplayNameForm):
    role = forms.ChoiceField(
        choices=Member.Role.choices,
        required=False,
        error_messages={"invalid_choice": "Choose voter or observer."},
    )

    def clean_role(self) -> str:
        return self.cleaned_data["role"] or Member.Role.VOTER


class DeckFields(forms.Form):
    """``deck``, a slug, and ``cards`` for one's own: together they give a Deck."""

    deck = forms.ChoiceField(
        choices=list(LABELS.items()),
        error_messages={
            "required": "Please choose a deck.",
            "invalid_choice": "There is no such deck.",
        },
    )
    cards = forms.CharField(required=False, max_length=1_000)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        slug, cards = cleaned.get("deck"), cleaned.pop("cards", "")
        if slug is not None:
            cleaned["deck"] = self._deck(slug, cards)
        elif cards and "deck" not in self.data:
            self.add_error("cards", "Cards need a deck: send deck=custom with them.")
        return cleaned

    def _deck(self, slug: str, cards: str) -> Deck | None:
        if slug != CUSTOM:
            return READY_MADE[slug]
        try:
            return custom_deck(cards.split(","))
        except ValueError as wrong_cards:
            self.add_error(
                "cards" if "cards" in self.fields else "deck", str(wrong_cards)
            )
            return None


class NewSessionForm(DeckFields, DisplayNameForm):
    name = NameField(longest=LONGEST_SESSION_NAME)


class SettingsForm(DeckFields, StrictForm):
    """Name, deck, and all of sessions/settings.py; only what is sent changes."""

    unknown = "There is no such setting."
    name = NameField(longest=LONGEST_SESSION_NAME)

    def more_fields(self) -> Mapping[str, forms.Field]:
        return setting_fields()


class PresenceForm(CheckedForm):
    """``tab``, the name of a page, and its ``state``: live, slow, hidden or closed."""

    tab = forms.RegexField(
        rf"\A{TAB_NAME.pattern}\Z",
        strip=False,
        error_messages={"required": WRONG_TAB_NAME, "invalid": WRONG_TAB_NAME},
    )
    state = forms.ChoiceField(
        choices=[(state, state) for state in (*Tab.State.values, CLOSED)],
        error_messages={
            "required": "Please say live, slow, hidden or closed.",
            "invalid_choice": "A page is live, slow, hidden or closed.",
        },
    )
