"""Online, away and offline, over several tabs and devices, whatever the provider."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from realtime import get_realtime_service
from sessions import presence
from sessions.models import PokerSession, Tab
from tests.in_process_client import InProcessUser


class Page:
    """An open page of somebody, on any of their devices."""

    def __init__(self, owner: InProcessUser, tab: str) -> None:
        self.owner = owner
        self.tab = tab

    def polls(self, seen: str) -> int:
        return self.owner.gets(f"state/?tab={self.tab}&seen={seen}").status_code

    def reports(self, presence: str) -> None:
        self.owner.sends_heartbeat(self.tab, presence)


@pytest.fixture
def laptop(jonas):
    return Page(jonas, "laptop-1")


@pytest.fixture
def second_tab(jonas):
    return Page(jonas, "laptop-2")


@pytest.fixture
def phone(jonas):
    return Page(jonas, "phone")


@pytest.fixture
def connected(monkeypatch):
    """The ids on the presence channel, as the provider knows them."""
    connected: set[str] = set()
    monkeypatch.setattr(
        get_realtime_service(), "online_user_ids", lambda channel: frozenset(connected)
    )
    return connected


def presence_of(name, state):
    [member] = [m for m in state["members"] if m["name"] == name]
    if not member["isOnline"]:
        assert not member["isAway"], "away is a way of being online"
        return "offline"
    return "away" if member["isAway"] else "online"


def let_pass(seconds):
    """Move the time of every heartbeat into the past."""
    for tab in Tab.objects.all():
        tab.expires_at_ms -= seconds * 1000
        tab.save()


def changes(outbox):
    return [
        (published.type, published.data["member"]["isAway"]) for published in outbox
    ]


def test_a_member_without_an_open_page_is_offline(amira, jonas):
    assert presence_of("Jonas", amira.state) == "offline"


@pytest.mark.parametrize(
    ("seen", "seconds", "presence"),
    [("live", 75, "online"), ("slow", 12, "online"), ("hidden", 150, "away")],
)
def test_a_page_counts_until_it_has_missed_two_heartbeats(
    amira, laptop, seen, seconds, presence
):
    assert laptop.polls(seen) == 200
    assert presence_of("Jonas", amira.state) == presence
    let_pass(seconds - 1)
    assert presence_of("Jonas", amira.state) == presence
    let_pass(1)
    assert presence_of("Jonas", amira.state) == "offline"


def test_a_poll_without_a_tab_makes_online(amira, jonas):
    jonas.gets("state/?slow=1")
    assert presence_of("Jonas", amira.state) == "online"


def test_a_member_is_away_only_when_all_their_pages_are_hidden(
    amira, laptop, second_tab, phone
):
    for page in [laptop, second_tab, phone]:
        page.polls("live")
    laptop.reports("away")
    phone.reports("away")
    assert presence_of("Jonas", amira.state) == "online"
    second_tab.reports("away")
    assert presence_of("Jonas", amira.state) == "away"
    phone.reports("online")
    assert presence_of("Jonas", amira.state) == "online"


def test_a_hidden_page_remains_when_the_visible_one_has_expired(
    amira, laptop, second_tab
):
    laptop.polls("live")
    second_tab.polls("hidden")
    assert presence_of("Jonas", amira.state) == "online"
    let_pass(75)
    assert presence_of("Jonas", amira.state) == "away"


def test_a_closed_page_counts_no_more_but_the_others_do(
    amira, laptop, phone, tom, outbox
):
    laptop.polls("live")
    phone.polls("hidden")
    Page(tom, "laptop-1").polls("live")
    outbox.clear()
    laptop.reports("offline")
    assert presence_of("Jonas", amira.state) == "away"
    assert changes(outbox) == [("member-updated", True)]
    phone.reports("offline")
    assert presence_of("Jonas", amira.state) == "offline"
    assert presence_of("Tom", amira.state) == "online"
    assert len(outbox) == 1, "a reload of the last page is not published"


def test_an_unknown_page_may_close(amira, laptop, phone, outbox):
    phone.polls("live")
    outbox.clear()
    laptop.reports("offline")
    assert presence_of("Jonas", amira.state) == "online"
    assert outbox == []


def test_a_closed_page_counts_again_when_it_returns(amira, laptop):
    laptop.polls("live")
    laptop.reports("offline")
    laptop.polls("live")
    assert presence_of("Jonas", amira.state) == "online"


def test_only_a_change_of_a_members_presence_is_published(
    amira, jonas, laptop, phone, outbox
):
    laptop.polls("live")
    phone.polls("live")
    outbox.clear()
    laptop.reports("away")
    assert outbox == []
    phone.reports("away")
    phone.reports("away")
    assert changes(outbox) == [("member-updated", True)]
    assert outbox[-1].data == {
        "sessionId": amira.session_id,
        "version": amira.state["version"],
        "member": {
            "userId": jonas.user_id,
            "name": "Jonas",
            "role": "voter",
            "isFacilitator": False,
            "isOnline": True,
            "isAway": True,
        },
    }
    laptop.reports("online")
    phone.reports("online")
    assert changes(outbox) == [("member-updated", True), ("member-updated", False)]


def test_a_visible_page_ends_being_away(amira, laptop, phone, outbox):
    phone.polls("hidden")
    laptop.polls("live")
    assert changes(outbox[-2:]) == [("member-updated", True), ("member-updated", False)]


def test_a_laptop_that_wakes_after_ten_minutes_is_online_again(amira, laptop, outbox):
    laptop.polls("hidden")
    let_pass(600)
    assert presence_of("Jonas", amira.state) == "offline"
    laptop.polls("live")
    assert presence_of("Jonas", amira.state) == "online"
    assert [tab.name for tab in Tab.objects.all()] == ["laptop-1"]


def test_two_tabs_hidden_at_the_same_moment_are_published(
    amira, laptop, second_tab, outbox, monkeypatch
):
    """Each was read while the other was still visible."""
    laptop.polls("live")
    second_tab.polls("live")
    stale = presence.live_tabs(PokerSession.objects.get())
    monkeypatch.setattr("sessions.views.live_tabs", lambda poker_session: stale)
    outbox.clear()
    laptop.reports("away")
    second_tab.reports("away")
    assert changes(outbox) == [("member-updated", True)]


def test_the_presence_channel_alone_makes_online(amira, jonas, connected):
    connected.add(jonas.user_id)
    assert presence_of("Jonas", amira.state) == "online"


def test_a_member_who_leaves_a_channel_that_is_not_full_is_offline_at_once(
    amira, jonas, laptop, connected
):
    connected.update({amira.user_id, jonas.user_id})
    laptop.polls("live")
    connected.remove(jonas.user_id)
    assert presence_of("Jonas", amira.state) == "offline"


def test_a_slow_page_counts_beside_a_channel(amira, laptop, connected):
    connected.add(amira.user_id)
    laptop.polls("slow")
    assert presence_of("Jonas", amira.state) == "online"
    laptop.reports("away")
    laptop.reports("online")
    assert presence_of("Jonas", amira.state) == "online", "before its next poll"


def test_a_full_channel_does_not_make_offline(amira, jonas, laptop, connected):
    connected.update(f"{number}" for number in range(100))
    laptop.polls("live")
    assert presence_of("Jonas", amira.state) == "online"
    laptop.polls("hidden")
    assert presence_of("Jonas", amira.state) == "away"


def test_the_etag_changes_with_who_is_away(amira, laptop):
    etag = amira.gets("state/")["ETag"]
    unchanged = amira.gets("state/", headers={"if-none-match": etag})
    assert unchanged.status_code == 304
    laptop.polls("live")
    online = amira.gets("state/", headers={"if-none-match": etag})
    assert online.status_code == 200
    laptop.reports("away")
    let_pass(-1)
    away = amira.gets("state/", headers={"if-none-match": online["ETag"]})
    assert away.status_code == 200


def test_nothing_is_written_or_locked_when_nothing_changed(jonas, laptop):
    laptop.polls("live")
    with CaptureQueriesContext(connection) as queries:
        laptop.polls("live")
    assert {query["sql"].split()[0] for query in queries} == {"SELECT"}


def test_the_session_is_not_locked_for_a_tab_that_changes_nothing(laptop, phone):
    phone.polls("live")
    laptop.polls("live")
    with CaptureQueriesContext(connection) as queries:
        laptop.reports("away")
    assert not any("BEGIN" in query["sql"] for query in queries)


def test_a_heartbeat_is_saved_again_only_after_some_seconds(jonas, laptop):
    laptop.polls("slow")
    [first] = Tab.objects.all()
    let_pass(4)
    laptop.polls("slow")
    assert Tab.objects.get().expires_at_ms == first.expires_at_ms - 4_000
    let_pass(2)
    laptop.polls("slow")
    assert Tab.objects.get().expires_at_ms >= first.expires_at_ms


def test_closed_pages_are_deleted_when_anybody_opens_one(amira, laptop, phone):
    laptop.polls("live")
    let_pass(75)
    Page(amira, "other").polls("live")
    assert [tab.name for tab in Tab.objects.all()] == ["other"]


def test_the_number_of_a_members_pages_is_limited(jonas):
    for number in range(presence.MOST_TABS + 3):
        Page(jonas, f"tab-{number}").polls("live")
    names = {tab.name for tab in Tab.objects.all()}
    assert len(names) == presence.MOST_TABS
    assert "tab-0" not in names


def test_members_who_left_or_were_removed_have_no_page(amira, jonas, tom, laptop):
    laptop.polls("live")
    Page(tom, "toms").polls("live")
    jonas.leaves()
    amira.removes(tom)
    assert not Tab.objects.exists()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"tab": "a"}, "presence"),
        ({"tab": "a", "presence": "gone"}, "presence"),
        ({"presence": "away"}, "tab"),
        ({"tab": "", "presence": "away"}, "tab"),
        ({"tab": "a" * 33, "presence": "away"}, "tab"),
        ({"tab": "a b", "presence": "away"}, "tab"),
        ({"tab": "a\n", "presence": "away"}, "tab"),
        ({"tab": "ä", "presence": "away"}, "tab"),
        ({"tab": "a\0", "presence": "away"}, "tab"),
    ],
)
def test_an_invalid_presence_is_refused(jonas, outbox, fields, wrong):
    answer = jonas.posts("presence/", **fields)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
    assert list(answer.json()["errors"]) == [wrong]
    assert not Tab.objects.exists()


@pytest.mark.parametrize(
    "query",
    [
        {"seen": "live"},
        {"seen": "shown", "tab": "a"},
        {"seen": "", "tab": "a"},
        {"seen": "live", "tab": "a\n"},
        {"seen": "live", "tab": "a" * 33},
    ],
)
def test_an_invalid_heartbeat_is_refused(jonas, query):
    answer = jonas.client.get(f"{jonas.room}state/", query)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")


def test_a_stranger_has_no_presence(stranger):
    refusal = stranger.is_refused("presence/", tab="a", presence="away")
    assert refusal == (403, "not-a-member")


def test_the_reveal_does_not_wait_for_absent_voters(amira, jonas, laptop):
    """Jonas is away, Lena offline, and neither has voted."""
    InProcessUser("Lena").joins(amira.session_id)
    laptop.reports("away")
    amira.starts_vote()
    amira.votes("5")
    amira.reveals()
    assert amira.state["round"]["status"] == "revealed"
