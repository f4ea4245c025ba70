"""The rules of a session and its members, as people meet them."""

import pytest

from sessions.models import Member
from tests.players import Player


def names(player):
    return [member["name"] for member in player.state["members"]]


def member(player, user_id):
    members = {member["userId"]: member for member in player.state["members"]}
    return members[user_id]


def types(outbox):
    return [published.type for published in outbox]


def test_whoever_starts_a_session_is_its_facilitator(amira):
    assert amira.state["me"]["isFacilitator"]
    assert amira.state["session"]["status"] == "active"


def test_joining_is_told_to_the_room(amira, outbox):
    jonas = Player("Jonas").joins(amira.session_id)
    [published] = outbox
    assert published.channel == f"planning-poker-{amira.session_id}"
    assert published.type == "member-joined"
    assert published.data == {
        "sessionId": amira.session_id,
        "version": 1,
        "member": {
            "userId": jonas.user_id,
            "name": "Jonas",
            "role": "voter",
            "isFacilitator": False,
        },
    }


def test_the_same_browser_is_the_same_member(amira, jonas, outbox):
    jonas.joins(amira.session_id)
    assert names(amira) == ["Amira", "Jonas"]
    assert outbox == []


def test_a_name_is_taken_without_regard_to_case(amira, jonas):
    other = Player("JONAS", amira.session_id)
    refusal = other.is_refused("join/", display_name="JONAS")
    assert refusal == (409, "name-taken")
    assert names(amira) == ["Amira", "Jonas"]


def test_a_name_is_free_again_when_its_owner_has_left(amira, jonas):
    jonas.did("leave/")
    Player("Jonas").joins(amira.session_id)
    assert names(amira) == ["Amira", "Jonas"]


def test_who_comes_back_is_who_she_was(amira, jonas):
    before = jonas.user_id
    jonas.did("leave/")
    jonas.joins(amira.session_id)
    assert jonas.user_id == before


def test_the_last_facilitator_hands_over_to_who_has_been_here_longest(
    amira, jonas, tom, outbox
):
    amira.did("leave/")
    assert types(outbox) == ["member-left", "member-updated"]
    assert jonas.state["me"]["isFacilitator"]
    assert not tom.state["me"]["isFacilitator"]


def test_another_facilitator_makes_handing_over_needless(amira, jonas, tom):
    amira.did(f"members/{tom.user_id}/promote/")
    amira.did("leave/")
    assert not jonas.state["me"]["isFacilitator"]


def test_the_first_to_come_into_an_empty_session_is_its_facilitator(amira):
    amira.did("leave/")
    jonas = Player("Jonas").joins(amira.session_id)
    assert jonas.state["me"]["isFacilitator"]


def test_who_left_and_comes_back_is_a_facilitator_no_longer(amira, jonas):
    amira.did("leave/")
    amira.joins(amira.session_id)
    assert not amira.state["me"]["isFacilitator"]


def test_facilitators_are_made_and_unmade(amira, jonas):
    amira.did(f"members/{jonas.user_id}/promote/")
    assert jonas.state["me"]["isFacilitator"]
    jonas.did(f"members/{amira.user_id}/demote/")
    assert not amira.state["me"]["isFacilitator"]


def test_there_is_always_a_facilitator(amira, jonas):
    own = f"members/{amira.user_id}"
    assert amira.is_refused(f"{own}/demote/") == (409, "last-facilitator")
    assert amira.is_refused(f"{own}/remove/") == (409, "last-facilitator")


@pytest.mark.parametrize("path", ["rename/", "role/"])
def test_members_change_themselves_and_nobody_else(amira, jonas, tom, path):
    fields = {"display_name": "Tomas", "role": "voter"}
    jonas.did(f"members/{jonas.user_id}/{path}", **fields)
    refusal = jonas.is_refused(f"members/{tom.user_id}/{path}", **fields)
    assert refusal == (403, "only-facilitators")


def test_facilitators_change_others(amira, jonas, outbox):
    amira.did(f"members/{jonas.user_id}/rename/", display_name="Jonny")
    amira.did(f"members/{jonas.user_id}/role/", role="observer")
    assert member(amira, jonas.user_id)["name"] == "Jonny"
    assert member(amira, jonas.user_id)["role"] == "observer"
    assert types(outbox) == ["member-updated", "member-updated"]


def test_a_name_may_be_typed_anew_in_another_case(amira, jonas):
    jonas.did(f"members/{jonas.user_id}/rename/", display_name="JONAS")
    assert names(amira) == ["Amira", "JONAS"]


def test_nobody_is_renamed_to_somebody_else(amira, jonas):
    path = f"members/{jonas.user_id}/rename/"
    assert jonas.is_refused(path, display_name="amira") == (409, "name-taken")


def test_who_is_removed_is_out_and_may_come_in_as_somebody_new(amira, jonas, outbox):
    user_id = jonas.user_id
    amira.did(f"members/{user_id}/remove/")
    assert outbox[-1].data["userId"] == user_id
    assert jonas.is_refused("tasks/") == (403, "not-a-member")
    jonas.joins(amira.session_id)
    assert jonas.user_id != user_id


def test_nobody_is_removed_twice(amira, jonas):
    path = f"members/{jonas.user_id}/remove/"
    amira.did(path)
    assert amira.is_refused(path) == (404, "not-found")


@pytest.mark.parametrize(
    "path",
    [
        "end/",
        "settings/",
        "tasks/",
        "tasks/order/",
        "quick-vote/",
        "members/{}/promote/",
        "members/{}/demote/",
        "members/{}/remove/",
    ],
)
def test_only_facilitators_run_the_session(amira, jonas, path, outbox):
    path = path.format(amira.user_id)
    refusal = jonas.is_refused(path, title="A task", name="Another name")
    assert refusal == (403, "only-facilitators")
    assert outbox == []


def test_settings_change_only_what_is_sent(amira, outbox):
    deck = amira.state["session"]["deck"]
    amira.did("settings/", name="Next sprint")
    assert amira.state["session"]["name"] == "Next sprint"
    assert amira.state["session"]["deck"] == deck
    amira.did("settings/", deck="custom", cards="8, 1, ?")
    assert amira.state["session"]["deck"]["cards"] == ["1", "8", "?"]
    assert outbox[-1].data["session"] == amira.state["session"]


def test_an_ended_session_can_be_read_and_not_changed(amira, jonas, outbox):
    amira.did("end/")
    assert types(outbox) == ["session-ended"]
    assert jonas.state["session"]["status"] == "ended"
    for path in ["tasks/", "end/", f"members/{amira.user_id}/rename/"]:
        refusal = amira.is_refused(path, title="A task", display_name="A name")
        assert refusal == (409, "session-ended")
    late = Player("Late", amira.session_id)
    assert late.is_refused("join/", display_name="Late") == (409, "session-ended")


def test_a_session_goes_on_when_it_is_reopened(amira, jonas, outbox):
    assert amira.is_refused("reopen/") == (409, "session-not-ended")
    amira.did("end/")
    assert jonas.is_refused("reopen/") == (403, "only-facilitators")
    amira.did("reopen/")
    assert types(outbox) == ["session-ended", "session-reopened"]
    amira.adds_a_task()


def test_a_member_leaves_an_ended_session_too(amira, jonas):
    amira.did("end/")
    jonas.did("leave/")
    assert not Member.objects.get(name="Jonas").is_present


def test_each_event_has_a_version_of_its_own(amira, jonas, tom, outbox):
    start = amira.state["version"]
    amira.did("quick-vote/")
    amira.did(f"members/{jonas.user_id}/promote/")
    assert [p.data["version"] - start for p in outbox] == [1, 2, 3]
    assert amira.state["version"] == start + 3
