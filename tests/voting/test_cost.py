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
    jonas.gets("state/?tab=a&seen=live")
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
    assert len(many) == len(few) <= 8


def test_an_unchanged_state_costs_two_queries_and_no_write(jonas, crowd):
    crowd()
    path = "state/?tab=a&seen=live"
    known = {"if-none-match": jonas.gets(path)["ETag"]}
    executed = statements(lambda: jonas.gets(path, headers=known))
    assert len(executed) == 2
    assert all(statement.startswith("SELECT") for statement in executed)


def test_a_vote_takes_as_many_queries_for_a_hundred_as_for_three(
    amira, jonas, task_id, crowd
):
    def vote(count):
        jonas.votes("5", task_id, round="1", key=f"a:{count}")

    few = statements(lambda: vote(1))
    crowd()
    assert len(statements(lambda: vote(2))) == len(few) <= 11
