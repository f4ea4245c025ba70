"""The report shows every round, and no vote that was not revealed."""

import pytest


@pytest.fixture
def report(amira):
    return lambda: amira.gets("report/")


def test_it_has_each_task_with_its_rounds_votes_and_estimate(amira, jonas, report):
    amira.starts_vote()
    jonas.votes("13")
    amira.reveals()
    amira.votes_again()
    jonas.votes("5")
    amira.reveals()
    amira.finalizes("5")
    amira.adds_task("Not yet")
    shown = report().context["report"]
    first, second = shown["tasks"]
    assert [r["votes"] for r in first["rounds"]] == [
        [{"name": "Jonas", "card": "13"}],
        [{"name": "Jonas", "card": "5"}],
    ]
    assert [r["estimate"] for r in first["rounds"]] == ["", "5"]
    assert first["story_points"] == "5"
    assert second["rounds"] == []
    assert shown["totals"] == {"tasks": 2, "estimated": 1, "points": "5"}


@pytest.mark.parametrize("is_skipped", [False, True])
def test_the_votes_of_an_unrevealed_round_are_hidden(amira, jonas, report, is_skipped):
    amira.starts_vote()
    jonas.votes("13")
    if is_skipped:
        amira.skips()
    [task] = report().context["report"]["tasks"]
    [voting_round] = task["rounds"]
    assert voting_round["votes"] == []
    assert voting_round["statistics"] is None
    assert ">13<" not in report().content.decode()


def test_members_who_left_are_still_in_it(amira, jonas, report):
    amira.starts_vote()
    jonas.votes("13")
    amira.reveals()
    jonas.leaves()
    assert "Jonas" in report().content.decode()


def test_it_is_for_members_only(amira, stranger):
    assert stranger.gets("report/").status_code == 403


def test_half_points_are_summed_up(amira, report):
    amira.changes_settings(deck="modified-fibonacci")
    for points in ("½", "3", "?"):
        amira.starts_vote()
        amira.reveals()
        amira.finalizes(points)
    assert report().context["report"]["totals"]["points"] == "3.5"
