"""``manage.py serve`` and ``manage.py realtime_server`` as processes, and Chromium."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from playwright.sync_api import Browser, Playwright

from tests.databases import empty_database

ROOT = Path(__file__).parent.parent
PATIENCE_SECONDS = 30
CHROMIUM = os.environ.get("CHROMIUM_PATH") or "/usr/bin/chromium"


class Server:
    """One installation: a database, a port, and a process, which can be restarted.

    The database is SQLite's, or whichever the tests run on (tests/databases.py).
    """

    command: tuple[str, ...] = ("serve", "--migrate")

    def __init__(self, folder: Path, **environment: str) -> None:
        self.log = folder / "server.log"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address = f"http://localhost:{self.port}"
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PUSHER_", "REALTIME_", "DATABASE_"))
        }
        self.environment = {
            **kept,
            "DJANGO_SETTINGS_MODULE": "planning_poker.settings",
            "READ_DOT_ENV": "off",
            "SECRET_KEY": "a secret of the tests, of fifty characters and a few",
            "DATABASE_URL": environment.get("DATABASE_URL") or empty_database(folder),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            **environment,
        }

    def start(self) -> None:
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", *self.command],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait_until_it_answers()

    @contextlib.contextmanager
    def running(self) -> Iterator[Self]:
        """Started, and in the end stopped cleanly, with no warning in the log."""
        self.start()
        yield self
        assert self.stop() == 0
        assert self.complaints == []

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """As when the machine loses power."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """As Ctrl-C does. The process's exit status is returned."""
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(PATIENCE_SECONDS)

    def manage(self, *arguments: str, **environment: str) -> str:
        """Run another command on this installation: what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    @property
    def complaints(self) -> list[str]:
        """The lines of the log that report a problem."""
        return re.findall(
            r".*(?:WARNING|ERROR|CRITICAL|Traceback).*", self.log.read_text()
        )

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            assert self._process.poll() is None, self.log.read_text()
            with (
                contextlib.suppress(ConnectionError),
                socket.create_connection(
                    ("127.0.0.1", self.port), PATIENCE_SECONDS
                ) as connection,
            ):
                # It listens before it answers, and before it handles signals.
                connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                if connection.recv(1):
                    return
            time.sleep(0.02)
        raise AssertionError(self.log.read_text())


class RealtimeServer(Server):
    """The real-time server alone, with an app of its own.

    ``for_web`` is the environment with which web processes publish to it.
    """

    def __init__(self, folder: Path, **environment: str) -> None:
        app = {"PUSHER_APP_ID": "1001", "PUSHER_KEY": "a-key", "PUSHER_SECRET": "shh"}
        super().__init__(folder, **{**app, **environment})
        self.command = ("realtime_server", "--port", str(self.port))
        self.for_web = {
            **app,
            "PUSHER_HOST": "127.0.0.1",
            "PUSHER_PORT": str(self.port),
            "PUSHER_SCHEME": "http",
        }


def status_of(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE_SECONDS) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@contextlib.contextmanager
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """A browser that sends no requests to other hosts by itself."""
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM if Path(CHROMIUM).exists() else None,
        args=[
            "--no-sandbox",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
        ],
    )
    with browser:
        yield browser
