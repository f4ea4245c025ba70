"""The rules of the queue."""

import pytest

from sessions.models import PokerSession
from tests.factories import TaskFactory
from tests.in_process_client import InProcessUser


def titles(person):
    return [task["title"] for task in person.state["tasks"]]


def test_a_task_is_added_at_the_end_and_published(amira, outbox):
    amira.adds_task("First")
    amira.adds_task("Second", description="Why", link="https://example.org/2")
    assert titles(amira) == ["First", "Second"]
    [task] = outbox[-1].data["tasks"]
    assert outbox[-1].type == "task-added"
    assert task == amira.state["tasks"][-1]
    assert task["status"] == "pending"
    assert task["storyPoints"] is None
    assert task["link"] == "https://example.org/2"


def test_only_what_is_sent_changes(amira, outbox):
    task_id = amira.adds_task("First")
    amira.edits_task(task_id, description="Why")
    assert titles(amira) == ["First"]
    assert outbox[-1].type == "task-updated"
    assert outbox[-1].data["task"] == amira.state["tasks"][0]
    assert amira.state["tasks"][0]["hasDescription"]
    assert amira.state["current"]["description"] == "Why"


@pytest.mark.parametrize(
    ("moved", "before", "order"),
    [
        ("C", "A", "CABD"),
        ("A", "D", "BCAD"),
        ("B", "D", "ACBD"),
        ("A", "", "BCDA"),
        ("C", "", "ABDC"),
    ],
)
def test_a_task_is_put_before_another_or_at_the_end(
    amira, outbox, moved, before, order
):
    ids = {title: amira.adds_task(title) for title in "ABCD"}
    ids[""] = ""
    outbox.clear()
    amira.moves_task(ids[moved], ids[before])
    assert "".join(titles(amira)) == order
    [published] = outbox
    assert published.type == "tasks-reordered"
    assert published.data["taskId"] == ids[moved]
    assert published.data["before"] == (ids[before] or None)


def test_tasks_keep_their_order_over_many_moves(amira):
    ids = {title: amira.adds_task(title) for title in "ABCD"}
    for moved, before in ["DA", "CD", "AB", "BC", "DB"]:
        amira.moves_task(ids[moved], ids[before])
    amira.moves_task(ids["C"])
    amira.adds_task("E")
    assert titles(amira) == ["D", "B", "A", "C", "E"]


def test_a_task_is_moved_in_a_queue_of_any_length(amira):
    poker_session = PokerSession.objects.get()
    TaskFactory.create_batch(1_001, poker_session=poker_session)
    ids = [task["taskId"] for task in amira.state["tasks"]]
    amira.moves_task(ids[-1], ids[0])
    moved = [task["taskId"] for task in amira.state["tasks"]]
    assert moved == [ids[-1], *ids[:-1]]


@pytest.mark.parametrize("before", ["0" * 16, "x", "A", "deleted", "foreign"])
def test_a_place_that_is_no_longer_there_is_refused(amira, outbox, before):
    first, _, third = (amira.adds_task(title) for title in "ABC")
    amira.deletes_task(third)
    other = InProcessUser("Other")
    other.starts_session()
    before = {"deleted": third, "foreign": other.adds_task()}.get(before, before)
    outbox.clear()
    refusal = amira.is_refused(f"tasks/{first}/move/", before=before)
    assert refusal == (409, "queue-changed")
    assert titles(amira) == ["A", "B"]
    assert outbox == []


def test_a_task_is_deleted(amira, outbox):
    task_id = amira.adds_task()
    amira.deletes_task(task_id)
    assert titles(amira) == []
    assert (outbox[-1].type, outbox[-1].data["taskId"]) == ("task-removed", task_id)


def test_a_task_being_voted_on_is_not_deleted(amira):
    task_id = amira.starts_vote()
    refusal = amira.is_refused(f"tasks/{task_id}/delete/")
    assert refusal == (409, "task-being-voted-on")


def test_a_task_of_another_session_does_not_exist(amira):
    other = InProcessUser("Other")
    other.starts_session()
    foreign = other.adds_task()
    for path in ["edit/", "move/", "delete/", "start/", "skip/", "vote/"]:
        assert amira.is_refused(f"tasks/{foreign}/{path}") == (404, "no-task")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": " \n "}, "title"),
        ({"title": "x" * 256}, "title"),
        ({"title": "A", "link": "javascript:alert(1)"}, "link"),
        ({"title": "A", "link": "example.org"}, "link"),
        ({"title": "A", "description": "x" * 10_001}, "description"),
        ({"title": "nul \x00"}, "title"),
    ],
)
def test_an_invalid_task_is_refused(amira, outbox, fields, field):
    answer = amira.posts("tasks/", **fields)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]
    assert titles(amira) == []
    assert outbox == []


def test_a_description_is_in_no_event(amira, outbox):
    """Ten thousand characters are too many; the task in hand is fetched instead."""
    task_id = amira.adds_task("Large", description="x" * 10_000)
    amira.edits_task(task_id, description="y" * 10_000)
    assert [published.type for published in outbox] == ["task-added", "task-updated"]
    for published in outbox:
        assert "xxx" not in str(published.data)
        assert "yyy" not in str(published.data)
        assert "refetch" not in published.data


def test_an_event_that_is_too_large_only_asks_for_a_refetch(amira, outbox):
    amira.adds_task("😀" * 255, link="https://example.org/" + "x" * 1_970)
    amira.edits_task(amira.current_task, link="https://example.org/" + "😀" * 1_970)
    added, updated = outbox
    assert "tasks" in added.data
    assert updated.type == "task-updated"
    assert updated.data == {
        "sessionId": amira.session_id,
        "version": 2,
        "by": amira.user_id,
        "refetch": True,
    }
