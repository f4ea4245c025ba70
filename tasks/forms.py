"""The shape of what people send about tasks."""

from django import forms
from django.core.validators import URLValidator

from web.forms import CheckedForm, PartialForm

from .models import LONGEST_DESCRIPTION, LONGEST_LINK, LONGEST_TITLE

WEB_ADDRESS = URLValidator(
    schemes=["http", "https"],
    message="A link is a whole web address, with http:// or https://.",
)


class TitleField(forms.CharField):
    """One line. A pasted line break becomes a space."""

    def __init__(self, *, required: bool = True) -> None:
        super().__init__(
            required=required,
            max_length=LONGEST_TITLE,
            error_messages={
                "required": "Please give the task a title.",
                "max_length": f"A title has at most {LONGEST_TITLE} characters.",
            },
        )

    def to_python(self, value: str | None) -> str:
        return " ".join((super().to_python(value) or "").split())


class _TaskFields(forms.Form):
    title = TitleField()
    description = forms.CharField(
        required=False,
        max_length=LONGEST_DESCRIPTION,
        error_messages={
            "max_length": f"A description has at most {LONGEST_DESCRIPTION} characters."
        },
    )
    link = forms.CharField(
        required=False,
        max_length=LONGEST_LINK,
        validators=[WEB_ADDRESS],
        error_messages={"max_length": f"A link has at most {LONGEST_LINK} characters."},
    )


class NewTaskForm(_TaskFields, CheckedForm):
    pass


class MoveTaskForm(CheckedForm):
    """``before``: the id of the task that it is put before; empty: to the end."""

    before = forms.CharField(required=False, max_length=64)


class EditTaskForm(_TaskFields, PartialForm):
    """A quick vote's task may stay nameless."""

    title = TitleField(required=False)
