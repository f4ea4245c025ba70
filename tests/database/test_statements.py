"""A prepared statement does what a QuerySet does, row for row."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from database.statements import PreparedQuery, PreparedUpdate, PreparedUpsert
from sessions.models import Member, PokerSession, Tab
from tests.factories import MemberFactory, PokerSessionFactory

pytestmark = pytest.mark.django_db

EARLY, LATE = datetime(2026, 1, 5, 9, tzinfo=UTC), datetime(2026, 1, 5, 10, tzinfo=UTC)


def fields(instance):
    return {f.attname: getattr(instance, f.attname) for f in instance._meta.fields}


@pytest.fixture
def members():
    poker_session = PokerSessionFactory(ended_at=LATE)
    MemberFactory(poker_session=PokerSessionFactory())
    return [
        MemberFactory(poker_session=poker_session, name="Zoë", joined_at=EARLY),
        MemberFactory(poker_session=poker_session, role="observer", left_at=LATE),
    ]


def of_session(session_id):
    return Member.objects.filter(poker_session=session_id)


@pytest.mark.parametrize(
    "build",
    [
        of_session,
        lambda session_id: of_session(session_id).select_related("poker_session"),
        lambda session_id: of_session(session_id).order_by("-pk")[:1],
        lambda session_id: of_session(session_id).filter(role="voter", left_at=None),
        lambda session_id: of_session(session_id).exclude(name="d'or, 5 %s"),
        lambda session_id: of_session(session_id).filter(poker_session__version=0),
        lambda session_id: of_session(session_id).select_for_update(),
    ],
)
def test_it_gives_the_instances_that_the_query_gives(members, build):
    session_id = members[0].poker_session_id
    prepared = PreparedQuery(build)
    for _ in range(2):  # compiled, and as it was compiled
        rows = prepared.all(session_id)
        assert [fields(row) for row in rows] == [fields(r) for r in build(session_id)]
    assert prepared.all("nowhere") == []
    assert prepared.first("nowhere") is None
    assert not rows[0]._state.adding


def test_a_selected_relation_needs_no_query_of_its_own(members):
    prepared = PreparedQuery(
        lambda session_id: of_session(session_id).select_related("poker_session")
    )
    with CaptureQueriesContext(connection) as queries:
        member = prepared.first(members[0].poker_session_id)
        assert fields(member.poker_session) == fields(members[0].poker_session)
    assert len(queries) == 1


def test_it_gives_the_values_that_the_query_gives(members):
    def build(session_id):
        return of_session(session_id).values_list("name", "is_facilitator", "joined_at")

    session_id = members[0].poker_session_id
    rows = PreparedQuery(build).all(session_id)
    assert [tuple(row) for row in rows] == list(build(session_id))


def test_arguments_are_distinguished_by_their_places(members):
    zoe = members[0]
    prepared = PreparedQuery(
        lambda name, session_id: of_session(session_id).filter(name=name)
    )
    assert prepared.first(zoe.name, zoe.poker_session_id) == zoe
    assert prepared.first(zoe.poker_session_id, zoe.name) is None


def test_an_argument_never_becomes_part_of_the_statement(members):
    prepared = PreparedQuery(of_session)
    assert prepared.all("' OR 1=1 --") == []
    assert prepared.all("argument 0 of 1") == []


def test_an_argument_that_the_query_does_not_use_is_an_error():
    prepared = PreparedQuery(lambda unused: Member.objects.all())
    with pytest.raises(TypeError):
        prepared.all("unused")


def test_it_inserts_a_row_or_changes_the_existing_one(members):
    upsert = PreparedUpsert(
        Tab, unique=["member", "name"], changes=["state", "expires_at_ms"]
    )
    for state, until in [("live", 1_000), ("hidden", 2_000)]:
        upsert.write(
            member_id=members[0].pk, name="a", state=state, expires_at_ms=until
        )
        tab = Tab.objects.get()
        assert (tab.member, tab.name) == (members[0], "a")
        assert (tab.state, tab.expires_at_ms) == (state, until)
    upsert.write(member_id=members[0].pk, name="b", state="live", expires_at_ms=3_000)
    assert Tab.objects.count() == 2


def test_it_changes_no_row_whose_field_would_not_increase(members):
    upsert = PreparedUpsert(
        Tab,
        unique=["member", "name"],
        changes=["state", "expires_at_ms"],
        rising="expires_at_ms",
    )
    written = [
        upsert.write(
            member_id=members[0].pk, name="a", state=state, expires_at_ms=until
        )
        for state, until in [("live", 2), ("slow", 2), ("slow", 1), ("shown", 3)]
    ]
    assert written == [True, False, False, True]
    tab = Tab.objects.get()
    assert (tab.state, tab.expires_at_ms) == ("shown", 3)


def test_it_changes_the_row_of_that_key_alone(members):
    other = PokerSessionFactory(version=3)
    poker_session = members[0].poker_session
    PreparedUpdate(PokerSession, "version").write(poker_session.pk, 8)
    poker_session.refresh_from_db()
    assert poker_session.version == 8
    other.refresh_from_db()
    assert other.version == 3
