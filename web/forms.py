"""Forms whose errors become one refusal."""

from typing import Any

from django import forms

from .rules import InvalidInput


class CheckedForm(forms.Form):
    def checked(self) -> dict[str, Any]:
        """The cleaned fields.

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
        for name in set(self.fields) - set(self.data):
            del self.fields[name]
