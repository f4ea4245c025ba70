import re
import subprocess

import pytest
from django.conf import settings

from planning_poker.static_files import Minifier

AT_MOST_60_KB = 60 * 1024


def test_every_module_is_imported_by_its_hashed_name_alone(collected_files):
    """A module with two addresses would be loaded twice, and have two states."""
    for script in collected_files.scripts():
        for imported in collected_files.imports(script):
            assert (script.parent / imported).is_file(), f"{script.name}: {imported}"
            assert re.search(r"\.[0-9a-f]{12}\.js$", imported), (
                f"{script.name} imports {imported}"
            )


def test_the_room_costs_at_most_60_kb_of_javascript(collected_files):
    pages = [settings.BASE_DIR / "templates" / name for name in ROOM_TEMPLATES]
    named = [
        name
        for page in pages
        for name in re.findall(r"""static ["'](.+?\.js)["']""", page.read_text())
    ]
    assert "room/room.js" in named
    # {% realtime_client %} inserts the provider's library.
    waiting = [collected_files.path(name) for name in [*named, PUSHER]]
    loaded = set()
    while waiting:
        script = waiting.pop().resolve()
        if script not in loaded:
            loaded.add(script)
            waiting += [
                script.parent / each for each in collected_files.imports(script)
            ]

    assert collected_files.path("vendor/lit-html/lit-html.js") in loaded
    assert sum(map(size_when_sent, loaded)) <= AT_MOST_60_KB


ROOM_TEMPLATES = ["base.html", "voting/room.html"]
PUSHER = "vendor/pusher-js/pusher.min.js"


def size_when_sent(script):
    """WhiteNoise does not compress a file that would hardly become smaller."""
    compressed = script.with_name(f"{script.name}.gz")
    return (compressed if compressed.exists() else script).stat().st_size


# Those that run the room's modules most, and draw its views.
BROWSER_TESTS = ["contract", "sync", "votes", "reducer", "view_screens", "view_dialogs"]


def test_what_is_served_passes_the_browsers_tests(tmp_path):
    """As it is minified, but for the names of the files."""
    minifier = Minifier()
    for script in (settings.BASE_DIR / "static").rglob("*.js"):
        name = script.relative_to(settings.BASE_DIR)
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        text = script.read_text()
        is_own = not str(name).startswith("static/vendor/")
        (tmp_path / name).write_text(minifier.minified(text) if is_own else text)
    minifier.close()
    for name in ("tests/js", "tests/contract", "node_modules", "package.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).symlink_to(settings.BASE_DIR / name)

    tests = [f"tests/js/{name}.test.js" for name in BROWSER_TESTS]
    command = ["node", "--preserve-symlinks", "--preserve-symlinks-main", "--test"]
    outcome = subprocess.run(
        [*command, *tests], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert outcome.returncode == 0, outcome.stdout
    assert int(re.search(r"# pass (\d+)", outcome.stdout)[1]) > 100


def test_a_script_that_is_wrong_is_not_served():
    minifier = Minifier()
    with pytest.raises(RuntimeError):
        minifier.minified("const = 1;")
    minifier.close()
