"""A change is told in one way: to the room, and to the journal that outlives it."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from sessions.events import PresenceChanged, SessionReopened
from sessions.journal import TICKER, ActorKind, JournalEntry, admin
from sessions.models import Member, PokerSession
from tests.factories import PokerSessionFactory
from tests.in_process_client import InProcessUser


def journal():
    """(who, what, on what) of each entry, the oldest first."""
    return [
        (entry.actor_name, entry.what, entry.subject_name)
        for entry in reversed(JournalEntry.objects.all())
    ]


@pytest.fixture
def poker_session(transactional_db):
    return PokerSessionFactory()


def test_each_change_has_a_version_and_says_who_made_it(amira, jonas, outbox):
    first = amira.state["version"] + 1
    task_id = amira.starts_vote()
    jonas.votes("5")
    jonas.renames(jonas, "Jonny")
    amira.promotes(jonas)
    jonas.reveals()
    jonas.finalizes("5")
    jonas.deletes_task(task_id)
    people = {amira.user_id: "Amira", jonas.user_id: "Jonas"}
    told = [(event.type, people[event.data["by"]]) for event in outbox]
    assert told == [
        ("task-added", "Amira"),
        ("voting-started", "Amira"),
        ("vote", "Jonas"),
        ("member-updated", "Jonas"),
        ("member-updated", "Amira"),
        ("votes-revealed", "Jonas"),
        ("task-finalized", "Jonas"),
        ("task-removed", "Jonas"),
    ]
    versions = [event.data["version"] for event in outbox]
    assert versions == [*range(first, first + 8)]
    assert {event.data["sessionId"] for event in outbox} == {amira.session_id}
    assert amira.state["version"] == versions[-1]


def test_a_change_makes_the_session_active(amira, jonas):
    long_ago = timezone.now() - timedelta(days=40)
    sessions = PokerSession.objects.all()
    for changes in [amira.adds_task, lambda: jonas.renames(jonas, "Jonny")]:
        sessions.update(active_at=long_ago)
        before = timezone.now()
        changes()
        assert before <= sessions.get().active_at <= timezone.now()


def test_reading_and_heartbeats_make_no_session_active(amira, jonas):
    before = PokerSession.objects.get().active_at
    jonas.gets()
    jonas.gets("state/")
    jonas.sends_heartbeat("a", "live")
    jonas.sends_heartbeat("a", "hidden")
    assert PokerSession.objects.get().active_at == before


def test_the_journal_says_who_did_what_on_what(amira, outbox):
    jonas = InProcessUser("Jonas").joins(amira.session_id)
    task_id = amira.adds_task("Refund")
    amira.starts_vote(task_id)
    jonas.votes("5")
    amira.reveals()
    amira.finalizes("5")
    amira.edits_task(task_id, title="Refunds")
    amira.adds_task("Second")
    amira.moves_task(task_id)
    amira.deletes_task(task_id)
    amira.changes_role(jonas, "observer")
    amira.changes_settings(name="Next sprint")
    amira.removes(jonas)
    amira.ends_session()
    assert journal() == [
        ("Amira", "session-created", ""),
        ("Jonas", "member-joined", "Jonas"),
        ("Amira", "task-added", "Refund"),
        ("Amira", "voting-started", "Refund"),
        ("Amira", "votes-revealed", "Refund"),
        ("Amira", "task-finalized", "Refund"),
        ("Amira", "task-updated", "Refunds"),
        ("Amira", "task-added", "Second"),
        ("Amira", "tasks-reordered", "Refunds"),
        ("Amira", "task-removed", "Refunds"),
        ("Amira", "member-updated", "Jonas"),
        ("Amira", "session-updated", ""),
        ("Amira", "member-left", "Jonas"),
        ("Amira", "session-ended", ""),
    ]
    told = [event.type for event in outbox if event.type != "vote"]
    assert [what for _, what, _ in journal()[1:]] == told


def test_an_entry_has_the_ids_the_names_of_then_and_the_time(amira, jonas):
    before = timezone.now()
    amira.renames(jonas, "Jonny")
    amira.changes_settings(name="Next sprint")
    renamed, updated = reversed(JournalEntry.objects.all()[:2])
    assert (renamed.session_id, renamed.session_name) == (
        amira.session_id,
        "Payments refinement",
    )
    assert (renamed.actor, renamed.actor_id) == (ActorKind.MEMBER, amira.user_id)
    assert (renamed.subject_id, renamed.subject_name) == (jonas.user_id, "Jonny")
    assert before <= renamed.at <= updated.at <= timezone.now()
    assert updated.session_name == "Next sprint"
    task_id = amira.adds_task()
    assert JournalEntry.objects.first().subject_id == task_id


def test_a_vote_and_a_heartbeat_are_not_in_the_journal(amira, jonas):
    amira.starts_vote()
    before = JournalEntry.objects.count()
    for card in ["5", "8", ""]:
        jonas.votes(card)
    jonas.sends_heartbeat("a", "live")
    jonas.sends_heartbeat("a", "hidden")
    assert JournalEntry.objects.count() == before


def test_the_journal_has_no_card(amira, jonas):
    """Neither one that was laid nor the estimate: only what was done."""
    amira.changes_settings(deck="custom", cards="card-one,card-two,card-six")
    amira.starts_vote()
    amira.votes("card-one")
    jonas.votes("card-two")
    amira.reveals()
    amira.finalizes("card-six")
    written = [str(row) for row in JournalEntry.objects.values_list()]
    assert len(written) == 7
    assert not any("card-" in row for row in written)


def test_a_long_title_fits_into_the_journal(amira):
    amira.starts_quick_vote("x" * 255)
    assert JournalEntry.objects.first().subject_name == "x" * 255


def test_it_is_told_after_the_commit_and_not_at_all_without(poker_session, outbox):
    with transaction.atomic():
        PokerSession.objects.lock(poker_session.pk).tell(SessionReopened, by=TICKER)
        assert outbox == []
    assert [event.type for event in outbox] == ["session-reopened"]
    outbox.clear()
    with transaction.atomic():
        PokerSession.objects.lock(poker_session.pk).tell(SessionReopened, by=TICKER)
        transaction.set_rollback(True)
    assert outbox == []
    assert PokerSession.objects.get().version == 1
    assert JournalEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("actor", "kind", "name"),
    [(TICKER, "ticker", ""), (admin("root"), "admin", "root")],
)
def test_who_is_no_member_is_told_as_nobody(poker_session, outbox, actor, kind, name):
    with transaction.atomic():
        PokerSession.objects.lock(poker_session.pk).tell(SessionReopened, by=actor)
    assert outbox[0].data["by"] is None
    entry = JournalEntry.objects.get()
    assert (entry.actor, entry.actor_id, entry.actor_name) == (kind, "", name)


def test_the_admin_calls_the_clock_by_its_name(poker_session, admin_client):
    with transaction.atomic():
        PokerSession.objects.lock(poker_session.pk).tell(SessionReopened, by=TICKER)
    page = admin_client.get("/admin/poker_sessions/journalentry/").content.decode()
    assert "The clock" in page


def test_what_is_only_said_changes_nothing(amira, outbox):
    before = PokerSession.objects.values().get()
    entries = JournalEntry.objects.count()
    PokerSession.objects.get().say(
        PresenceChanged, user_id=amira.user_id, is_online=True, is_away=False, at=7
    )
    [event] = outbox
    assert (event.channel, event.type) == (amira.channel, "presence")
    assert event.data == {
        "sessionId": amira.session_id,
        "userId": amira.user_id,
        "isOnline": True,
        "isAway": False,
        "at": 7,
    }
    assert PokerSession.objects.values().get() == before
    assert JournalEntry.objects.count() == entries


def test_what_is_only_noted_is_told_to_nobody(amira, outbox):
    before = PokerSession.objects.values().get()
    poker_session = PokerSession.objects.get()
    poker_session.note("exported", by=Member.objects.get(), about=("id", "name"))
    assert outbox == []
    assert PokerSession.objects.values().get() == before
    entry = JournalEntry.objects.first()
    assert (entry.what, entry.actor_name) == ("exported", "Amira")
    assert (entry.subject_id, entry.subject_name) == ("id", "name")


def test_the_journal_needs_no_row_of_what_it_tells_of(amira, jonas):
    amira.starts_vote()
    before = list(JournalEntry.objects.values())
    assert len(before) == 4
    PokerSession.objects.all().delete()
    assert list(JournalEntry.objects.values()) == before
    assert JournalEntry.objects.filter(session_id=amira.session_id).count() == 4


@pytest.mark.parametrize("session_id", ["there", "not there"])
def test_a_lock_outside_a_transaction_is_an_error(poker_session, session_id):
    """On PostgreSQL it would lock nothing, and nobody would notice."""
    pk = poker_session.pk if session_id == "there" else session_id
    with pytest.raises(transaction.TransactionManagementError):
        PokerSession.objects.lock(pk)
    with transaction.atomic():
        if session_id == "there":
            assert PokerSession.objects.lock(pk) == poker_session
        else:
            with pytest.raises(PokerSession.DoesNotExist):
                PokerSession.objects.lock(pk)
    assert not connection.in_atomic_block
