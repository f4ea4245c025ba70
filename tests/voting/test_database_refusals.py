"""A request that the database cannot write is refused, and changes nothing.

With real processes, files and disks: tests/process/test_machine_faults.py.
"""

import sqlite3
from contextlib import contextmanager, suppress

import pytest
from django.db import OperationalError, connection

from tests.people import without_time
from voting.models import Vote

pytestmark = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="the faults are SQLite's"
)


@pytest.fixture
def task_id(amira, jonas):
    task_id = amira.starts_vote()
    jonas.votes("5")
    return task_id


@contextmanager
def full():
    """The database may not get any more pages, and those it has are filled."""
    with connection.cursor() as cursor:
        before, now = (
            cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ["max_page_count", "page_count"]
        )
        cursor.execute("CREATE TABLE ballast (weight BLOB)")
        cursor.execute(f"PRAGMA max_page_count = {now + 1}")
        for size in [100_000, 5_000, 500]:
            with suppress(OperationalError):
                while True:
                    cursor.execute(f"INSERT INTO ballast VALUES (zeroblob({size}))")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA max_page_count = {before}")
            cursor.execute("DROP TABLE ballast")


@contextmanager
def locked():
    """Another connection has an open write transaction."""
    name = connection.get_connection_params()["database"]
    other = sqlite3.connect(name, uri=True, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def adds_large_task(person):
    return person.posts("tasks/", title="One more", description="x" * 10_000)


@pytest.mark.parametrize(
    ("fault", "code", "seconds"),
    [(full, "disk-full", "30"), (locked, "database-busy", "1")],
)
def test_the_answer_is_a_sentence_and_nothing_changes(
    amira, task_id, outbox, fault, code, seconds
):
    before = amira.state
    outbox.clear()
    with fault():
        refusal = adds_large_task(amira)
    assert (refusal.status_code, refusal.json()["code"]) == (503, code)
    assert refusal.json()["error"].endswith(".")
    assert refusal["Retry-After"] == seconds
    assert outbox == []
    assert without_time(amira.state) == without_time(before)
    assert adds_large_task(amira).status_code == 204, "it works once the fault is over"
    assert amira.state["version"] == before["version"] + 1


def test_a_vote_during_a_lock_is_refused_and_not_saved(jonas, task_id, outbox):
    outbox.clear()
    with locked():
        refusal = jonas.posts(f"tasks/{task_id}/vote/", card="8", key="a:1")
    assert refusal.status_code == 503
    assert outbox == []
    assert [vote.card for vote in Vote.objects.all()] == ["5"]
    jonas.votes("8", key="a:1")
    assert jonas.vote == "8"


def test_a_form_post_of_a_page_is_refused_with_a_page(task_id, jonas):
    with locked():
        answer = jonas.client.post(
            f"{jonas.room}leave/", headers={"accept": "text/html"}
        )
    assert answer.status_code == 503
    assert b"Nothing was changed" in answer.content


def test_the_state_can_be_read_while_presence_cannot_be_written(jonas, task_id):
    with locked():
        answer = jonas.gets("state/")
        refusal = jonas.is_refused("presence/", tab="a", state="live")
    assert answer.status_code == 200
    assert refusal == (503, "database-busy")


def test_the_sqlstate_decides_which_sentence_it_is(amira):
    """PostgreSQL translates the texts of its errors."""
    from planning_poker.middleware import RefusalMiddleware

    class DiskFullError(Exception):
        sqlstate = "53100"

    failure = OperationalError("could not extend file")
    failure.__cause__ = DiskFullError()
    request = amira.client.get("/").wsgi_request
    answer = RefusalMiddleware(lambda request: None).process_exception
    assert b"disk-full" in answer(request, failure).content
    assert answer(request, ValueError()) is None
