"""The state of a room, the details of a task, and what the page is told."""

import pytest

from realtime import get_realtime_service
from tasks.models import Task
from tests.in_process_client import InProcessUser
from tests.people import without_time
from voting.models import VotingRound
from web.rules import RuleBroken, refusal_codes

DESCRIPTION = "A <b>bold</b> refund & more\nof it\n\n<script>alert(1)</script>"
AS_HTML = (
    "<p>A &lt;b&gt;bold&lt;/b&gt; refund &amp; more<br>of it</p>\n\n"
    "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"
)


def details(person, task_id):
    answer = person.gets(f"tasks/{task_id}/")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_state_has_what_the_contract_says(amira, jonas):
    state = amira.state
    assert list(state) == [
        "contract",
        "version",
        "serverTime",
        "channel",
        "session",
        "me",
        "members",
        "tasks",
        "currentTaskId",
        "current",
        "rounds",
    ]
    assert (state["contract"], state["channel"]) == (2, amira.channel)
    assert list(state["session"]) == [
        "id",
        "name",
        "status",
        "deck",
        "settings",
        "facilitatorsAwaySince",
    ]
    assert list(state["me"]) == [
        "userId",
        "name",
        "role",
        "isFacilitator",
        "may",
        "votes",
    ]


def test_me_is_the_same_as_ones_member(amira, jonas, tom):
    for person in [amira, jonas, tom]:
        state = person.state
        [own] = [m for m in state["members"] if m["userId"] == state["me"]["userId"]]
        for name in ["name", "role", "isFacilitator"]:
            assert own[name] == state["me"][name]


def test_the_task_in_hand_is_being_voted_on_or_the_first_that_waits(amira):
    assert amira.state["currentTaskId"] is None
    assert amira.state["current"] is None
    first, second = (
        amira.adds_task("First", description="One"),
        amira.adds_task("Second", description="Two"),
    )
    assert amira.current_task == first
    amira.starts_vote(second)
    assert amira.current_task == second
    assert amira.state["current"] == {
        "description": "Two",
        "descriptionHtml": "<p>Two</p>",
        "note": "",
    }
    amira.reveals()
    assert amira.current_task == second
    amira.finalizes("5")
    assert amira.current_task == first
    amira.skips(first)
    assert amira.state["currentTaskId"] is None


def test_an_ended_session_has_no_task_in_hand_and_no_round(amira, jonas):
    amira.adds_task(description="Why")
    task_id = amira.starts_vote()
    jonas.votes("5")
    amira.ends_session()
    state = jonas.state
    assert (state["currentTaskId"], state["current"]) == (None, None)
    assert state["rounds"] == []
    assert state["me"]["votes"] == {}
    assert {task["status"] for task in state["tasks"]} == {"pending"}
    amira.reopens_session()
    assert amira.current_task != task_id
    assert amira.is_refused(f"tasks/{task_id}/reveal/") == (409, "not-being-voted-on")
    assert VotingRound.objects.get().status == "abandoned"


def test_a_description_is_html_that_is_safe(amira):
    task_id = amira.adds_task(description=DESCRIPTION)
    for told in [amira.state["current"], details(amira, task_id)]:
        assert told["descriptionHtml"] == AS_HTML
        assert told["description"] == DESCRIPTION
        assert told["note"] == ""


def test_a_task_without_description_has_no_html(amira):
    task_id = amira.adds_task()
    assert details(amira, task_id)["descriptionHtml"] == ""
    assert not amira.state["tasks"][0]["hasDescription"]


@pytest.mark.parametrize(
    ("link", "key"),
    [
        ("https://example.atlassian.net/browse/PAY-124", "PAY-124"),
        ("https://github.com/owner/name/issues/37", "#37"),
        ("https://example.org/wiki", None),
        ("", None),
    ],
)
def test_a_task_has_the_key_that_its_link_tells(amira, link, key):
    amira.adds_task(link=link)
    assert amira.state["tasks"][0]["key"] == key


def test_the_details_of_a_task_have_every_revealed_round(amira, jonas, tom):
    task_id = amira.starts_vote(amira.adds_task("Refund", description="Why"))
    jonas.votes("13")
    amira.reveals()
    amira.votes_again()
    jonas.votes("5")
    amira.votes("8")
    amira.reveals()
    revealed = amira.round
    told = details(tom, task_id)
    assert told == {
        **tom.state["tasks"][0],
        "description": "Why",
        "descriptionHtml": "<p>Why</p>",
        "note": "",
        "rounds": told["rounds"],
    }
    first, second = told["rounds"]
    assert second == revealed
    assert (first["number"], first["taskId"]) == (1, task_id)
    assert first["votes"] == [{"userId": jonas.user_id, "storyPoints": "13"}]
    assert first["statistics"]["suggestion"] == "13"
    amira.finalizes("5")
    assert details(jonas, task_id)["rounds"] == told["rounds"]
    assert details(jonas, task_id)["storyPoints"] == "5"


@pytest.mark.parametrize("ending", ["voting", "skipped", "ended"])
def test_the_details_of_a_task_have_no_round_that_was_not_revealed(
    amira, jonas, tom, ending
):
    task_id = amira.starts_vote()
    jonas.votes("13")
    if ending == "skipped":
        amira.skips()
    if ending == "ended":
        amira.ends_session()
    for person in [amira, jonas, tom]:
        answer = person.gets(f"tasks/{task_id}/")
        assert answer.json()["rounds"] == []
        assert b"13" not in answer.content.replace(task_id.encode(), b"")


def test_the_details_go_by_the_visibility_policy(amira, jonas, monkeypatch):
    task_id = amira.starts_vote()
    jonas.votes("13")
    amira.reveals()
    monkeypatch.setattr("voting.models.VotingRound.is_revealed", False)
    [voting_round] = details(amira, task_id)["rounds"]
    assert "votes" not in voting_round
    assert "statistics" not in voting_round


def test_the_details_of_a_foreign_or_unknown_task_are_not_found(amira):
    other = InProcessUser("Other")
    other.starts_session()
    deleted = amira.adds_task()
    amira.deletes_task(deleted)
    for task_id in [other.adds_task(), deleted, "0" * 16, "x", "A-" * 40]:
        answer = amira.gets(f"tasks/{task_id}/")
        assert (answer.status_code, answer.json()["code"]) == (404, "no-task")


def test_a_stranger_reads_no_task_and_no_state(amira, stranger):
    other = InProcessUser("Other")
    other.starts_session()
    other.session_id = amira.session_id
    for task_id in [amira.adds_task(), "0" * 16]:
        for person in [stranger, other]:
            for path in [f"tasks/{task_id}/", "state/", "report/"]:
                answer = person.gets(path)
                refusal = answer.status_code, answer.json()["code"]
                assert refusal == (403, "not-a-member")
    stranger.session_id = "0" * 16
    for path in ["tasks/x/", "state/", "report/", ""]:
        answer = stranger.gets(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "no-session")


@pytest.mark.parametrize("path", ["", "state/", "report/", "tasks/{task}/"])
def test_what_is_private_is_kept_by_no_cache_on_the_way(amira, path):
    answer = amira.gets(path.format(task=amira.adds_task()))
    assert "private" in answer["Cache-Control"]
    assert "no-cache" in answer["Cache-Control"]


@pytest.mark.parametrize(
    "query",
    [
        {"tab": "laptop-1", "seen": "live"},
        {"tab": "laptop-1", "seen": "hidden"},
        {"seen": "slow"},
    ],
)
def test_a_page_of_before_the_update_is_told_to_reload(amira, stranger, query):
    for person in [amira, stranger]:
        answer = person.client.get(f"{person.room}state/", query)
        assert answer.status_code == 403
        assert answer.json() == {
            "error": "This page is out of date. Reload it.",
            "code": "out-of-date",
            "params": {},
        }
    assert amira.gets("state/").status_code == 200


def test_any_other_query_of_the_state_is_passed_over(amira):
    answer = amira.client.get(f"{amira.room}state/", {"slow": "1", "tab": "a"})
    assert without_time(answer.json()) == without_time(amira.state)


def test_the_page_is_told_where_what_is_and_what_is_ours(amira, jonas):
    amira.starts_vote()
    jonas.votes("5")
    told = jonas.gets().context["room_config"]
    room = jonas.room
    assert list(told) == [
        "contract",
        "urls",
        "inviteUrl",
        "commands",
        "refusalCodes",
        "csrfCookie",
        "decks",
        "state",
        "etag",
    ]
    assert told["contract"] == 2
    assert told["urls"] == {
        "home": "/",
        "room": room,
        "state": f"{room}state/",
        "presence": f"{room}presence/",
        "report": f"{room}report/",
        "qr": f"{room}invite.svg",
        "task": f"{room}tasks/{{taskId}}/",
    }
    assert told["csrfCookie"] == "csrftoken"
    assert {"slug": "custom", "label": "Custom deck"} in told["decks"]
    assert without_time(told["state"]) == without_time(jonas.state)
    assert told["etag"] == jonas.gets("state/")["ETag"]


def test_the_page_knows_each_code_that_a_refusal_of_ours_may_have(amira):
    codes = amira.gets().context["room_config"]["refusalCodes"]
    assert codes == refusal_codes() == sorted(set(codes))
    rules = [RuleBroken]
    for rule in rules:
        rules += rule.__subclasses__()
    assert set(codes) == {rule.code for rule in rules[1:]}
    assert {"not-a-member", "no-session", "out-of-date", "invalid-input"} <= set(codes)


def test_a_state_knows_who_is_here_from_this_process(amira, jonas, monkeypatch):
    """Asked once for each state: all of it says the same."""
    asked = []
    monkeypatch.setattr(
        get_realtime_service(),
        "online_user_ids",
        lambda channel: asked.append(channel) or frozenset(),
    )
    assert amira.state
    assert asked == [amira.channel]


def test_ones_own_cards_are_in_ones_own_state_alone(amira, jonas, tom):
    task_id = amira.starts_vote()
    jonas.votes("13")
    assert jonas.state["me"]["votes"] == {task_id: "13"}
    assert amira.state["me"]["votes"] == tom.state["me"]["votes"] == {}
    amira.reveals()
    assert jonas.state["me"]["votes"] == {task_id: "13"}
    amira.votes_again()
    assert jonas.state["me"]["votes"] == {}
    jonas.votes("5")
    amira.skips()
    assert jonas.state["me"]["votes"] == {}


def test_a_state_has_the_latest_round_alone(amira, jonas):
    task_id = amira.starts_vote()
    jonas.votes("13")
    amira.reveals()
    amira.votes_again()
    [voting_round] = jonas.state["rounds"]
    assert (voting_round["number"], voting_round["taskId"]) == (2, task_id)
    assert (voting_round["status"], voting_round["deadline"]) == ("voting", None)
    assert Task.objects.get().rounds.count() == 2
