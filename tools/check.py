"""Every check and every test: what `make test` runs once all is set up.

All of them run, whatever fails, so that one round shows all there is to mend. What
passes costs one line. pytest comes last and speaks for itself: on PostgreSQL, with what
uses the database, and then on SQLite, with everything.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools import postgres

ROOT = Path(__file__).resolve().parent.parent
NODE_TOOLS = ROOT / "node_modules" / ".bin"

# The checks that know Django are kept from the settings of this installation's .env.
ENVIRONMENT = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}


def main() -> None:
    failed = [*failed_checks(), *failed_tests()]
    if failed:
        sys.exit(f"Failed: {', '.join(failed)}")


def checks() -> dict[str, list[str | Path]]:
    python = sys.executable
    manage = [python, "manage.py"]
    return {
        # The slowest first: they run two at a time.
        "mypy": [python, "-m", "mypy"],
        "ruff check": [python, "-m", "ruff", "check"],
        "ruff format": [python, "-m", "ruff", "format", "--check"],
        "tsc": [NODE_TOOLS / "tsc"],
        "biome": [NODE_TOOLS / "biome", "ci"],
        "node --test": ["node", "--test", *files("tests/js", "*.test.js")],
        # Its script says where it was installed; .venv may have been moved since.
        "import-linter": [python, Path(python).with_name("lint-imports"), "--no-logo"],
        "djade": [
            Path(python).with_name("djade"),
            "--check",
            *files("templates", "*.html"),
        ],
        "manage.py check": [*manage, "check", "--fail-level", "WARNING"],
        "manage.py makemigrations": [*manage, "makemigrations", "--check"],
    }


def failed_checks() -> Iterator[str]:
    with ThreadPoolExecutor(max_workers=2) as pool:
        running = {
            name: pool.submit(run, command) for name, command in checks().items()
        }
        for name, outcome in running.items():
            passed, output, seconds = outcome.result()
            print(f"{'ok' if passed else 'FAILED':8}{name:26}{seconds:5.1f} s")
            if not passed:
                print(output, flush=True)
                yield name


def run(command: list[str | Path]) -> tuple[bool, str, float]:
    started = time.monotonic()
    outcome = subprocess.run(
        command,
        cwd=ROOT,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return outcome.returncode == 0, outcome.stdout, time.monotonic() - started


def failed_tests() -> Iterator[str]:
    also = []
    try:
        with postgres.cluster() as environment:
            print("pytest on PostgreSQL, for what uses the database", flush=True)
            if not pytest("-m", "database", "--cov-report=", **environment):
                yield "pytest on PostgreSQL"
        also = ["--cov-append"]
    except postgres.NotToBeHad as reason:
        # Continuous integration must not lose half of the tests unnoticed.
        may_be_skipped = os.environ.get("CI") != "true"
        outcome = "skipped" if may_be_skipped else "FAILED"
        print(f"{outcome:8}pytest on PostgreSQL: {reason}", flush=True)
        if not may_be_skipped:
            yield "pytest on PostgreSQL"
    print("pytest on SQLite", flush=True)
    if not pytest("--cov-report=term", *also):
        yield "pytest on SQLite"


def pytest(*arguments: str, **environment: str) -> bool:
    """Whether all of them passed."""
    # A file stays in one process, and so do the server and the browser that its tests
    # share.
    parallel = ["-n", "auto", "--maxprocesses", "4", "--dist", "loadfile"]
    command = [sys.executable, "-m", "pytest", *parallel, *arguments, "--cov"]
    outcome = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, check=False
    )
    return outcome.returncode == 0


def files(folder: str, pattern: str) -> list[Path]:
    return sorted((ROOT / folder).rglob(pattern))


if __name__ == "__main__":
    main()
