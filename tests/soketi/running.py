"""Soketi as a process of its own, where tests/soketi/node_modules has it."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Self

FOLDER = Path(__file__).parent
PROGRAM = FOLDER / "node_modules" / "@soketi" / "soketi" / "bin" / "server.js"
PATIENCE_SECONDS = 30


def why_it_cannot_run() -> str | None:
    """A sentence, or None where Soketi can be started."""
    if shutil.which("node") is None:
        return "There is no Node.js on this machine."
    if not PROGRAM.exists():
        return "`python3 tools/set_up.py test` has not installed Soketi."
    return None


class Soketi:
    """One server with one app, on a port of its own.

    ``app_options`` are Soketi's own words for the app, ``enableClientMessages`` say;
    ``options`` its words for the server, ``{"presence.maxMembersPerChannel": 10}``.
    """

    def __init__(
        self,
        folder: Path,
        *,
        app_id: str = "20170426",
        key: str = "a-key",
        secret: str = "a-secret",
        app_options: dict[str, Any] | None = None,
        options: dict[str, Any] | None = None,
    ) -> None:
        self.app_id, self.key, self.secret = app_id, key, secret
        self.log = folder / "soketi.log"
        self.port = free_port()
        self._config = folder / "soketi.json"
        app = {"id": app_id, "key": key, "secret": secret, **(app_options or {})}
        config = {
            "host": "127.0.0.1",
            "port": self.port,
            # It also opens this port, which has a fixed default.
            "metrics.host": "127.0.0.1",
            "metrics.port": free_port(),
            "appManager.array.apps": [app],
            # It always waits this long.
            "shutdownGracePeriod": 0,
            **(options or {}),
        }
        self._config.write_text(json.dumps(config))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self, *through: str) -> None:
        """``through`` is put before the command: ``taskset`` with its arguments."""
        # This process's settings of the provider are not meant for it.
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("SOKETI_", "PUSHER_"))
        }
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [*through, "node", PROGRAM, "start", f"--config={self._config}"],
                cwd=FOLDER,
                env=kept,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait_until(self._answers)

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """As Ctrl-C does."""
        self.process.terminate()
        self.process.wait(PATIENCE_SECONDS)

    def environment(self) -> dict[str, str]:
        """The settings that point the product to it."""
        return {
            "PUSHER_APP_ID": self.app_id,
            "PUSHER_KEY": self.key,
            "PUSHER_SECRET": self.secret,
            "PUSHER_HOST": "127.0.0.1",
            "PUSHER_PORT": str(self.port),
            "PUSHER_SCHEME": "http",
        }

    def _answers(self) -> bool:
        assert self.is_running, self.log.read_text()
        address = f"http://127.0.0.1:{self.port}/"
        no_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with contextlib.suppress(urllib.error.URLError, OSError):
            return bool(no_proxy.open(address, timeout=5).read() == b"OK")
        return False

    def _wait_until(self, condition: Callable[[], bool]) -> None:
        deadline = monotonic() + PATIENCE_SECONDS
        while not condition():
            assert monotonic() < deadline, self.log.read_text()
            sleep(0.02)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port
