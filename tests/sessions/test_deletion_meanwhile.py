"""What is deleted while a request is under way is not found, and never a failure."""

import pytest

from sessions import models, views
from sessions.models import Member, PokerSession, Tab
from tasks.models import Task
from tests.in_process_client import InProcessUser
from voting import views as voting_views


@pytest.fixture
def meanwhile(monkeypatch):
    """Have something done just before a function is called, once."""

    def arrange(owner, name, do):
        function = getattr(owner, name)

        def late(*args, **kwargs):
            monkeypatch.setattr(owner, name, function)
            do()
            return function(*args, **kwargs)

        monkeypatch.setattr(owner, name, late)

    return arrange


def deletes_the_session():
    PokerSession.objects.all().delete()


def deletes_the_tasks():
    Task.objects.all().delete()


COMMANDS_ON_A_TASK = [
    ("vote", {"card": "5"}),
    ("start", {}),
    ("reveal", {}),
    ("revote", {}),
    ("finalize", {"story_points": "5"}),
    ("skip", {}),
    ("edit", {"title": "Another"}),
    ("move", {"before": ""}),
    ("delete", {}),
]


@pytest.mark.parametrize(("command", "fields"), COMMANDS_ON_A_TASK)
def test_a_task_deleted_before_the_lock_is_not_found(
    amira, outbox, meanwhile, command, fields
):
    task_id = amira.starts_vote()
    outbox.clear()
    meanwhile(models.PokerSessionQuerySet, "lock", deletes_the_tasks)
    refusal = amira.is_refused(f"tasks/{task_id}/{command}/", **fields)
    assert refusal == (404, "no-task")
    assert outbox == []


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("tasks/", {"title": "One more"}),
        ("leave/", {}),
        ("end/", {}),
        ("quick-vote/", {}),
        ("settings/", {"name": "Another"}),
        ("join/", {"display_name": "Lena"}),
    ],
)
def test_a_session_deleted_before_the_lock_is_not_found(
    amira, outbox, meanwhile, path, fields
):
    person = amira
    if path == "join/":
        person = InProcessUser("Lena", amira.session_id)
    meanwhile(models.PokerSessionQuerySet, "lock", deletes_the_session)
    assert person.is_refused(path, **fields) == (404, "no-session")
    assert outbox == []


def test_somebody_who_was_removed_before_the_lock_is_no_member(amira, jonas, meanwhile):
    def removes():
        Member.objects.filter(name="Jonas").first().identities.all().delete()

    amira.starts_vote()
    task_id = amira.current_task
    meanwhile(models.PokerSessionQuerySet, "lock", removes)
    refusal = jonas.is_refused(f"tasks/{task_id}/vote/", card="5")
    assert refusal == (403, "not-a-member")


@pytest.mark.parametrize("state", ["live", "slow", "hidden"])
def test_a_heartbeat_of_a_session_that_was_deleted_is_not_found(
    amira, outbox, meanwhile, state
):
    meanwhile(voting_views, "record_heartbeat", deletes_the_session)
    refusal = amira.is_refused("presence/", tab="a", state=state)
    assert refusal == (404, "no-session")
    assert not Tab.objects.exists()
    assert outbox == []


def test_a_page_closes_though_its_session_was_deleted(amira, outbox, meanwhile):
    amira.sends_heartbeat("a", "live")
    meanwhile(voting_views, "record_heartbeat", deletes_the_session)
    amira.sends_heartbeat("a", "closed")
    assert outbox == []


def test_a_plain_form_of_a_session_that_was_deleted_shows_that(amira, meanwhile):
    lena = InProcessUser("Lena", amira.session_id)
    meanwhile(views, "join_session", deletes_the_session)
    answer = lena.client.post(
        f"{lena.room}join/",
        {"display_name": "Lena"},
        headers={"accept": "text/html"},
    )
    assert answer.status_code == 404
    assert b"There is no such session" in answer.content
