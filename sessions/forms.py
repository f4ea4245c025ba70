"""The shape of what people send; whether they may is for the actions to say."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms

from web.forms import CheckedForm, PartialForm
from web.rules import InvalidInput

from .decks import CUSTOM, LABELS, READY_MADE, Deck, custom_deck
from .models import LONGEST_SESSION_NAME, LONGEST_TAB_NAME, Member
from .names import LONGEST_NAME, clean_name
from .presence import Heartbeat, State

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
            "required": "Please choose to vote or to watch.",
            "invalid_choice": "One is a voter or an observer.",
        },
    )


class JoinForm(DisplayNameForm):
    role = forms.ChoiceField(
        choices=Member.Role.choices,
        required=False,
        error_messages={"invalid_choice": "One is a voter or an observer."},
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


class SettingsForm(DeckFields, PartialForm):
    name = NameField(longest=LONGEST_SESSION_NAME)


class PresenceForm(CheckedForm):
    """``tab``, a page of the member, and whether it is visible, hidden or closed."""

    tab = forms.RegexField(
        rf"\A{TAB_NAME.pattern}\Z",
        strip=False,
        error_messages={"required": WRONG_TAB_NAME, "invalid": WRONG_TAB_NAME},
    )
    presence = forms.ChoiceField(
        choices=[("online", "visible"), ("away", "hidden"), ("offline", "closed")],
        error_messages={
            "required": "Please say online, away or offline.",
            "invalid_choice": "One is online, away or offline.",
        },
    )

    def heartbeat(self) -> Heartbeat:
        cleaned = self.checked()
        states = {"online": State.SHOWN, "away": State.HIDDEN, "offline": None}
        return Heartbeat(cleaned["tab"], states[cleaned["presence"]])


def heartbeat_from(query: Mapping[str, str]) -> Heartbeat | None:
    """How a page says that it is doing when it asks for the state.

    ``tab`` names it; ``seen`` is "live" or "slow" (with or without a live connection)
    or "hidden". ``slow`` alone is a client that has one page at most and names none. No
    form: this is asked every few seconds by everybody.

    Raises:
        InvalidInput: either is of the wrong shape.
    """
    if "seen" not in query:
        return Heartbeat("", State.SLOW) if "slow" in query else None
    tab, state = query.get("tab", ""), query["seen"]
    if state not in {State.LIVE, State.SLOW, State.HIDDEN}:
        raise InvalidInput({"seen": ["A page is live, slow or hidden."]})
    if not TAB_NAME.fullmatch(tab):
        raise InvalidInput({"tab": [WRONG_TAB_NAME]})
    return Heartbeat(tab, state)
