"""The rules of a round."""

import pytest

from tests.in_process_client import InProcessUser
from voting.models import Vote, VotingRound


@pytest.fixture
def task_id(amira, jonas, tom):
    """Amira has put it to the vote."""
    return amira.starts_vote()


def types(outbox):
    return [published.type for published in outbox]


def test_a_started_task_has_a_first_round(amira, jonas, outbox):
    task_id = amira.starts_vote()
    assert outbox[-1].type == "voting-started"
    assert outbox[-1].data["round"] == jonas.round
    assert jonas.round["number"] == 1
    assert jonas.round["status"] == "voting"
    assert jonas.state["tasks"][0]["status"] == "voting"
    assert outbox[-1].data["taskId"] == task_id


def test_a_vote_event_says_who_voted_but_not_what(amira, jonas, task_id, outbox):
    jonas.votes("13")
    [published] = outbox
    assert published.type == "vote"
    assert published.data == {
        "sessionId": amira.session_id,
        "version": amira.state["version"],
        "by": jonas.user_id,
        "taskId": task_id,
        "userId": jonas.user_id,
        "hasVoted": True,
        "storyPoints": None,
    }
    assert amira.round["votedUserIds"] == [jonas.user_id]
    assert "votes" not in amira.round
    assert amira.vote is None
    assert jonas.vote == "13"


def test_a_vote_is_changed_and_taken_back_while_the_round_is_open(jonas, task_id):
    jonas.votes("13")
    jonas.votes("8")
    assert jonas.vote == "8"
    jonas.votes("")
    assert jonas.vote is None
    assert jonas.round["votedUserIds"] == []


def test_the_reveal_shows_each_vote_and_closes_the_round(
    amira, jonas, tom, task_id, outbox
):
    amira.votes("5")
    jonas.votes("13")
    amira.reveals()
    assert outbox[-1].type == "votes-revealed"
    assert outbox[-1].data["round"] == tom.round
    assert {v["userId"]: v["storyPoints"] for v in tom.round["votes"]} == {
        amira.user_id: "5",
        jonas.user_id: "13",
    }
    assert tom.round["statistics"]["suggestion"] == "8"
    refusal = jonas.is_refused(f"tasks/{task_id}/vote/", card="5")
    assert refusal == (409, "round-closed")
    assert amira.is_refused(f"tasks/{task_id}/reveal/") == (409, "round-closed")


def test_voting_again_opens_the_next_round_and_keeps_the_last(amira, jonas, task_id):
    jonas.votes("13")
    assert amira.is_refused(f"tasks/{task_id}/revote/") == (409, "not-revealed")
    amira.reveals()
    amira.votes_again()
    assert jonas.round["number"] == 2
    assert jonas.round["votedUserIds"] == []
    assert jonas.vote is None
    first = VotingRound.objects.get(number=1)
    assert [vote.card for vote in first.votes.all()] == ["13"]


def test_finalizing_writes_the_estimate_and_moves_to_the_next_task(
    amira, task_id, outbox
):
    following = amira.adds_task("Next")
    refusal = amira.is_refused(f"tasks/{task_id}/finalize/", story_points="8")
    assert refusal == (409, "not-revealed")
    amira.reveals()
    amira.finalizes("8")
    assert outbox[-1].data == {
        "sessionId": amira.session_id,
        "version": amira.state["version"],
        "by": amira.user_id,
        "taskId": task_id,
        "storyPoints": "8",
        "nextTaskId": following,
    }
    assert amira.state["tasks"][0]["storyPoints"] == "8"
    assert amira.state["tasks"][0]["status"] == "finalized"
    assert amira.round is None


@pytest.mark.parametrize("story_points", ["7", "", "five"])
def test_an_estimate_is_a_card_of_the_deck(amira, task_id, story_points):
    amira.reveals()
    path = f"tasks/{task_id}/finalize/"
    assert amira.is_refused(path, story_points=story_points)[0] == 422
    assert amira.round["status"] == "revealed"


def test_a_finalized_task_is_voted_on_again_with_its_rounds_kept(amira, task_id):
    amira.reveals()
    amira.finalizes("8")
    amira.starts_vote(task_id)
    assert amira.round["number"] == 2
    assert amira.state["tasks"][0]["storyPoints"] is None
    assert VotingRound.objects.get(number=1).story_points == "8"


def test_a_skipped_round_is_never_revealed(amira, jonas, task_id, outbox):
    jonas.votes("13")
    amira.skips()
    assert outbox[-1].type == "task-updated"
    assert outbox[-1].data["task"]["status"] == "skipped"
    assert amira.round is None
    assert amira.is_refused(f"tasks/{task_id}/skip/") == (409, "task-finished")
    refusal = amira.is_refused(f"tasks/{task_id}/reveal/")
    assert refusal == (409, "not-being-voted-on")
    amira.starts_vote(task_id)
    assert amira.round["number"] == 2


def test_one_task_at_most_is_being_voted_on(amira, task_id):
    other = amira.adds_task("Other")
    refusal = (409, "other-task-in-progress")
    assert amira.is_refused(f"tasks/{other}/start/") == refusal
    assert amira.is_refused("quick-vote/") == refusal
    assert amira.is_refused(f"tasks/{task_id}/start/") == (409, "stale-round")


def test_a_quick_vote_needs_no_queue_and_no_name(amira, outbox):
    amira.starts_quick_vote()
    assert types(outbox) == ["task-added", "voting-started"]
    [task] = amira.state["tasks"]
    assert (task["title"], task["status"]) == ("", "voting")
    amira.edits_task(task["taskId"], title="Named at last")
    assert amira.state["tasks"][0]["title"] == "Named at last"


@pytest.mark.parametrize(
    "path", ["start/", "reveal/", "revote/", "finalize/", "skip/", "edit/", "delete/"]
)
def test_only_facilitators_run_a_round(jonas, task_id, outbox, path):
    refusal = jonas.is_refused(f"tasks/{task_id}/{path}", story_points="8")
    assert refusal == (403, "may-not")
    assert outbox == []


def test_an_observer_does_not_vote_until_they_are_a_voter(tom, task_id):
    refusal = tom.is_refused(f"tasks/{task_id}/vote/", card="5")
    assert refusal == (403, "may-not")
    tom.changes_role(tom, "voter")
    tom.votes("5")


def test_the_vote_of_a_new_observer_is_taken_back(amira, jonas, task_id, outbox):
    jonas.votes("13")
    jonas.changes_role(jonas, "observer")
    assert amira.round["votedUserIds"] == []
    assert types(outbox) == ["vote", "member-updated"]


@pytest.mark.parametrize("goes", ["leaves", "is removed"])
def test_the_hidden_vote_of_a_member_who_goes_is_taken_back(
    amira, jonas, task_id, goes
):
    jonas.votes("13")
    if goes == "leaves":
        jonas.leaves()
    else:
        amira.removes(jonas)
    assert amira.round["votedUserIds"] == []


def test_the_revealed_vote_of_a_member_who_leaves_stays(amira, jonas, task_id):
    jonas.votes("13")
    amira.reveals()
    jonas.leaves()
    assert [v["storyPoints"] for v in amira.round["votes"]] == ["13"]


@pytest.mark.parametrize("card", ["7", " 5", "\uff15", "x" * 9_000])
def test_a_card_outside_the_deck_is_refused(amira, jonas, task_id, outbox, card):
    refusal = jonas.is_refused(f"tasks/{task_id}/vote/", card=card)
    assert refusal == (422, "card-not-in-deck")
    assert amira.round["votedUserIds"] == []
    assert outbox == []


def test_a_vote_for_another_round_is_refused(amira, jonas, task_id):
    path = f"tasks/{task_id}/vote/"
    assert jonas.is_refused(path, card="5", round="2") == (409, "stale-round")
    assert jonas.is_refused(path, card="5", round="one")[0] == 422
    jonas.votes("5", round="1")


@pytest.mark.parametrize("path", ["reveal/", "revote/", "finalize/", "skip/"])
def test_a_command_for_another_round_is_refused(amira, task_id, path):
    refusal = amira.is_refused(f"tasks/{task_id}/{path}", story_points="5", round="2")
    assert refusal == (409, "stale-round")


def test_a_vote_that_was_sent_again_counts_once(amira, jonas, task_id, outbox):
    jonas.votes("5", key="tab:1")
    jonas.votes("5", key="tab:1")
    assert types(outbox) == ["vote"]


def test_a_vote_that_was_overtaken_does_not_overwrite_the_newer_one(
    jonas, task_id, outbox
):
    jonas.votes("8", key="tab:2")
    jonas.votes("5", key="tab:1")
    assert jonas.vote == "8"
    jonas.votes("3", key="other-tab:1")
    assert jonas.vote == "3"
    assert types(outbox) == ["vote", "vote"]


def test_a_vote_whose_answer_was_lost_is_acknowledged_after_the_reveal(
    amira, jonas, task_id
):
    jonas.votes("5", key="tab:1", round="1")
    amira.reveals()
    jonas.votes("5", key="tab:1", round="1")
    assert Vote.objects.count() == 1


@pytest.mark.parametrize(
    "key", ["tab", "tab:", ":1", "tab:x", "a b:1", "t:" + "9" * 30]
)
def test_a_malformed_key_is_refused(jonas, task_id, key):
    refusal = jonas.is_refused(f"tasks/{task_id}/vote/", card="5", key=key)
    assert refusal == (422, "invalid-input")


def test_the_deck_cannot_change_while_a_round_is_in_progress(amira, task_id):
    refusal = amira.is_refused("settings/", deck="t-shirts")
    assert refusal == (409, "round-in-progress")
    amira.changes_settings(deck="fibonacci", name="Another name")


def test_a_stranger_changes_nothing(amira, task_id, stranger, outbox):
    for path in ["vote/", "reveal/", "start/", "finalize/"]:
        assert stranger.is_refused(f"tasks/{task_id}/{path}") == (403, "not-a-member")
    assert outbox == []


def test_somebody_of_another_session_is_a_stranger(amira, task_id):
    other = InProcessUser("Other")
    other.starts_session()
    other.session_id = amira.session_id
    refusal = other.is_refused(f"tasks/{task_id}/vote/", card="5")
    assert refusal == (403, "not-a-member")


def test_the_state_is_not_sent_again_when_nothing_changed(amira, jonas, task_id):
    etag = amira.gets("state/")["ETag"]
    assert etag.startswith('W/"')
    again = amira.gets("state/", headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert jonas.gets("state/")["ETag"] != etag, "it is the viewer's own"
    jonas.votes("5")
    changed = amira.gets("state/", headers={"if-none-match": etag})
    assert changed.status_code == 200
