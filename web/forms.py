"""Forms whose errors become one refusal."""

from collections.abc import Mapping
from typing import Any

from django import forms

from .rules import InvalidInput


class CheckedForm(forms.Form):
    def checked(self) -> dict[str, Any]:
        """The cleaned fields, by the names that actions give them.

        Raises:
            InvalidInput: with each field's sentences.
        """
        if not self.is_valid():
            raise InvalidInput({name: [*texts] for name, texts in self.errors.items()})
        return self.cleaned_data


class PartialForm(CheckedForm):
    """Only what is sent is looked at, and only that is in ``checked()``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update(self.more_fields())
        self.known = frozenset(self.fields)
        for name in self.known - set(self.data):
            del self.fields[name]

    def more_fields(self) -> Mapping[str, forms.Field]:
        """Fields that are not known before the product runs."""
        return {}


class StrictForm(PartialForm):
    """Partial, and a field that it does not know is refused by its name."""

    unknown = "There is no such field."

    def checked(self) -> dict[str, Any]:
        # Django's own form tag adds its token.
        foreign = sorted(set(self.data) - self.known - {"csrfmiddlewaretoken"})
        if foreign:
            raise InvalidInput({name: [self.unknown] for name in foreign})
        return super().checked()
