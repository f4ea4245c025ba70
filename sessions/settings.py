"""The settings of a session: each declared once, as a field of a frozen dataclass.

An app that has some registers its dataclass. The form of ``change-settings``, the
state's ``settings``, the admin and the test of docs/session-settings.md follow from it.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import Field, asdict, dataclass, field, fields
from enum import Enum, StrEnum
from typing import Any, TypeVar, get_type_hints

from django import forms

from .contract import camel_case

Group = TypeVar("Group")


def setting(
    default: Any, meaning: str, *, least: int | None = None, most: int | None = None
) -> Any:
    """A field of a settings dataclass; ``least`` and ``most`` bound a number."""
    bounds = {"least": least, "most": most}
    return field(default=default, metadata={"meaning": meaning, **bounds})


class Who(StrEnum):
    EVERYBODY = "everybody"
    FACILITATORS = "facilitators"


@dataclass(frozen=True, kw_only=True)
class Rights:
    """Who may what. Observers are included in everybody."""

    may_reveal: Who = setting(Who.FACILITATORS, "who may reveal the cards")
    may_run: Who = setting(
        Who.FACILITATORS, "who may start votes, vote again, agree on estimates and skip"
    )
    may_edit_tasks: Who = setting(
        Who.FACILITATORS, "who may add, edit, move and delete tasks"
    )
    may_manage: Who = setting(
        Who.FACILITATORS, "who may change settings and members, and end the session"
    )


_groups: list[type] = [Rights]


def register_settings(group: type) -> None:
    """Take part in the settings of sessions with a dataclass of ``setting()``s."""
    if group not in _groups:
        _groups.append(group)


def declared_settings() -> dict[str, Field[Any]]:
    """Each setting of every app, by its name in forms and in the database."""
    return {each.name: each for group in _groups for each in fields(group)}


def settings_of(group: type[Group], stored: Mapping[str, Any]) -> Group:
    """A group's settings. What is stored and not declared is left alone.

    What another version has stored and this one cannot read counts as the default.
    """
    types = get_type_hints(group)
    known = {}
    for each in fields(group):  # type: ignore[arg-type]
        if each.name in stored:
            with suppress(TypeError, ValueError):
                known[each.name] = _read(types[each.name], stored[each.name])
    return group(**known)


def settings_data(stored: Mapping[str, Any]) -> dict[str, Any]:
    """All settings in force, as the state has them."""
    return {
        camel_case(name): value
        for group in _groups
        for name, value in asdict(settings_of(group, stored)).items()
    }


def setting_fields() -> dict[str, forms.Field]:
    """A form field for each setting, by its name."""
    return {
        each.name: _form_field(get_type_hints(group)[each.name], each)
        for group in _groups
        for each in fields(group)
    }


def _read(kind: Any, value: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if type(value) is not kind:
        raise TypeError(value)
    return value


def _form_field(kind: Any, declared: Field[Any]) -> forms.Field:
    name = camel_case(declared.name)
    if kind is bool:
        return forms.TypedChoiceField(
            choices=[("on", "on"), ("off", "off")],
            coerce=lambda text: text == "on",
            error_messages=dict.fromkeys(
                ("required", "invalid_choice"), f"“{name}” is on or off."
            ),
        )
    if kind is int:
        least, most = declared.metadata["least"], declared.metadata["most"]
        sentence = f"“{name}” is a whole number from {least} to {most}."
        return forms.IntegerField(
            min_value=least,
            max_value=most,
            error_messages=dict.fromkeys(
                ("required", "invalid", "min_value", "max_value"), sentence
            ),
        )
    values = [str(each) for each in kind]
    sentence = f"“{name}” is {' or '.join(values)}."
    return forms.TypedChoiceField(
        choices=[(value, value) for value in values],
        coerce=str,
        error_messages=dict.fromkeys(("required", "invalid_choice"), sentence),
    )
