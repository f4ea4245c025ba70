import json
import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

ROOT = Path(settings.BASE_DIR)


@pytest.fixture(scope="session")
def project_files():
    """Every file that is, or is about to be, committed."""
    if not (ROOT / ".git").exists():
        pytest.skip("This is not a clone, so nothing tells which files are committed.")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


class CollectedFiles:
    """The project's static files as browsers get them: under hashed names."""

    def __init__(self, folder):
        self.folder = folder
        self._names = json.loads((folder / "staticfiles.json").read_text())["paths"]

    def path(self, name):
        return self.folder / self._names[name]

    def scripts(self):
        """Every script of the project, by the name it is served under."""
        return [self.path(name) for name in self._names if name.endswith(".js")]

    def imports(self, script):
        """What the script imports, as it stands there."""
        pattern = r"""\b(?:from|import)\s*\(?\s*["'](\.[^"']*)["']"""
        return re.findall(pattern, script.read_text())


@pytest.fixture(scope="session")
def collected_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("staticfiles")
    storage = {"BACKEND": "planning_poker.static_files.HashedStaticFiles"}
    with override_settings(
        STATIC_ROOT=folder,
        STORAGES={**settings.STORAGES, "staticfiles": storage},
        # Without the admin's files, which are many and not ours.
        STATICFILES_FINDERS=["django.contrib.staticfiles.finders.FileSystemFinder"],
    ):
        call_command("collectstatic", interactive=False, verbosity=0)
    return CollectedFiles(folder)
