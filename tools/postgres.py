"""A PostgreSQL of the tests' own: a cluster in a temporary folder, gone afterwards.

    .venv/bin/python -m tools.postgres -m pytest -m database tests/voting

gives the rest of its line to Python, which finds the cluster's address in
``TEST_DATABASE_URL`` and PostgreSQL's programs on its ``PATH``. tests/settings.py and
tests/serving.py look there; without it they use SQLite.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from tools import set_up

SUPERUSER = "poker"
# Several web processes of several tests at once, each with some threads.
CONNECTIONS = 200


class NotToBeHad(Exception):
    """There is no PostgreSQL; the message says why, in one line."""


def main() -> None:
    try:
        with cluster() as environment:
            command = [sys.executable, *sys.argv[1:]]
            done = subprocess.run(command, env=os.environ | environment, check=False)
    except NotToBeHad as reason:
        sys.exit(str(reason))
    sys.exit(done.returncode)


@contextmanager
def cluster() -> Iterator[dict[str, str]]:
    """What the environment of the tests must have besides.

    Raises:
        NotToBeHad: PostgreSQL is not installed, or does not start.
    """
    programs = set_up.postgres()
    if programs is None:
        raise NotToBeHad(
            "there is no PostgreSQL on this machine. On Debian and Ubuntu, "
            "`sudo apt install postgresql` adds it."
        )
    folder = Path(tempfile.mkdtemp(prefix="poker-postgres-"))
    server = _Server(programs, folder)
    # Who is asked to end stops the server first.
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        server.start()
        yield {
            "TEST_DATABASE_URL": server.url,
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        }
    finally:
        server.stop()
        shutil.rmtree(folder)
        signal.signal(signal.SIGTERM, before)


class _Server:
    """It listens on a socket in its own folder: no port to find, nobody else let in."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs = programs
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "log"
        # As both libpq and django-environ understand it.
        self.url = f"postgres:///postgres?host={quote(str(folder))}&user={SUPERUSER}"
        # PostgreSQL refuses to run as root.
        self.user = _somebody_else() if os.geteuid() == 0 else None

    def start(self) -> None:
        if self.user is not None:
            shutil.chown(self.folder, self.user)
        self._must(
            "initdb",
            f"--pgdata={self.data}",
            f"--username={SUPERUSER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        )
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": self.folder,
            "max_connections": CONNECTIONS,
            # What is lost with the machine's power is only tests.
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
        }
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        pg_ctl = ["pg_ctl", f"--pgdata={self.data}", f"--log={self.log}"]
        self._must(*pg_ctl, "--wait", "start")

    def stop(self) -> None:
        """Whether it runs or not."""
        self._run("pg_ctl", f"--pgdata={self.data}", "--mode=immediate", "stop")

    def _must(self, *command: str) -> None:
        status, output = self._run(*command)
        if status != 0:
            raise NotToBeHad(f"{command[0]} failed: {' '.join(output.split())}")

    def _run(self, program: str, *arguments: str) -> tuple[int, str]:
        """Its exit status, and all it said."""
        # A file, not a pipe: the server keeps open what pg_ctl was given.
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(
                [self.programs / program, *arguments],
                cwd=self.folder,
                user=self.user,
                group=self.user and pwd.getpwnam(self.user).pw_gid,
                extra_groups=self.user and [],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                check=False,
            )
            said.seek(0)
            output = said.read().decode(errors="replace")
        if self.log.exists():
            output += self.log.read_text(errors="replace")
        return done.returncode, output


def _somebody_else() -> str:
    """The user that Debian's package makes, else one who owns nothing."""
    names = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


if __name__ == "__main__":
    main()
