"""The rules of a session and its members."""

import pytest

from sessions.models import Member
from tests.in_process_client import InProcessUser


def names(person):
    return [member["name"] for member in person.state["members"]]


def member(person, user_id):
    members = {member["userId"]: member for member in person.state["members"]}
    return members[user_id]


def types(outbox):
    return [published.type for published in outbox]


def test_whoever_starts_a_session_is_its_facilitator(amira):
    assert amira.state["me"]["isFacilitator"]
    assert amira.state["session"]["status"] == "active"


def test_joining_is_published(amira, outbox):
    jonas = InProcessUser("Jonas").joins(amira.session_id)
    [published] = outbox
    assert published.channel == amira.channel
    assert published.type == "member-joined"
    assert published.data == {
        "sessionId": amira.session_id,
        "version": 1,
        "by": jonas.user_id,
        "member": {
            "userId": jonas.user_id,
            "name": "Jonas",
            "role": "voter",
            "isFacilitator": False,
            "isOnline": True,
            "isAway": False,
            "at": published.data["member"]["at"],
        },
    }


def test_the_same_browser_is_the_same_member(amira, jonas, outbox):
    jonas.joins(amira.session_id)
    assert names(amira) == ["Amira", "Jonas"]
    assert outbox == []


def test_a_name_is_taken_without_regard_to_case(amira, jonas):
    other = InProcessUser("JONAS", amira.session_id)
    refusal = other.is_refused("join/", display_name="JONAS")
    assert refusal == (409, "name-taken")
    assert names(amira) == ["Amira", "Jonas"]


def test_a_name_is_free_again_when_its_owner_has_left(amira, jonas):
    jonas.leaves()
    InProcessUser("Jonas").joins(amira.session_id)
    assert names(amira) == ["Amira", "Jonas"]


def test_a_member_who_returns_has_the_same_id(amira, jonas):
    before = jonas.user_id
    jonas.leaves()
    jonas.joins(amira.session_id)
    assert jonas.user_id == before


def test_the_last_facilitator_hands_over_to_the_longest_member(
    amira, jonas, tom, outbox
):
    amira.leaves()
    assert types(outbox) == ["member-left", "member-updated"]
    assert jonas.state["me"]["isFacilitator"]
    assert not tom.state["me"]["isFacilitator"]


def test_nobody_is_promoted_while_there_is_another_facilitator(amira, jonas, tom):
    amira.promotes(tom)
    amira.leaves()
    assert not jonas.state["me"]["isFacilitator"]


def test_the_first_member_to_join_an_empty_session_is_its_facilitator(amira):
    amira.leaves()
    jonas = InProcessUser("Jonas").joins(amira.session_id)
    assert jonas.state["me"]["isFacilitator"]


def test_a_facilitator_who_left_and_returns_is_one_no_longer(amira, jonas):
    amira.leaves()
    amira.joins(amira.session_id)
    assert not amira.state["me"]["isFacilitator"]


def test_facilitators_are_promoted_and_demoted(amira, jonas):
    amira.promotes(jonas)
    assert jonas.state["me"]["isFacilitator"]
    jonas.demotes(amira)
    assert not amira.state["me"]["isFacilitator"]


def test_there_is_always_a_facilitator(amira, jonas):
    own = f"members/{amira.user_id}"
    assert amira.is_refused(f"{own}/demote/") == (409, "last-facilitator")
    assert amira.is_refused(f"{own}/remove/") == (409, "last-facilitator")


@pytest.mark.parametrize("path", ["rename/", "role/"])
def test_members_change_themselves_and_nobody_else(amira, jonas, tom, path):
    fields = {"display_name": "Tomas", "role": "voter"}
    jonas.does(f"members/{jonas.user_id}/{path}", **fields)
    refusal = jonas.is_refused(f"members/{tom.user_id}/{path}", **fields)
    assert refusal == (403, "may-not")


def test_facilitators_change_others(amira, jonas, outbox):
    amira.renames(jonas, "Jonny")
    amira.changes_role(jonas, "observer")
    assert member(amira, jonas.user_id)["name"] == "Jonny"
    assert member(amira, jonas.user_id)["role"] == "observer"
    assert types(outbox) == ["member-updated", "member-updated"]


def test_members_may_change_the_case_of_their_own_name(amira, jonas):
    jonas.renames(jonas, "JONAS")
    assert names(amira) == ["Amira", "JONAS"]


def test_the_name_of_another_member_is_refused(amira, jonas):
    path = f"members/{jonas.user_id}/rename/"
    assert jonas.is_refused(path, display_name="amira") == (409, "name-taken")


def test_a_removed_member_may_join_again_as_a_new_one(amira, jonas, outbox):
    user_id = jonas.user_id
    amira.removes(jonas)
    assert outbox[-1].data["userId"] == user_id
    assert jonas.is_refused("tasks/") == (403, "not-a-member")
    jonas.joins(amira.session_id)
    assert jonas.user_id != user_id


def test_nobody_is_removed_twice(amira, jonas):
    path = f"members/{jonas.user_id}/remove/"
    amira.removes(jonas)
    assert amira.is_refused(path) == (404, "no-member")


@pytest.mark.parametrize(
    "path",
    [
        "end/",
        "settings/",
        "tasks/",
        "tasks/{task}/move/",
        "quick-vote/",
        "members/{amira}/promote/",
        "members/{amira}/demote/",
        "members/{amira}/remove/",
    ],
)
def test_only_facilitators_run_the_session(amira, jonas, path, outbox):
    path = path.format(amira=amira.user_id, task=amira.adds_task())
    outbox.clear()
    refusal = jonas.is_refused(path, title="A task", name="Another name")
    assert refusal == (403, "may-not")
    assert outbox == []


def test_settings_change_only_what_is_sent(amira, outbox):
    deck = amira.state["session"]["deck"]
    amira.changes_settings(name="Next sprint")
    assert amira.state["session"]["name"] == "Next sprint"
    assert amira.state["session"]["deck"] == deck
    amira.changes_settings(deck="custom", cards="8, 1, ?")
    assert amira.state["session"]["deck"]["cards"] == ["1", "8", "?"]
    assert outbox[-1].data["session"] == amira.state["session"]


def test_an_ended_session_can_be_read_but_not_changed(amira, jonas, outbox):
    amira.ends_session()
    assert types(outbox) == ["session-ended"]
    assert jonas.state["session"]["status"] == "ended"
    for path in ["tasks/", "end/", f"members/{amira.user_id}/rename/"]:
        refusal = amira.is_refused(path, title="A task", display_name="A name")
        assert refusal == (409, "session-ended")
    late = InProcessUser("Late", amira.session_id)
    assert late.is_refused("join/", display_name="Late") == (409, "session-ended")


def test_a_reopened_session_can_be_changed(amira, jonas, outbox):
    assert amira.is_refused("reopen/") == (409, "session-not-ended")
    amira.ends_session()
    assert jonas.is_refused("reopen/") == (403, "may-not")
    amira.reopens_session()
    assert types(outbox) == ["session-ended", "session-reopened"]
    amira.adds_task()


def test_a_member_leaves_an_ended_session_too(amira, jonas):
    amira.ends_session()
    jonas.leaves()
    assert not Member.objects.get(name="Jonas").is_present


def test_each_event_has_a_version_of_its_own(amira, jonas, tom, outbox):
    start = amira.state["version"]
    amira.starts_quick_vote()
    amira.promotes(jonas)
    assert [p.data["version"] - start for p in outbox] == [1, 2, 3]
    assert amira.state["version"] == start + 3
