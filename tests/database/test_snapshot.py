"""What is read in a snapshot is of one moment, whatever others write meanwhile."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import environ
import pytest
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection, connections

from database.snapshot import snapshot
from sessions.models import PokerSession
from tests.databases import empty_database
from tests.factories import PokerSessionFactory
from tests.in_process_client import InProcessUser


@pytest.fixture
def elsewhere(tmp_path, transactional_db):
    """Does something in another thread, which has a connection of its own.

    On SQLite to a file: a database in memory, as tests have, keeps no snapshots.
    """
    ours = connections["default"]
    settings_dict = dict(ours.settings_dict)
    if ours.vendor == "sqlite":
        settings_dict |= environ.Env.db_url_config(empty_database(tmp_path))

    def connect():
        connections["default"] = type(ours)(settings_dict, "default")

    def run(do):
        def in_thread():
            connect()
            try:
                return do()
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(in_thread).result(timeout=60)

    connect()
    call_command("migrate", verbosity=0)
    yield run
    connection.close()
    connections["default"] = ours


def test_what_was_read_once_is_read_again(elsewhere):
    PokerSessionFactory(name="Before")
    with snapshot():
        assert PokerSession.objects.get().name == "Before"
        elsewhere(lambda: PokerSession.objects.update(name="After"))
        elsewhere(lambda: PokerSessionFactory(name="Another"))
        assert PokerSession.objects.get().name == "Before"
    assert {each.name for each in PokerSession.objects.all()} == {"After", "Another"}


def test_it_holds_up_no_writer(elsewhere):
    poker_session = PokerSessionFactory()
    with snapshot():
        assert PokerSession.objects.exists()
        elsewhere(poker_session.delete)
        assert PokerSession.objects.exists()
    assert not PokerSession.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_written_within():
    try:
        with snapshot():
            PokerSessionFactory()
    except DatabaseError as refusal:
        assert "read-only" in str(refusal)  # noqa: PT017 -- on PostgreSQL alone
    assert not PokerSession.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_fails_within_fails_and_leaves_no_transaction():
    def fail():
        with snapshot():
            PokerSession.objects.exists()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    PokerSessionFactory()
    assert PokerSession.objects.exists()
    assert not connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite ends it by itself")
def test_the_error_that_ended_it_is_the_one_that_is_raised():
    """SQLite, "Response To Errors Within A Transaction": full disks, broken ones."""

    def fail():
        with snapshot():
            PokerSession.objects.exists()
            connection.cursor().execute("ROLLBACK")
            raise OperationalError("disk I/O error")

    with pytest.raises(OperationalError, match="disk I/O error"):
        fail()
    PokerSessionFactory()


@pytest.mark.django_db
def test_within_a_transaction_it_is_part_of_that():
    with snapshot():
        PokerSessionFactory()
    assert PokerSession.objects.exists()


def content_of(person, path):
    """Without the time at which it was asked for."""
    answer = person.gets(path)
    assert answer.status_code == 200
    if answer["Content-Type"] == "application/json":
        return {
            name: re.sub(r'"at": \d+', "", json.dumps(value))
            for name, value in answer.json().items()
            if name != "serverTime"
        }
    return answer.content


@pytest.mark.parametrize(
    ("path", "interrupted"),
    [
        ("state/", "voting.views.presence_in"),
        ("state/", "voting.room_state.members_data"),
        ("state/", "voting.room_state.queue_of"),
        ("state/", "voting.room_state.visibilities_in_hand"),
        ("state/", "voting.room_state.me_data"),
        ("tasks/{task}/", "voting.views.task_of"),
        ("tasks/{task}/", "voting.room_state.visibilities_of"),
        ("report/", "voting.views.report_of"),
        ("report/", "voting.report.visibilities_of"),
    ],
)
def test_what_a_page_is_told_is_of_one_moment(
    elsewhere, monkeypatch, path, interrupted
):
    """Everything changes in the middle of the answer, and the answer knows nothing."""
    amira, jonas = InProcessUser("Amira"), InProcessUser("Jonas")
    jonas.joins(amira.starts_session())
    first = amira.starts_vote()
    jonas.votes("13")
    amira.reveals()
    amira.votes_again()
    jonas.votes("5")
    path = path.format(task=first)
    before = content_of(jonas, path)

    def change_everything():
        amira.promotes(jonas)
        amira.reveals()
        amira.finalizes("8")
        amira.edits_task(first, title="Another title", description="And why")
        amira.starts_vote()
        amira.changes_settings(may_reveal="everybody")
        InProcessUser("Lena").joins(amira.session_id)

    with monkeypatch.context() as patch:
        module, _, name = interrupted.rpartition(".")
        function = getattr(__import__(module, fromlist=[name]), name)
        changed = []

        def late(*args):
            if not changed:
                changed.append(True)
                elsewhere(change_everything)
            return function(*args)

        patch.setattr(interrupted, late)
        meanwhile = content_of(jonas, path)

    assert changed
    assert meanwhile == before
    assert content_of(jonas, path) != before
