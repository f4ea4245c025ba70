"""The process dies, the database is locked, the disk is full: no vote is half saved.

A server that is killed during many votes is in ``test_kill.py``, browsers after a
restart are in ``tests/browser/test_restart.py`` and ``test_recovery.py``.
"""

import contextlib
import re
import resource
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.http_client import start_round
from tests.people import without_time
from tests.process import crash_server
from tests.serving import Server

pytestmark = pytest.mark.process

LOCKED_SECONDS = 5
BLOCK_BYTES = 4_096


@pytest.fixture
def serve(tmp_path):
    """Start a server for this test alone; it is killed afterwards."""
    servers = []

    def serve(**environment: str) -> Server:
        server = Server(tmp_path, **environment)
        servers.append(server)
        server.start()
        return server

    yield serve
    for server in servers:
        server.kill()


@pytest.mark.database
def test_a_process_killed_between_commit_and_publish_loses_and_doubles_nothing(
    serve, tmp_path
):
    crashed = tmp_path / "crashed"
    server = serve(**crash_server.environment(crashed))
    amira, jonas, task = start_round(server.address)
    version = amira.state["version"]
    vote = {"card": "8", "task": task, "round": "1", "key": "tab:1"}
    with pytest.raises(requests.ConnectionError):
        jonas.votes(**vote)
    assert crashed.exists()
    server.kill()  # it only collects the exit status
    server.start()

    with amira.subscribed() as events:
        # A browser fetches the state when it has reconnected, and repeats its vote.
        state = amira.state
        assert state["version"] == version + 1
        assert amira.round["votedUserIds"] == [jonas.user_id]
        jonas.votes(**vote)
        assert amira.state["version"] == version + 1, "it counted once"
        jonas.votes("13", round="1", key="tab:2")
        assert events.receive()["data"]["version"] == version + 2
    amira.reveals()
    assert amira.revealed_cards == ["13"]
    assert server.stop() == 0


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Another process has an open write transaction, a backup's for example."""
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_a_vote_waits_for_a_database_that_is_locked_for_some_seconds(serve, tmp_path):
    server = serve()
    _, jonas, task = start_round(server.address)
    with ThreadPoolExecutor(1) as background:
        with locked(tmp_path / "db.sqlite3"):
            vote = background.submit(jonas.posts, f"tasks/{task}/vote/", card="8")
            # Real seconds: SQLite's own timeout is tested here.
            assert wait([vote], LOCKED_SECONDS).not_done
        assert vote.result().status_code == 204
    assert jonas.vote == "8"
    assert server.stop() == 0
    assert server.complaints == []


def test_a_vote_is_refused_whole_while_the_database_stays_locked(serve, tmp_path):
    server = serve(DJANGO_SETTINGS_MODULE="tests.process.short_timeouts")
    amira, jonas, task = start_round(server.address)
    jonas.votes("5")
    version = amira.state["version"]
    with locked(tmp_path / "db.sqlite3"):
        refusal = jonas.posts(f"tasks/{task}/vote/", card="8")
    assert_unavailable(refusal)
    assert amira.state["version"] == version
    assert jonas.vote == "5"

    jonas.votes("8")
    assert jonas.vote == "8"
    assert server.stop() == 0


def limit_file_size(server: Server, folder: Path) -> Callable[[], None]:
    """The size of the server's files is limited to that of the database's journal."""
    process = server._process.pid
    before = resource.prlimit(process, resource.RLIMIT_FSIZE)
    size = (folder / "db.sqlite3-wal").stat().st_size
    resource.prlimit(process, resource.RLIMIT_FSIZE, (size, before[1]))
    return lambda: resource.prlimit(process, resource.RLIMIT_FSIZE, before)


def fill_disk(folder: Path) -> Callable[[], None]:
    """Another file fills the small disk."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"0" * BLOCK_BYTES)
    return ballast.unlink


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root can mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_change_is_refused_whole_while_files_cannot_grow(serve, tmp_path):
    server = serve()
    assert_refuses_and_recovers(server, lambda: limit_file_size(server, tmp_path))


def test_a_change_is_refused_whole_while_the_disk_is_full(small_disk, serve):
    server = serve(DATABASE_URL=f"sqlite:///{small_disk / 'db.sqlite3'}")
    assert_refuses_and_recovers(server, lambda: fill_disk(small_disk))


def assert_refuses_and_recovers(
    server: Server, fails: Callable[[], Callable[[], None]]
) -> None:
    """A change is refused during the fault, and works afterwards without a restart."""
    amira, jonas, task = start_round(server.address)
    jonas.votes("5")
    before = amira.state
    mend = fails()
    for path, fields in [
        (f"tasks/{task}/vote/", {"card": "8"}),
        (f"tasks/{task}/vote/", {"card": "13", "round": "1", "key": "tab:1"}),
        ("tasks/", {"title": "One more", "description": "x" * 10_000}),
    ]:
        assert_unavailable(amira.posts(path, **fields))
    assert without_time(amira.state) == without_time(before)
    mend()

    with amira.subscribed() as recorder:
        jonas.votes("8")
        amira.adds_task("One more")
        events = recorder.receive_all()
    assert [event["event"] for event in events] == ["vote", "task-added"]
    assert jonas.vote == "8"
    assert server.stop() == 0


def assert_unavailable(refusal: requests.Response) -> None:
    """With a sentence."""
    assert refusal.status_code == 503, refusal.text
    assert re.fullmatch("[A-Z].*[.]", refusal.json()["error"])
