"""What a request costs the database, however many people and tasks a room has."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sessions.models import PokerSession, Tab
from tests.factories import MemberFactory, TaskFactory


def statements(act):
    with CaptureQueriesContext(connection) as queries:
        act()
    return [query["sql"] for query in queries]


@pytest.fixture
def task_id(amira, jonas):
    """A task that Amira has put to the vote; Jonas' page has been seen."""
    jonas.client.get(f"/s/{amira.session_id}/state/?tab=a&seen=live")
    return amira.starts_a_round()


@pytest.fixture
def crowd(task_id):
    """Call it, and a hundred more people with open pages and tasks are there."""

    def come():
        poker_session = PokerSession.objects.get()
        for member in MemberFactory.create_batch(100, poker_session=poker_session):
            until = Tab.objects.first().expires_at_ms
            Tab.objects.create(member=member, state="live", expires_at_ms=until)
        TaskFactory.create_batch(100, poker_session=poker_session)

    return come


def test_the_state_takes_as_many_queries_for_a_hundred_as_for_three(amira, crowd):
    few = statements(lambda: amira.state)
    crowd()
    many = statements(lambda: amira.state)
    assert len(amira.state["members"]) == 102
    assert len(amira.state["tasks"]) == 101
    assert len(many) == len(few) <= 8


def test_a_page_that_asks_again_costs_two_queries_and_no_change(jonas, crowd):
    crowd()
    path = f"/s/{jonas.session_id}/state/"
    query = {"tab": "a", "seen": "live"}
    etag = jonas.client.get(path, query)["ETag"]
    known = {"if-none-match": etag}
    asked = statements(lambda: jonas.client.get(path, query, headers=known))
    assert len(asked) == 2
    assert all(statement.startswith("SELECT") for statement in asked)


def test_a_vote_takes_as_many_queries_for_a_hundred_as_for_three(
    amira, jonas, task_id, crowd
):
    def vote(count):
        jonas.did(f"tasks/{task_id}/vote/", card="5", round="1", key=f"a:{count}")

    few = statements(lambda: vote(1))
    crowd()
    assert len(statements(lambda: vote(2))) == len(few) <= 11
