"""The process dies, the database is locked, the disk is full: no vote is half there.

That a server killed among votes loses none is in ``test_kill.py``, and what browsers
make of it in ``tests/browser/test_restart.py`` and ``test_recovery.py``.
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
from typing import Any

import pytest
import requests

from tests.guests import Guest
from tests.process import dying
from tests.serving import Server

pytestmark = pytest.mark.process

LOCKED_SECONDS = 5
BLOCK_BYTES = 4_096


@pytest.fixture
def serve(tmp_path):
    """Start a server of this test's own; it is gone when the test is over."""
    servers = []

    def serve(**environment: str) -> Server:
        server = Server(tmp_path, **environment)
        servers.append(server)
        server.start()
        return server

    yield serve
    for server in servers:
        server.kill()


def starts_a_round(server: Server) -> tuple[Guest, Guest, str]:
    """The facilitator, a voter, and the address of the task being voted on."""
    amira = Guest("Amira", server.address)
    amira.starts("Payments refinement")
    jonas = Guest("Jonas", server.address).joins(amira.room)
    amira.does("quick-vote/")
    return amira, jonas, f"tasks/{amira.state()['round']['taskId']}/"


@pytest.mark.database
def test_a_process_killed_between_commit_and_publish_loses_and_doubles_nothing(
    serve, tmp_path
):
    died = tmp_path / "died"
    server = serve(**dying.environment(died))
    amira, jonas, task = starts_a_round(server)
    version = amira.state()["version"]
    vote = {"card": "8", "round": "1", "key": "tab:1"}
    with pytest.raises(requests.ConnectionError):
        jonas.does(f"{task}vote/", **vote)
    assert died.exists()
    server.kill()  # nobody is left of it but its exit status
    server.start()

    with amira.listening() as ears:
        # As a browser does once it listens again, and as the voter's sends again.
        state = amira.state()
        assert state["version"] == version + 1
        assert state["round"]["votedUserIds"] == [jonas.user_id()]
        jonas.does(f"{task}vote/", **vote)
        assert amira.state()["version"] == version + 1, "it counted once"
        jonas.does(f"{task}vote/", card="13", round="1", key="tab:2")
        assert ears.hear()["data"]["version"] == version + 2
    amira.does(f"{task}reveal/")
    assert [vote["storyPoints"] for vote in amira.state()["round"]["votes"]] == ["13"]
    assert server.stop() == 0


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Another process' long transaction, a backup's for example."""
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_a_vote_waits_for_a_database_that_is_locked_for_some_seconds(serve, tmp_path):
    server = serve()
    _, jonas, task = starts_a_round(server)
    with ThreadPoolExecutor(1) as background:
        with locked(tmp_path / "db.sqlite3"):
            vote = background.submit(jonas.tries, f"{task}vote/", card="8")
            # Real seconds: SQLite's own patience is what is tried here.
            assert wait([vote], LOCKED_SECONDS).not_done
        assert vote.result().status_code == 204
    assert jonas.state()["me"]["vote"] == "8"
    assert server.stop() == 0
    assert server.complaints == []


def test_a_database_that_stays_locked_is_a_sentence_and_no_half_vote(serve, tmp_path):
    server = serve(DJANGO_SETTINGS_MODULE="tests.process.impatient")
    amira, jonas, task = starts_a_round(server)
    jonas.does(f"{task}vote/", card="5")
    version = amira.state()["version"]
    with locked(tmp_path / "db.sqlite3"):
        refusal = jonas.tries(f"{task}vote/", card="8")
    assert_a_sentence(refusal)
    assert amira.state()["version"] == version
    assert jonas.state()["me"]["vote"] == "5"

    jonas.does(f"{task}vote/", card="8")
    assert jonas.state()["me"]["vote"] == "8"
    assert server.stop() == 0


def files_may_not_grow(server: Server, folder: Path) -> Callable[[], None]:
    """No file of the server's gets larger than the database's journal is now."""
    process = server._process.pid
    before = resource.prlimit(process, resource.RLIMIT_FSIZE)
    size = (folder / "db.sqlite3-wal").stat().st_size
    resource.prlimit(process, resource.RLIMIT_FSIZE, (size, before[1]))
    return lambda: resource.prlimit(process, resource.RLIMIT_FSIZE, before)


def the_disk_is_full(folder: Path) -> Callable[[], None]:
    """A small disk of its own, which something else has filled."""
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


def test_a_file_that_cannot_grow_is_a_sentence_and_no_half_change(serve, tmp_path):
    server = serve()
    assert_it_survives(server, lambda: files_may_not_grow(server, tmp_path))


def test_a_full_disk_is_a_sentence_and_no_half_change(small_disk, serve):
    server = serve(DATABASE_URL=f"sqlite:///{small_disk / 'db.sqlite3'}")
    assert_it_survives(server, lambda: the_disk_is_full(small_disk))


def assert_it_survives(server: Server, fails: Callable[[], Callable[[], None]]) -> None:
    """What cannot be written is refused, and can be done later without a restart."""
    amira, jonas, task = starts_a_round(server)
    jonas.does(f"{task}vote/", card="5")
    before = amira.state()
    mend = fails()
    for path, fields in [
        (f"{task}vote/", {"card": "8"}),
        (f"{task}vote/", {"card": "13", "round": "1", "key": "tab:1"}),
        ("tasks/", {"title": "One more", "description": "x" * 10_000}),
    ]:
        assert_a_sentence(amira.tries(path, **fields))
    assert without_the_time(amira.state()) == without_the_time(before)
    mend()

    with amira.listening() as ears:
        jonas.does(f"{task}vote/", card="8")
        amira.does("tasks/", title="One more")
        told = ears.hear_all()
    assert [event["event"] for event in told] == ["vote", "task-added"]
    assert jonas.state()["me"]["vote"] == "8"
    assert server.stop() == 0


def assert_a_sentence(refusal: requests.Response) -> None:
    assert refusal.status_code == 503, refusal.text
    assert re.fullmatch("[A-Z].*[.]", refusal.json()["error"])


def without_the_time(state: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in state.items() if name != "serverTime"}
