"""Every check and every test: what `make test` runs once all is set up.

All of them run, whatever fails, so that one round shows all there is to mend. What
passes costs one line. pytest comes last and speaks for itself.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

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
    sys.stdout.flush()
    # A file stays in one process, and so do the server and the browser that its tests
    # share.
    parallel = ["-n", "auto", "--maxprocesses", "4", "--dist", "loadfile"]
    coverage = ["--cov", "--cov-report", "term"]
    pytest = [sys.executable, "-m", "pytest", *parallel, *coverage]
    if subprocess.run(pytest, cwd=ROOT, check=False).returncode != 0:
        yield "pytest"


def files(folder: str, pattern: str) -> list[Path]:
    return sorted((ROOT / folder).rglob(pattern))


if __name__ == "__main__":
    main()
