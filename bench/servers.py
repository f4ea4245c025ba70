"""The servers that are compared, each started as its users would start it."""

import hashlib
import json
import os
import socket
import subprocess
import sys
import time
import venv
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from bench.http_connection import request
from bench.process import Process, started
from bench.websocket import WebSocket
from realtime.server import App
from tests.serving import ROOT, Server
from tests.soketi.running import PROGRAM

OURS, SOKETI, CHANNELS = "Planning Poker", "Soketi", "Channels + Daphne"
STARTING_PATIENCE_SECONDS = 60
# How many connections are set up side by side.
TOGETHER = 50
JSON = {"Content-Type": "application/json"}
VENV = ROOT / ".venv-bench"
REQUIREMENTS = ROOT / "bench" / "requirements.txt"


def event_data(size_bytes: int) -> str:
    """The data of an event: JSON of that size."""
    return json.dumps({"text": "x" * (size_bytes - len('{"text": ""}'))})


class Contender(ABC):
    """A server. It gets its triggers over kept HTTP connections, and sends each event
    to whoever subscribed to its channel.
    """

    name: str
    port: int
    command: Sequence[str]
    environment: Mapping[str, str]
    root = ROOT
    process: Process

    @abstractmethod
    def prepare(self, folder: Path) -> None:
        """Decide on port, command and environment; ``folder`` is for its files."""

    @abstractmethod
    def trigger(self, channel: str, data: str) -> bytes:
        """The request that publishes an event."""

    @abstractmethod
    def connect(self, channel: str, *, receive_buffer_bytes: int = 0) -> WebSocket:
        """A connection whose handshake is under way."""

    @abstractmethod
    def ask_to_subscribe(self, connection: WebSocket, channel: str) -> None: ...

    def confirm(self, connection: WebSocket) -> None:  # noqa: B027 -- not everywhere
        """Wait until it is subscribed."""

    def subscribe(self, channels: Sequence[str]) -> list[WebSocket]:
        """A subscriber of each; from now on nobody waits for them."""
        connections: list[WebSocket] = []
        for first in range(0, len(channels), TOGETHER):
            together = channels[first : first + TOGETHER]
            opened = [self.connect(channel) for channel in together]
            for connection, channel in zip(opened, together, strict=True):
                self.ask_to_subscribe(connection, channel)
            for connection in opened:
                self.confirm(connection)
                connection.wait_no_more()
            connections += opened
        return connections

    @contextmanager
    def running(self, folder: Path) -> Iterator[Self]:
        """Raises RuntimeError with its log if it does not start."""
        folder.mkdir(parents=True)
        self.prepare(folder)
        log = folder / "output.log"
        with started(self.command, self.environment, self.root, log) as self.process:
            deadline = time.monotonic() + STARTING_PATIENCE_SECONDS
            while not self._answers():
                if self.process.has_ended or time.monotonic() > deadline:
                    raise RuntimeError(f"{self.name}:\n{self.process.log_text}")
                time.sleep(0.05)
            yield self

    def _answers(self) -> bool:
        with (
            suppress(ConnectionRefusedError),
            socket.create_connection(("127.0.0.1", self.port)),
        ):
            return True
        return False


class PusherServer(Contender):
    """Whatever speaks Pusher's protocol. The channels are private, as a room's are."""

    app: App

    def trigger(self, channel: str, data: str) -> bytes:
        """Signed once: the signature holds for ten minutes."""
        event = {"name": "vote", "channels": [f"private-{channel}"], "data": data}
        body = json.dumps(event).encode()
        path = f"/apps/{self.app.app_id}/events"
        digest = hashlib.md5(body, usedforsecurity=False).hexdigest()
        query = (
            f"auth_key={self.app.key}&auth_timestamp={int(time.time())}"
            f"&auth_version=1.0&body_md5={digest}"
        )
        signature = self.app.sign(f"POST\n{path}\n{query}")
        address = f"{path}?{query}&auth_signature={signature}"
        return request("POST", address, self.port, JSON, body)

    def connect(self, channel: str = "", *, receive_buffer_bytes: int = 0) -> WebSocket:
        path = f"/app/{self.app.key}?protocol=7&client=bench&version=1"
        return WebSocket(self.port, path, receive_buffer_bytes=receive_buffer_bytes)

    def ask_to_subscribe(self, connection: WebSocket, channel: str) -> None:
        """Signed as the product's server would."""
        socket_id = socket_id_of(connection)
        auth = self.app.sign(f"{socket_id}:private-{channel}")
        data = {"channel": f"private-{channel}", "auth": f"{self.app.key}:{auth}"}
        connection.send("pusher:subscribe", data)

    def confirm(self, connection: WebSocket) -> None:
        connection.wait_for("pusher_internal:subscription_succeeded")


def socket_id_of(connection: WebSocket) -> str:
    connection.finish_handshake()
    greeting = connection.wait_for("pusher:connection_established")
    return str(json.loads(greeting["data"])["socket_id"])


class PlanningPoker(PusherServer):
    """A checkout of this product as `make run` has it: SQLite, one process, every
    setting at its default. Another checkout runs on its own packages if it has them.
    """

    def __init__(self, checkout: Path = ROOT) -> None:
        self.name = OURS if checkout == ROOT else str(checkout)
        self.root = checkout.resolve()

    def prepare(self, folder: Path) -> None:
        own = self.root / ".venv" / "bin" / "python"
        python = str(own) if self.root != ROOT and own.exists() else sys.executable
        installation = Server(folder, RATE_LIMITS="off")
        self.port, self.environment = installation.port, installation.environment
        self.address = f"http://127.0.0.1:{self.port}"
        self.command = [python, "manage.py", "serve", "--migrate"]
        printed = subprocess.run(
            [python, "manage.py", "realtime_credentials"],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            check=True,
        )
        app = json.loads(printed.stdout)
        self.app = App(app["app_id"], app["key"], app["secret"])


class ChannelsDaphne(Contender):
    """bench/channels_daphne.py: the same job on Django Channels."""

    name = CHANNELS

    def prepare(self, folder: Path) -> None:
        self.port = _free_port()
        self.command = [
            *[_channels_python(), "-m", "daphne", "--verbosity", "0"],
            *["--bind", "127.0.0.1", "--port", str(self.port)],
            # Nothing answers its pings while the others have their turns.
            *["--ping-interval", "86400", "bench.channels_daphne:application"],
        ]
        self.environment = os.environ | {"PYTHONPATH": str(ROOT)}

    def trigger(self, channel: str, data: str) -> bytes:
        body = json.dumps({"name": "vote", "data": data}).encode()
        return request("POST", f"/rooms/{channel}/events/", self.port, JSON, body)

    def connect(self, channel: str, *, receive_buffer_bytes: int = 0) -> WebSocket:
        return WebSocket(self.port, f"/rooms/{channel}/")

    def ask_to_subscribe(self, connection: WebSocket, channel: str) -> None:
        """The consumer subscribes each connection before the handshake ends."""
        connection.finish_handshake()


class Soketi(PusherServer):
    """Soketi from npm, as tests/soketi/ installs it."""

    name = SOKETI
    app = App("1001", "bench", "a secret of the benchmarks")

    def prepare(self, folder: Path) -> None:
        self.port = _free_port()
        self.command = ["node", str(PROGRAM), "start"]
        self.environment = os.environ | {
            "SOKETI_HOST": "127.0.0.1",
            "SOKETI_PORT": str(self.port),
            "SOKETI_METRICS_SERVER_PORT": str(_free_port()),
            "SOKETI_DEFAULT_APP_ID": self.app.app_id,
            "SOKETI_DEFAULT_APP_KEY": self.app.key,
            "SOKETI_DEFAULT_APP_SECRET": self.app.secret,
        }


def _channels_python() -> str:
    """The Python of .venv-bench, made once for each bench/requirements.txt."""
    python, stamp = str(VENV / "bin" / "python"), VENV / ".installed"
    key = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    if not stamp.exists() or stamp.read_text() != key:
        print("Installing Channels and Daphne into .venv-bench ..", flush=True)
        venv.create(VENV, with_pip=True, clear=True)
        install = [python, "-m", "pip", "install", "--quiet", "-r", str(REQUIREMENTS)]
        if subprocess.run(install, check=False).returncode:
            sys.exit("Channels and Daphne could not be installed.")
        stamp.write_text(key)
    return python


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port
