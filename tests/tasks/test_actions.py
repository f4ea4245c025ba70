"""The rules of the queue."""

import pytest

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
    assert outbox[-1].data["task"]["description"] == "Why"


def test_the_queue_is_reordered(amira, outbox):
    first, second, third = (amira.adds_task(title) for title in "ABC")
    amira.reorders_tasks([third, first, second])
    assert titles(amira) == ["C", "A", "B"]
    assert outbox[-1].data["taskIds"] == [third, first, second]


@pytest.mark.parametrize("change", ["missing", "twice", "unknown"])
def test_an_order_of_other_tasks_is_refused(amira, change):
    first, second = amira.adds_task("A"), amira.adds_task("B")
    sent = {
        "missing": [second],
        "twice": [second, first, first],
        "unknown": [second, first, "0" * 16],
    }
    refusal = amira.is_refused("tasks/order/", task_ids=sent[change])
    assert refusal == (409, "queue-changed")
    assert titles(amira) == ["A", "B"]


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
    for path in ["edit/", "delete/", "start/", "skip/", "vote/"]:
        assert amira.is_refused(f"tasks/{foreign}/{path}") == (404, "not-found")


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


def test_the_event_of_a_large_task_only_asks_for_a_refetch(amira, outbox):
    amira.adds_task("Large", description="x" * 9_000)
    assert outbox[-1].type == "task-added"
    assert outbox[-1].data == {
        "sessionId": amira.session_id,
        "version": 1,
        "refetch": True,
    }
