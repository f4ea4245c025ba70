"""The servers that are compared, each started as its users would start it."""

import hashlib
import json
import os
import socket
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import ClassVar, Self

from bench.environment import ROOT, channels_python
from bench.http_line import request
from bench.processes import Process
from bench.websocket import Line
from realtime.server import App
from tests.serving import Server
from tests.soketi.running import PROGRAM, why_it_cannot_run

STARTING_PATIENCE_SECONDS = 60
# How many connections are set up side by side.
TOGETHER = 50
SOKETI_APP = App("1001", "bench", "a secret of the benchmarks")


def event_data(size_bytes: int) -> str:
    """The data of an event: JSON of that size."""
    return json.dumps({"text": "x" * (size_bytes - len('{"text": ""}'))})


class Contender(ABC):
    """A running server. All of them get their requests over kept HTTP connections, and
    send each event to whoever listens to its channel.
    """

    name: ClassVar[str]

    def __init__(self, process: Process, port: int) -> None:
        self.process = process
        self.port = port

    @classmethod
    def why_not(cls) -> str | None:
        """Why it cannot run on this machine, None where it can."""
        return None

    @classmethod
    @abstractmethod
    def started(cls, folder: Path) -> AbstractContextManager[Self]:
        """It runs inside of the ``with``; its files are in ``folder``."""

    @abstractmethod
    def trigger(self, channel: str, data: str) -> bytes:
        """The request that publishes an event."""

    def listen(self, channels: Sequence[str]) -> list[Line]:
        """A listener for each of the names; from now on nobody waits for them."""
        lines = []
        for first in range(0, len(channels), TOGETHER):
            lines += self._connect(channels[first : first + TOGETHER])
        for line in lines:
            line.let_go()
        return lines

    @abstractmethod
    def _connect(self, channels: Sequence[str]) -> list[Line]: ...


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
        return request(
            "POST",
            f"{path}?{query}&auth_signature={signature}",
            self.port,
            headers={"Content-Type": "application/json"},
            body=body,
        )

    def _connect(self, channels: Sequence[str]) -> list[Line]:
        lines = [self.line() for _ in channels]
        for line, channel in zip(lines, channels, strict=True):
            self.ask_to_listen(line, channel)
        for line in lines:
            wait_to_listen(line)
        return lines

    def ask_to_listen(self, line: Line, channel: str) -> None:
        """Finish the handshake, and sign for the channel as the product's page does."""
        line.finish_handshake()
        name = f"private-{channel}"
        socket_id = line.next_message()["data"]["socket_id"]
        auth = f"{self.app.key}:{self.app.sign(f'{socket_id}:{name}')}"
        data = {"channel": name, "auth": auth}
        line.send({"event": "pusher:subscribe", "data": data})

    def line(self, *, receive_buffer_bytes: int | None = None) -> Line:
        """A connection that listens to nothing yet."""
        path = f"/app/{self.app.key}?protocol=7&client=bench&version=1"
        return Line(self.port, path, receive_buffer_bytes=receive_buffer_bytes)


def wait_to_listen(line: Line) -> None:
    """Raises ConnectionError if it may not."""
    answer = line.next_message()
    if answer["event"] != "pusher_internal:subscription_succeeded":
        raise ConnectionError(f"Not subscribed: {answer}")


class PlanningPoker(PusherServer):
    """This product as `make run` has it: SQLite, the embedded server, one process."""

    name = "Planning Poker"
    command: ClassVar[Sequence[str]] = ["manage.py", "serve"]

    def __init__(self, process: Process, installation: Server) -> None:
        super().__init__(process, installation.port)
        self.installation = installation
        credentials = json.loads(installation.manage("realtime_credentials"))
        self.app = App(credentials["app_id"], credentials["key"], credentials["secret"])

    @classmethod
    @contextmanager
    def started(cls, folder: Path) -> Iterator[Self]:
        folder.mkdir(parents=True, exist_ok=True)
        installation = Server(folder, RATE_LIMITS="off")
        installation.manage("migrate", "--verbosity", "0")
        command = [sys.executable, *cls.command]
        with _running(
            command, installation.environment, installation.port, folder
        ) as process:
            yield cls(process, installation)


class UnderDjangosHandler(PlanningPoker):
    """The same, but for Django's own ASGI handler in place of the lasting threads."""

    name = "the same under Django's ASGI handler"
    command: ClassVar[Sequence[str]] = ["-m", "bench.djangos_handler"]


class ChannelsDaphne(Contender):
    """bench/channels_daphne/: the same job on Django Channels."""

    name = "Channels + Daphne"

    @classmethod
    @contextmanager
    def started(cls, folder: Path) -> Iterator[Self]:
        port = _free_port()
        application = "bench.channels_daphne.asgi:application"
        command = [channels_python(), "-m", "daphne", "--verbosity", "0"]
        command += ["--bind", "127.0.0.1", "--port", str(port)]
        # Nothing answers its pings while the others have their turns.
        command += ["--ping-interval", "86400", application]
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "bench.channels_daphne.settings",
            "PYTHONPATH": str(ROOT),
        }
        with _running(command, environment, port, folder) as process:
            yield cls(process, port)

    def trigger(self, channel: str, data: str) -> bytes:
        return request(
            "POST",
            f"/rooms/{channel}/events/",
            self.port,
            headers={"Content-Type": "application/json"},
            body=json.dumps({"name": "vote", "data": data}).encode(),
        )

    def _connect(self, channels: Sequence[str]) -> list[Line]:
        return _open(self.port, [f"/rooms/{channel}/" for channel in channels])


class Soketi(PusherServer):
    """Soketi from npm, as tests/soketi/ installs it."""

    name = "Soketi"
    app = SOKETI_APP

    @classmethod
    def why_not(cls) -> str | None:
        return why_it_cannot_run()

    @classmethod
    @contextmanager
    def started(cls, folder: Path) -> Iterator[Self]:
        port, metrics_port = _free_port(), _free_port()
        environment = os.environ | {
            "SOKETI_HOST": "127.0.0.1",
            "SOKETI_PORT": str(port),
            "SOKETI_METRICS_SERVER_PORT": str(metrics_port),
            "SOKETI_DEFAULT_APP_ID": cls.app.app_id,
            "SOKETI_DEFAULT_APP_KEY": cls.app.key,
            "SOKETI_DEFAULT_APP_SECRET": cls.app.secret,
        }
        command = ["node", str(PROGRAM), "start"]
        with _running(command, environment, port, folder) as process:
            yield cls(process, port)


class BareSends(Contender):
    """No contender but the ceiling: bench/bare_sends.py does nothing but send."""

    name = "a bare loop of sends"

    @classmethod
    @contextmanager
    def started(cls, folder: Path) -> Iterator[Self]:
        port = _free_port()
        command = [sys.executable, "-m", "bench.bare_sends", str(port)]
        with _running(command, os.environ, port, folder) as process:
            yield cls(process, port)

    def trigger(self, channel: str, data: str) -> bytes:
        """Its body is what the product's listeners get: as many bytes."""
        event = {"event": "vote", "channel": f"private-{channel}", "data": data}
        body = json.dumps(event, separators=(",", ":")).encode()
        return request("POST", "/", self.port, body=body)

    def _connect(self, channels: Sequence[str]) -> list[Line]:
        return _open(self.port, ["/"] * len(channels))


def contenders() -> list[type[Contender]]:
    """Those that can run on this machine; the product comes first."""
    every: list[type[Contender]] = [PlanningPoker, Soketi, ChannelsDaphne]
    return [contender for contender in every if contender.why_not() is None]


def _open(port: int, paths: Sequence[str]) -> list[Line]:
    """Connections that listen as soon as they are open, opened side by side."""
    lines = [Line(port, path) for path in paths]
    for line in lines:
        line.finish_handshake()
    return lines


@contextmanager
def _running(
    command: Sequence[str], environment: Mapping[str, str], port: int, folder: Path
) -> Iterator[Process]:
    """A process that answers on its port. Raises RuntimeError with its log."""
    folder.mkdir(parents=True, exist_ok=True)
    with Process(command, environment, folder / "server.log") as process:
        deadline = time.monotonic() + STARTING_PATIENCE_SECONDS
        while not _answers(port):
            if process.has_ended or time.monotonic() > deadline:
                raise RuntimeError(f"{command} did not start:\n{process.log_text}")
            time.sleep(0.05)
        yield process


def _answers(port: int) -> bool:
    with (
        suppress(ConnectionRefusedError),
        socket.create_connection(("127.0.0.1", port), STARTING_PATIENCE_SECONDS),
    ):
        return True
    return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port
