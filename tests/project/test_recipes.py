"""docs/recipes.md, followed literally in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
RECIPES = (ROOT / "docs" / "recipes.md").read_text()
STEP = re.compile(
    r"^(?:At the end of|In) `(?P<path>[^`]+)`"
    r"(?:, (?P<how>after|in place of) `(?P<anchor>[^\n]+?)`)?:\n\n"
    r"```\w*\n(?P<text>.*?)```\n",
    re.DOTALL | re.MULTILINE,
)
DECLARATIONS = "tests/project/test_declarations.py"
CONTRACT = "tests/contract"
PERMISSIONS = "tests/test_permissions.py"


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    copy = tmp_path_factory.mktemp("recipes") / "planning-poker"
    ignored = shutil.ignore_patterns(
        ".git", ".venv", ".venv-bench", "node_modules", "*.sqlite3*", "staticfiles"
    )
    shutil.copytree(ROOT, copy, ignore=ignored)
    (copy / "node_modules").symlink_to(ROOT / "node_modules")
    return copy


def steps_of(title):
    [section] = re.findall(rf"(?ms)^## {title}\n(.*?)(?=^## |\Z)", RECIPES)
    return [match.groupdict() for match in STEP.finditer(section)]


def follow(step, copy):
    path = copy / step["path"]
    lines = path.read_text().splitlines(keepends=True)
    if step["anchor"] is None:
        path.write_text("".join(lines) + step["text"])
        return
    places = [n for n, line in enumerate(lines) if line.rstrip() == step["anchor"]]
    assert places, f"{step['path']} has no line {step['anchor']}"
    kept = 0 if step["how"] == "in place of" else 1
    lines[places[0] : places[0] + 1] = [*lines[places[0] :][:kept], step["text"]]
    path.write_text("".join(lines))


def run_pytest(copy, *arguments, **environment):
    """The exit status and the output of pytest there."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=copy,
        env={**os.environ, **environment, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def make_contract(copy):
    run_pytest(copy, CONTRACT, WRITE_CONTRACT="1")


def node_tests(copy):
    done = subprocess.run(
        ["node", "--test", "tests/js/contract.test.js"],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


# In the order of the page: each goes on where the one before ended.
def test_the_recipe_of_a_command(copy):
    action, command, document, permission = steps_of("Add a command")
    follow(action, copy)
    follow(command, copy)
    status, output = run_pytest(copy, DECLARATIONS, PERMISSIONS)
    assert status == 1
    assert "docs/commands.md lacks applaud" in output
    assert "FAILED tests/test_permissions.py" in output
    assert re.search(r"^E .*'applaud'", output, re.MULTILINE)

    follow(document, copy)
    follow(permission, copy)
    make_contract(copy)
    assert run_pytest(copy, DECLARATIONS, PERMISSIONS, CONTRACT)[0] == 0


def test_the_recipe_of_an_event(copy):
    event, imported, told, *rest = steps_of("Add an event")
    for step in (event, imported, told):
        follow(step, copy)
    status, output = run_pytest(copy, CONTRACT)
    assert status == 1
    assert "applause" in output

    for step in rest:
        follow(step, copy)
    make_contract(copy)
    assert run_pytest(copy, CONTRACT)[0] == 0
    status, output = node_tests(copy)
    assert status == 0, output


def test_an_event_without_a_handler_is_missed(copy):
    reducer = copy / "static" / "room" / "reducer.js"
    text = reducer.read_text()
    reducer.write_text(text.replace("  applause: (room) => room,\n", ""))
    status, output = node_tests(copy)
    reducer.write_text(text)
    assert status == 1
    assert "applause" in output


def test_the_recipe_of_a_setting(copy):
    declaration, document = steps_of("Add a setting")
    follow(declaration, copy)
    status, output = run_pytest(copy, DECLARATIONS)
    assert status == 1
    assert "docs/session-settings.md lacks applause_seconds" in output

    follow(document, copy)
    make_contract(copy)
    assert run_pytest(copy, DECLARATIONS, CONTRACT)[0] == 0
