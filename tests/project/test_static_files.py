import re
import subprocess

from django.conf import settings

from planning_poker.static_files import without_comments

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


def test_what_is_served_without_comments_is_the_same_program(tmp_path):
    """As the type checker's compiler writes it, which keeps no comment either."""
    written = settings.BASE_DIR / "static"
    scripts = [path.relative_to(written) for path in written.rglob("*.js")]
    served = tmp_path / "served"
    for script in scripts:
        (served / script).parent.mkdir(parents=True, exist_ok=True)
        text = (written / script).read_bytes()
        (served / script).write_bytes(without_comments(text))

    before = compiled(written, scripts, tmp_path / "before")
    after = compiled(served, scripts, tmp_path / "after")

    assert {name for name in before if before[name] != after[name]} == set()


def compiled(folder, scripts, into):
    """{name: text} of the scripts of that folder."""
    options = ["--allowJs", "--noCheck", "--removeComments", "--ignoreConfig"]
    modern = ["--target", "esnext", "--module", "esnext", "--skipLibCheck"]
    subprocess.run(
        [
            settings.BASE_DIR / "node_modules" / ".bin" / "tsc",
            *options,
            *modern,
            *["--rootDir", folder, "--outDir", into],
            *(folder / script for script in scripts),
        ],
        check=True,
    )
    return {str(script): (into / script).read_text() for script in scripts}
