"""Every setting is in .env.example with its default, and in the docs."""

import ast
import re

from django.conf import settings

EXAMPLE = settings.BASE_DIR / ".env.example"


def settings_read():
    """The variables that settings.py reads: {name: default, None if computed}."""
    source = (settings.BASE_DIR / "planning_poker" / "settings.py").read_text()
    return {
        ast.literal_eval(call.args[0]): default_of(call)
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call)
        and re.match(r"env\.\w+\(\s*['\"]|os\.environ\.get\(", ast.unparse(call))
    }


def default_of(call):
    [node] = [*call.args[1:], *(keyword.value for keyword in call.keywords)]
    try:
        default = ast.literal_eval(node)
    except ValueError:
        return None
    if isinstance(default, bool):
        return "on" if default else "off"
    return ",".join(default) if isinstance(default, list) else str(default)


def settings_listed():
    return dict(re.findall(r"(?m)^# ([A-Z_]+)=(.*)$", EXAMPLE.read_text()))


def test_the_example_lists_exactly_the_existing_settings():
    assert set(settings_listed()) == set(settings_read())


def test_the_example_has_the_real_defaults():
    listed = settings_listed()
    for name, default in settings_read().items():
        if default is not None:
            assert listed[name] == default, name


def test_the_unchanged_example_changes_no_setting():
    lines = EXAMPLE.read_text().splitlines()

    assert [line for line in lines if line and not line.startswith("#")] == []


def test_each_setting_is_explained_in_the_docs():
    explained = (settings.BASE_DIR / "docs" / "setup.md").read_text()

    assert [name for name in settings_read() if f"`{name}`" not in explained] == []
