"""The rules of the queue, as facilitators meet them."""

import pytest


def titles(player):
    return [task["title"] for task in player.state["tasks"]]


def test_a_task_is_put_at_the_end_and_told_to_the_room(amira, outbox):
    amira.did("tasks/", title="First")
    amira.did("tasks/", title="Second", description="Why", link="https://example.org/2")
    assert titles(amira) == ["First", "Second"]
    [task] = outbox[-1].data["tasks"]
    assert outbox[-1].type == "task-added"
    assert task == amira.state["tasks"][-1]
    assert task["status"] == "pending"
    assert task["storyPoints"] is None
    assert task["link"] == "https://example.org/2"


def test_only_what_is_sent_changes(amira, outbox):
    task_id = amira.adds_a_task("First")
    amira.did(f"tasks/{task_id}/edit/", description="Why")
    assert titles(amira) == ["First"]
    assert outbox[-1].type == "task-updated"
    assert outbox[-1].data["task"]["description"] == "Why"


def test_the_queue_is_put_in_another_order(amira, outbox):
    first, second, third = (amira.adds_a_task(title) for title in "ABC")
    amira.did("tasks/order/", task_ids=[third, first, second])
    assert titles(amira) == ["C", "A", "B"]
    assert outbox[-1].data["taskIds"] == [third, first, second]


@pytest.mark.parametrize("change", ["missing", "twice", "unknown"])
def test_an_order_of_other_tasks_is_refused(amira, change):
    first, second = amira.adds_a_task("A"), amira.adds_a_task("B")
    sent = {
        "missing": [second],
        "twice": [second, first, first],
        "unknown": [second, first, "0" * 16],
    }
    refusal = amira.is_refused("tasks/order/", task_ids=sent[change])
    assert refusal == (409, "queue-changed")
    assert titles(amira) == ["A", "B"]


def test_a_task_is_deleted(amira, outbox):
    task_id = amira.adds_a_task()
    amira.did(f"tasks/{task_id}/delete/")
    assert titles(amira) == []
    assert (outbox[-1].type, outbox[-1].data["taskId"]) == ("task-removed", task_id)


def test_a_task_being_voted_on_is_not_deleted(amira):
    task_id = amira.starts_a_round()
    refusal = amira.is_refused(f"tasks/{task_id}/delete/")
    assert refusal == (409, "task-being-voted-on")


def test_a_task_of_another_session_does_not_exist(amira):
    from tests.players import Player

    other = Player("Other")
    other.starts_a_session()
    foreign = other.adds_a_task()
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
def test_a_task_of_the_wrong_shape_is_refused(amira, outbox, fields, field):
    answer = amira.does("tasks/", **fields)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]
    assert titles(amira) == []
    assert outbox == []


def test_a_large_task_is_told_as_a_pointer_to_the_state(amira, outbox):
    amira.did("tasks/", title="Large", description="x" * 9_000)
    assert outbox[-1].type == "task-added"
    assert outbox[-1].data == {
        "sessionId": amira.session_id,
        "version": 1,
        "refetch": True,
    }
