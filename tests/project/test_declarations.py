"""Each command and each setting of a session stands in its document, as it is."""

import re
from enum import Enum
from typing import get_type_hints

import pytest
from django.conf import settings
from django.urls import get_resolver

from sessions.settings import Rights, declared_settings
from web.commands import all_commands

DOCS = settings.BASE_DIR / "docs"


def rows_of(page):
    """The rows of a page's first table."""
    lines = (DOCS / page).read_text().splitlines()
    rows = [line.strip("|").split("|") for line in lines if line.startswith("| `")]
    return {row[0].strip(" `"): [cell.strip() for cell in row] for row in rows}


def code(names):
    return ", ".join(f"`{name}`" for name in names)


def command_row(command):
    fields = code(command.form.base_fields) or "-"
    if command.name == "change-settings":
        fields += ", and the [settings](session-settings.md)"
    who = {"": "every member", "vote": "voters"}.get(
        command.ability, f"`{command.ability}`"
    )
    address = re.sub(r"<slug:(\w+)_id>", lambda match: f"<{match[1]}Id>", command.path)
    return [
        f"`{command.name}`",
        f"`{address}`",
        fields,
        f"{who}, or oneself" if command.or_oneself else who,
        "yes" if command.even_ended else "no",
    ]


def commands():
    # Loaded with the addresses.
    assert get_resolver().url_patterns
    return {command.name: command for command in all_commands()}


@pytest.mark.parametrize("name", commands())
def test_each_command_is_documented(name):
    row = rows_of("commands.md").get(name)
    assert row == command_row(commands()[name]), f"docs/commands.md lacks {name}"


def test_no_command_is_documented_that_there_is_not():
    assert rows_of("commands.md").keys() == commands().keys()


@pytest.mark.parametrize("name", declared_settings())
def test_each_setting_is_documented(name):
    declared = declared_settings()[name]
    kind = declared.type
    if isinstance(kind, type) and issubclass(kind, Enum):
        values = code(each.value for each in kind)
    elif kind is int:
        values = f"{declared.metadata['least']} to {declared.metadata['most']}"
    else:
        values = "`on`, `off`"
    default = {True: "on", False: "off"}.get(declared.default, declared.default)
    assert rows_of("session-settings.md").get(name) == [
        f"`{name}`",
        f"`{default}`",
        values,
        declared.metadata["meaning"],
    ], f"docs/session-settings.md lacks {name}"


def test_a_settings_type_is_known_as_it_runs():
    """Annotations that are texts would be taken for switches above."""
    assert get_type_hints(Rights) == {
        each.name: each.type for each in declared_settings().values()
    }
