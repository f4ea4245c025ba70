"""Where things may stand: what import-linter's layers cannot say."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
APPS = ["sessions", "tasks", "voting"]


def modules_with(pattern, *folders):
    """The modules of the packages in which the pattern stands."""
    return {
        str(path.relative_to(ROOT))
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if re.search(pattern, path.read_text())
    }


def test_each_package_has_its_layer():
    configured = (ROOT / "pyproject.toml").read_text()
    [roots] = re.findall(r"root_packages = \[(.*?)\]", configured, re.DOTALL)
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert set(re.findall(r'"(\w+)"', roots)) == packages - {"bench", "tests", "tools"}


def test_only_actions_tell_and_say():
    told_in = modules_with(r"\.(tell|say)\(", *APPS, "planning_poker", "web")
    assert told_in == {f"{app}/actions.py" for app in APPS}


def test_only_the_session_publishes():
    published_in = modules_with(r"\bpublish_on_commit\(", *APPS, "planning_poker")
    assert published_in == {"sessions/models.py"}


def test_nothing_asks_for_a_facilitator_where_an_ability_is_meant():
    """Being one is a fact that actions set and keep; abilities say who may."""
    asked_in = modules_with(r"\bif\b.*\.is_facilitator\b", *APPS, "web")
    assert asked_in == {"sessions/actions.py"}


def test_a_card_is_read_by_the_visibility_policy_alone():
    read_in = modules_with(r"\bvote\w*\.card\b|, \"card\"\)", *APPS)
    assert read_in == {"voting/visibility.py"}
