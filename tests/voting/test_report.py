"""The report has every round, and no card that was not revealed."""

import pytest


@pytest.fixture
def report(amira):
    return lambda: amira.client.get(f"/s/{amira.session_id}/report/")


def test_it_has_each_task_with_its_rounds_votes_and_estimate(amira, jonas, report):
    task_id = amira.starts_a_round()
    for card, path in (("13", "revote/"), ("5", "finalize/")):
        jonas.did(f"tasks/{task_id}/vote/", card=card)
        amira.did(f"tasks/{task_id}/reveal/")
        amira.did(f"tasks/{task_id}/{path}", story_points="5")
    amira.adds_a_task("Not yet")
    told = report().context["report"]
    first, second = told["tasks"]
    assert [r["votes"] for r in first["rounds"]] == [
        [{"name": "Jonas", "card": "13"}],
        [{"name": "Jonas", "card": "5"}],
    ]
    assert [r["estimate"] for r in first["rounds"]] == ["", "5"]
    assert first["story_points"] == "5"
    assert second["rounds"] == []
    assert told["totals"] == {"tasks": 2, "estimated": 1, "points": "5"}


@pytest.mark.parametrize("ends", ["", "skip/"])
def test_a_round_that_was_not_revealed_keeps_its_cards(amira, jonas, report, ends):
    task_id = amira.starts_a_round()
    jonas.did(f"tasks/{task_id}/vote/", card="13")
    if ends:
        amira.did(f"tasks/{task_id}/{ends}")
    [task] = report().context["report"]["tasks"]
    [voting_round] = task["rounds"]
    assert voting_round["votes"] == []
    assert voting_round["statistics"] is None
    assert ">13<" not in report().content.decode()


def test_who_left_is_still_in_it(amira, jonas, report):
    task_id = amira.starts_a_round()
    jonas.did(f"tasks/{task_id}/vote/", card="13")
    amira.did(f"tasks/{task_id}/reveal/")
    jonas.did("leave/")
    assert "Jonas" in report().content.decode()


def test_it_is_for_members_only(amira, stranger):
    path = f"/s/{amira.session_id}/report/"
    assert stranger.client.get(path).status_code == 403


def test_half_points_are_summed_up(amira, report):
    amira.did("settings/", deck="modified-fibonacci")
    for points in ("½", "3", "?"):
        task_id = amira.starts_a_round()
        amira.did(f"tasks/{task_id}/reveal/")
        amira.did(f"tasks/{task_id}/finalize/", story_points=points)
    assert report().context["report"]["totals"]["points"] == "3.5"
