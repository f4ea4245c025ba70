"""The number of queries of a request does not depend on the size of a room."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sessions.models import PokerSession, Tab
from tests.factories import MemberFactory, TaskFactory


def statements(request):
    with CaptureQueriesContext(connection) as queries:
        request()
    return [query["sql"] for query in queries]


@pytest.fixture
def task_id(amira, jonas):
    """Amira has put it to the vote; Jonas has an open page."""
    jonas.sends_heartbeat("a", "live")
    return amira.starts_vote()


@pytest.fixture
def crowd(task_id):
    """Call it to add a hundred members with open pages, and a hundred tasks."""

    def add():
        poker_session = PokerSession.objects.get()
        for member in MemberFactory.create_batch(100, poker_session=poker_session):
            until = Tab.objects.first().expires_at_ms
            Tab.objects.create(member=member, state="live", expires_at_ms=until)
        TaskFactory.create_batch(100, poker_session=poker_session)

    return add


def test_the_state_takes_as_many_queries_for_a_hundred_as_for_three(amira, crowd):
    few = statements(lambda: amira.state)
    crowd()
    many = statements(lambda: amira.state)
    assert len(amira.state["members"]) == 102
    assert len(amira.state["tasks"]) == 101
    assert len(many) == len(few)
    assert len([each for each in many if each.startswith("SELECT")]) <= 6


# A snapshot is a transaction; each database has its own words for one.
AROUND_A_SNAPSHOT = {
    "sqlite": ["BEGIN DEFERRED", "ROLLBACK"],
    "postgresql": [
        "BEGIN",
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
        "COMMIT",
    ],
}


def test_an_unchanged_state_costs_two_queries_and_no_write(jonas, crowd):
    crowd()
    known = {"if-none-match": jonas.gets("state/")["ETag"]}
    executed = statements(lambda: jonas.gets("state/", headers=known))
    queries = [each for each in executed if each.startswith("SELECT")]
    assert len(queries) == 2
    others = [each for each in executed if each not in queries]
    assert others == AROUND_A_SNAPSHOT[connection.vendor]


def test_a_heartbeat_takes_as_many_queries_for_a_hundred_as_for_three(jonas, crowd):
    few = statements(lambda: jonas.sends_heartbeat("a", "live"))
    crowd()
    many = statements(lambda: jonas.sends_heartbeat("a", "live"))
    assert len(many) == len(few) <= 5


def test_a_vote_takes_as_many_queries_for_a_hundred_as_for_three(
    amira, jonas, task_id, crowd
):
    def vote(count):
        jonas.votes("5", task_id, round="1", key=f"a:{count}")

    few = statements(lambda: vote(1))
    crowd()
    assert len(statements(lambda: vote(2))) == len(few) <= 11
