"""The servers under test, each a process of its own or a remote one."""

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Protocol
from urllib.parse import urlsplit

from tests.serving import Server
from tests.soketi.running import Soketi, free_port

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 30
APP = ("20170426", "a-key", "a-secret")

# The options that tests need beyond the defaults, by the names of each server.
VARIANTS: dict[str, dict[str, dict[str, Any]]] = {
    "plain": {
        "embedded": {},
        "product": {},
        "soketi": {"app_options": {"enableUserAuthentication": True}},
    },
    "with client events": {
        "embedded": {"server": {"client_events": True}},
        "product": {"REALTIME_CLIENT_EVENTS": "on"},
        "soketi": {
            "app_options": {
                "enableClientMessages": True,
                "maxClientEventsPerSecond": 10,
            }
        },
    },
    "sweeping": {"embedded": {"sweep_seconds": 0.1}},
}


class PusherServer(Protocol):
    """A server under test: its address, and its one app."""

    host: str
    port: int
    app_id: str
    key: str
    secret: str

    def start(self) -> None: ...
    def kill(self) -> None: ...
    def stop(self) -> object: ...
    @property
    def is_running(self) -> bool: ...


class Embedded:
    host = "127.0.0.1"
    app_id, key, secret = APP

    def __init__(self, folder: Path, **options: Any) -> None:
        self.log = folder / "embedded.log"
        self.port = free_port()
        self._options = json.dumps({"app": APP, **options})

    def start(self) -> None:
        module = "tests.realtime.conformance.serve_embedded"
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module, str(self.port), self._options],
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_until(self._takes_connections)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE_SECONDS)

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def _takes_connections(self) -> bool:
        assert self.is_running, self.log.read_text()
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection((self.host, self.port)).close()
            return True
        return False


class Product(Server):
    """``manage.py serve``, where pages and the HTTP API share the port."""

    host = "127.0.0.1"

    def __init__(self, folder: Path, **environment: str) -> None:
        super().__init__(folder, **environment)
        credentials = json.loads(self.manage("realtime_credentials"))
        self.app_id = credentials["app_id"]
        self.key, self.secret = credentials["key"], credentials["secret"]


class SoketiUnderTest(Soketi):
    host = "127.0.0.1"


class Remote:
    """A remote server, which tests can neither start nor stop."""

    is_running = True

    def __init__(self, environment: Mapping[str, str]) -> None:
        address = urlsplit(environment["CONFORMANCE_URL"])
        assert address.scheme == "http", "TLS is its proxy's business"
        self.host, self.port = str(address.hostname), address.port or 80
        self.app_id = environment["CONFORMANCE_APP_ID"]
        self.key = environment["CONFORMANCE_KEY"]
        self.secret = environment["CONFORMANCE_SECRET"]

    def start(self) -> None:
        pass

    kill = stop = start


def names() -> list[str]:
    remote = ["remote"] if "CONFORMANCE_URL" in os.environ else []
    return ["embedded", "product", "soketi", *remote]


def make(name: str, variant: str, folder: Path) -> PusherServer:
    if name == "remote":
        return Remote(os.environ)
    kinds: dict[str, Callable[..., PusherServer]] = {
        "embedded": Embedded,
        "product": Product,
        "soketi": SoketiUnderTest,
    }
    return kinds[name](folder, **VARIANTS[variant][name])


def wait_until(condition: Callable[[], Any]) -> None:
    deadline = monotonic() + PATIENCE_SECONDS
    while not condition():
        assert monotonic() < deadline, "the condition was not met in time"
        sleep(0.01)
