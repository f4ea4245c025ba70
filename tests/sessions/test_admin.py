"""The admin's pages: everything can be viewed, sessions can be ended and deleted."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils.html import strip_tags

from sessions.journal import JournalEntry
from sessions.models import PokerSession
from tests.in_process_client import InProcessUser
from voting.models import Vote, VotingRound

JOURNAL = "/admin/poker_sessions/journalentry/"
LISTS = [
    "/admin/poker_sessions/pokersession/",
    "/admin/poker_sessions/member/",
    JOURNAL,
    "/admin/tasks/task/",
    "/admin/voting/votinground/",
    "/admin/voting/vote/",
]


@pytest.fixture
def admin(transactional_db):
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    return client


@pytest.fixture
def task_id(amira, jonas):
    """Jonas has voted 13 on it."""
    task_id = amira.starts_vote()
    jonas.votes("13")
    return task_id


def everything(admin):
    """Each list, and the page of each row in it."""
    for path in LISTS:
        page = admin.get(path)
        yield page
        for row in page.context["cl"].queryset:
            yield admin.get(f"{path}{row.pk}/change/")
            yield admin.get(f"{path}{row.pk}/history/")


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.usefixtures("task_id")
def test_each_list_can_be_searched_and_viewed(admin, path):
    page = admin.get(path, {"q": "a"})
    assert page.status_code == 200
    for row in admin.get(path).context["cl"].queryset:
        assert admin.get(f"{path}{row.pk}/change/").status_code == 200


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.usefixtures("task_id")
def test_nothing_is_added_or_changed_by_hand(admin, path):
    assert admin.get(f"{path}add/").status_code == 403
    for row in admin.get(path).context["cl"].queryset:
        assert admin.post(f"{path}{row.pk}/change/", {"name": "X"}).status_code == 403


@pytest.mark.parametrize("path", LISTS[1:])
@pytest.mark.usefixtures("task_id")
def test_only_sessions_are_deleted(admin, path):
    for row in admin.get(path).context["cl"].queryset:
        assert admin.post(f"{path}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_ending_sessions_is_published(admin, amira, jonas, outbox):
    end = {"action": "end_sessions", "_selected_action": [amira.session_id]}
    page = admin.post(LISTS[0], end, follow=True)
    assert "Sessions ended: 1." in page.content.decode()
    assert [published.type for published in outbox] == ["session-ended"]
    assert outbox[0].data["by"] is None
    assert jonas.state["session"]["status"] == "ended"
    page = admin.post(LISTS[0], end, follow=True)
    assert "Sessions ended: 0." in page.content.decode()
    assert len(outbox) == 1


def deletes_one(admin, session_id, **fields):
    return admin.post(f"{LISTS[0]}{session_id}/delete/", fields)


def deletes_selected(admin, session_id, **fields):
    selected = {"action": "delete_selected", "_selected_action": [session_id]}
    return admin.post(LISTS[0], selected | fields)


DELETIONS = pytest.mark.parametrize("deletes", [deletes_one, deletes_selected])


@DELETIONS
def test_a_session_is_deleted_with_all_its_rows(
    admin, amira, jonas, task_id, outbox, deletes
):
    version = amira.state["version"]
    assert deletes(admin, amira.session_id, post="yes").status_code == 302
    assert not PokerSession.objects.exists()
    assert not Vote.objects.exists()
    [published] = outbox
    assert (published.channel, published.type) == (amira.channel, "session-deleted")
    assert published.data == {
        "sessionId": amira.session_id,
        "version": version + 1,
        "by": None,
    }
    assert jonas.is_refused(f"tasks/{task_id}/vote/", card="5") == (404, "no-session")
    assert jonas.gets("state/").json()["code"] == "no-session"


@pytest.mark.parametrize(
    ("deletes", "said"),
    [
        (
            lambda admin, session_id: admin.get(f"{LISTS[0]}{session_id}/delete/"),
            ["goes with its tasks (1)", "Amira", "Jonas", "Tom"],
        ),
        (deletes_selected, ["Present members: 3", "Tasks: 1"]),
    ],
)
def test_whoever_deletes_a_session_sees_what_goes_with_it_but_no_card(
    admin, amira, tom, task_id, outbox, deletes, said
):
    page = deletes(admin, amira.session_id)
    shown = strip_tags(page.content.decode())
    for words in ["Payments refinement", *said]:
        assert words in shown
    assert "13" not in shown.split()
    assert PokerSession.objects.exists()
    assert outbox == []


def test_a_session_that_is_gone_meanwhile_is_deleted_by_nobody(
    admin, amira, outbox, monkeypatch
):
    found = PokerSession.objects.get()
    deletes_one(admin, amira.session_id, post="yes")
    outbox.clear()
    monkeypatch.setattr(
        "sessions.admin.PokerSessionAdmin.get_object", lambda *args: found
    )
    assert deletes_one(admin, amira.session_id, post="yes").status_code == 302
    assert outbox == []
    assert JournalEntry.objects.filter(what="session-deleted").count() == 1


def test_the_journal_outlives_the_session(admin, amira, task_id):
    amira.reveals()
    session_id = amira.session_id
    before = admin.get(JOURNAL, {"q": session_id}).content.decode()
    deletes_one(admin, session_id, post="yes")
    after = admin.get(JOURNAL, {"q": session_id}).content.decode()
    for what in ["session-created", "member-joined", "votes-revealed"]:
        assert what in before
        assert what in after
    newest = JournalEntry.objects.filter(session_id=session_id).first()
    assert (newest.what, newest.actor, newest.actor_name) == (
        "session-deleted",
        "admin",
        "admin",
    )
    page = admin.get(f"{JOURNAL}{newest.pk}/change/").content.decode()
    assert "session-deleted" in page
    assert "Payments refinement" in page


@pytest.mark.usefixtures("task_id")
def test_the_journal_is_searched_by_session_person_and_subject(admin, amira):
    other = InProcessUser("Chen Wei")
    other.starts_session(name="Another team's")
    found = {
        query: {
            (entry.session_name, entry.what)
            for entry in admin.get(JOURNAL, {"q": query}).context["cl"].queryset
        }
        for query in ["Another team's", "Chen", "Refund", amira.session_id]
    }
    assert found["Another team's"] == {("Another team's", "session-created")}
    assert found["Chen"] == {("Another team's", "session-created")}
    assert found["Refund"] == {
        ("Payments refinement", "task-added"),
        ("Payments refinement", "voting-started"),
    }
    assert len(found[amira.session_id]) == 4
    [entry] = admin.get(JOURNAL, {"what": "member-joined"}).context["cl"].queryset
    assert entry.actor_name == "Jonas"


def test_the_journal_tells_of_no_card(admin, amira, jonas, task_id):
    jonas.votes("21", key="a:1")
    amira.votes("21")
    amira.reveals()
    amira.finalizes("13")
    for entry in JournalEntry.objects.all():
        texts = [entry.what, entry.subject_name, entry.actor_name, entry.session_name]
        assert not {"13", "21"} & {*texts}
        page = strip_tags(admin.get(f"{JOURNAL}{entry.pk}/change/").content.decode())
        assert not {"13", "21"} & {word.strip() for word in page.splitlines()}
    kinds = JournalEntry.objects.values_list("what", flat=True)
    assert "vote" not in kinds
    assert {"votes-revealed", "task-finalized"} <= {*kinds}


def test_a_vote_is_shown_only_once_it_is_revealed(admin, amira, task_id):
    def cards():
        pages = [page.content.decode() for page in everything(admin)]
        return sum(">13<" in page for page in pages)

    assert cards() == 0
    amira.reveals()
    assert cards() > 0


@pytest.mark.parametrize("card", ["13", "8"])
@pytest.mark.parametrize(
    "query",
    [
        "card",
        "card__gt",
        "card__in",
        "votes__card",
        "rounds__votes__card",
        "tasks__rounds__votes__card",
        "members__votes__card",
        "member__votes__card",
        "rounds__votes__card__startswith",
        "voting_round__votes__card__gte",
        "fingerprint",
        "identities__fingerprint",
        "members__identities__fingerprint",
        "poker_session__members__identities__fingerprint__startswith",
    ],
)
@pytest.mark.usefixtures("task_id")
def test_no_query_tells_who_voted_what(admin, query, card):
    for path in LISTS:
        answer = admin.get(path, {query: card})
        assert answer.status_code in {302, 400}, (path, query)
        assert card not in answer.get("Location", "").replace(query, "")


@pytest.mark.usefixtures("task_id")
def test_no_ordering_and_no_search_uses_a_hidden_vote(admin):
    for order in range(1, 6):
        page = admin.get(LISTS[-1], {"o": str(order)})
        assert "card" not in str(page.context["cl"].queryset.query).split("ORDER BY")[1]
    assert len(admin.get(LISTS[-1], {"q": "13"}).context["cl"].queryset) == 0


def test_the_votes_of_a_skipped_round_stay_hidden(admin, amira, task_id):
    amira.skips()
    assert VotingRound.objects.get().status == "abandoned"
    assert not any(">13<" in page.content.decode() for page in everything(admin))
