import ast
import json
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tools import set_up


def test_an_old_python_can_still_parse_it():
    ast.parse(Path(set_up.__file__).read_text(), feature_version=(3, 6))


def test_a_new_secret_is_readable_by_the_owner_only(tmp_path):
    set_up.write_secret_key(tmp_path / ".env")
    set_up.write_secret_key(tmp_path / "another.env")

    text = (tmp_path / ".env").read_text()
    assert re.fullmatch(r"SECRET_KEY=[\w-]{50,}\n", text)
    assert text != (tmp_path / "another.env").read_text()
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_existing_settings_are_kept(tmp_path):
    (tmp_path / ".env").write_text("# SECRET_KEY=\nPORT=9000")

    set_up.write_secret_key(tmp_path / ".env")

    lines = (tmp_path / ".env").read_text().splitlines()
    assert lines[:2] == ["# SECRET_KEY=", "PORT=9000"]
    assert lines[2].startswith("SECRET_KEY=")


def test_an_existing_secret_is_kept(tmp_path):
    (tmp_path / ".env").write_text("SECRET_KEY=mine\n")

    set_up.write_secret_key(tmp_path / ".env")

    assert (tmp_path / ".env").read_text() == "SECRET_KEY=mine\n"


def test_libraries_are_copied_with_types_and_without_source_maps(tmp_path):
    package = {"servedFromOurOrigin": {"lib/dist/lib.js": "lib/lib.js"}}
    (tmp_path / "package.json").write_text(json.dumps(package))
    (tmp_path / "node_modules/lib/dist").mkdir(parents=True)
    (tmp_path / "node_modules/lib/dist/lib.d.ts").write_text("export {};")
    (tmp_path / "node_modules/lib/dist/lib.js").write_text(
        "export {};\n//# sourceMappingURL=lib.js.map"
    )

    copies = tmp_path / "static/vendor/lib"
    copies.mkdir(parents=True)
    (copies / "no-longer-listed.js").write_text("export {};")

    set_up.copy_served_files(tmp_path)

    assert {copy.name: copy.read_text() for copy in copies.iterdir()} == {
        "lib.js": "export {};\n",
        "lib.d.ts": "export {};",
    }


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(set_up, "LOG", tmp_path / "last-step.log")


def test_a_failed_step_shows_the_output_of_its_command(own_folder):
    with pytest.raises(set_up.CannotGoOn, match="no such flavour"):
        set_up.step(
            "Trying", sys.executable, "-c", "raise SystemExit('no such flavour')"
        )


def test_without_a_network_the_error_is_a_sentence(own_folder):
    npm = "raise SystemExit('npm error code ENOTFOUND')"

    with pytest.raises(set_up.CannotGoOn, match="network cannot be reached"):
        set_up.step("Trying", sys.executable, "-c", npm)


def test_without_a_browser_it_prints_what_to_do(monkeypatch):
    monkeypatch.delenv("CHROMIUM_PATH", raising=False)
    for nothing in ["first_that_starts", "browser_of_playwright"]:
        monkeypatch.setattr(set_up, nothing, lambda *_: None)
    monkeypatch.setattr(set_up, "may_install_system_packages", lambda: False)

    with pytest.raises(set_up.CannotGoOn, match="or set CHROMIUM_PATH"):
        set_up.browser()


def test_postgresql_is_not_needed_to_go_on(monkeypatch, capsys):
    def fails(package):
        raise set_up.CannotGoOn(f"{package} cannot be installed.")

    monkeypatch.setattr(set_up, "postgres", lambda: None)
    monkeypatch.setattr(set_up, "may_install_system_packages", lambda: True)
    monkeypatch.setattr(set_up, "apt_install", fails)

    set_up.install_postgres()

    assert capsys.readouterr().out == "postgresql cannot be installed.\n"


def test_the_commands_are_listed_by_make_alone():
    listed = subprocess.run(
        ["make", "--no-print-directory"],
        cwd=set_up.ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )

    assert re.search("make run +- Serve", listed.stdout)
