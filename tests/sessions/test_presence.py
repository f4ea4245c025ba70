"""Online, away and offline, over several tabs and devices, whatever the provider."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from realtime import get_realtime_service
from sessions import presence
from sessions.models import PokerSession, Tab
from tests.players import Player


class Page:
    """An open page of somebody, on any of her devices."""

    def __init__(self, owner: Player, tab: str) -> None:
        self.owner = owner
        self.tab = tab

    def asks(self, seen: str) -> int:
        path = f"/s/{self.owner.session_id}/state/"
        return self.owner.client.get(path, {"tab": self.tab, "seen": seen}).status_code

    def tells(self, presence: str) -> None:
        self.owner.did("presence/", tab=self.tab, presence=presence)


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


def of(name, state):
    [member] = [m for m in state["members"] if m["name"] == name]
    if not member["isOnline"]:
        assert not member["isAway"], "away is a way of being online"
        return "offline"
    return "away" if member["isAway"] else "online"


def pass_by(seconds):
    """Let time go by, for what has been written down."""
    for tab in Tab.objects.all():
        tab.expires_at_ms -= seconds * 1000
        tab.save()


def told(outbox):
    return [
        (published.type, published.data["member"]["isAway"]) for published in outbox
    ]


def test_whoever_has_no_page_open_is_offline(amira, jonas):
    assert of("Jonas", amira.state) == "offline"


@pytest.mark.parametrize(
    ("seen", "seconds", "is_as"),
    [("live", 75, "online"), ("slow", 12, "online"), ("hidden", 150, "away")],
)
def test_a_page_that_asks_is_here_until_it_has_missed_two_turns(
    amira, laptop, seen, seconds, is_as
):
    assert laptop.asks(seen) == 200
    assert of("Jonas", amira.state) == is_as
    pass_by(seconds - 1)
    assert of("Jonas", amira.state) == is_as
    pass_by(1)
    assert of("Jonas", amira.state) == "offline"


def test_who_names_no_page_and_is_slow_is_online(amira, jonas):
    jonas.client.get(f"/s/{amira.session_id}/state/?slow=1")
    assert of("Jonas", amira.state) == "online"


def test_with_two_tabs_and_a_phone_she_is_away_only_when_all_are_hidden(
    amira, laptop, second_tab, phone
):
    for page in [laptop, second_tab, phone]:
        page.asks("live")
    laptop.tells("away")
    phone.tells("away")
    assert of("Jonas", amira.state) == "online"
    second_tab.tells("away")
    assert of("Jonas", amira.state) == "away"
    phone.tells("online")
    assert of("Jonas", amira.state) == "online"


def test_a_hidden_page_is_away_while_the_visible_one_is_closed(
    amira, laptop, second_tab
):
    laptop.asks("live")
    second_tab.asks("hidden")
    assert of("Jonas", amira.state) == "online"
    pass_by(75)
    assert of("Jonas", amira.state) == "away"


def test_a_page_that_closes_says_so_and_the_others_count(
    amira, laptop, phone, tom, outbox
):
    laptop.asks("live")
    phone.asks("hidden")
    Page(tom, "laptop-1").asks("live")
    outbox.clear()
    laptop.tells("offline")
    assert of("Jonas", amira.state) == "away"
    assert told(outbox) == [("member-updated", True)]
    phone.tells("offline")
    assert of("Jonas", amira.state) == "offline"
    assert of("Tom", amira.state) == "online"
    assert len(outbox) == 1, "who reloads the last page does not blink"


def test_a_page_that_was_never_seen_may_close(amira, laptop, phone, outbox):
    phone.asks("live")
    outbox.clear()
    laptop.tells("offline")
    assert of("Jonas", amira.state) == "online"
    assert outbox == []


def test_a_page_that_is_kept_for_the_way_back_comes_back(amira, laptop):
    laptop.asks("live")
    laptop.tells("offline")
    laptop.asks("live")
    assert of("Jonas", amira.state) == "online"


def test_the_room_hears_of_it_only_when_it_changes_what_she_is(
    amira, jonas, laptop, phone, outbox
):
    laptop.asks("live")
    phone.asks("live")
    outbox.clear()
    laptop.tells("away")
    assert outbox == []
    phone.tells("away")
    phone.tells("away")
    assert told(outbox) == [("member-updated", True)]
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
    laptop.tells("online")
    phone.tells("online")
    assert told(outbox) == [("member-updated", True), ("member-updated", False)]


def test_a_page_that_is_shown_brings_its_member_back(amira, laptop, phone, outbox):
    phone.asks("hidden")
    laptop.asks("live")
    assert told(outbox[-2:]) == [("member-updated", True), ("member-updated", False)]


def test_a_laptop_that_wakes_after_ten_minutes_is_online_again(amira, laptop, outbox):
    laptop.asks("hidden")
    pass_by(600)
    assert of("Jonas", amira.state) == "offline"
    laptop.asks("live")
    assert of("Jonas", amira.state) == "online"
    assert [tab.name for tab in Tab.objects.all()] == ["laptop-1"]


def test_two_tabs_hidden_at_the_same_moment_are_told_of(
    amira, laptop, second_tab, outbox, monkeypatch
):
    """Each was read while the other was still visible."""
    laptop.asks("live")
    second_tab.asks("live")
    stale = presence.live_tabs(PokerSession.objects.get())
    monkeypatch.setattr("sessions.views.live_tabs", lambda poker_session: stale)
    outbox.clear()
    laptop.tells("away")
    second_tab.tells("away")
    assert told(outbox) == [("member-updated", True)]


def test_the_presence_channel_alone_makes_online(amira, jonas, connected):
    connected.add(jonas.user_id)
    assert of("Jonas", amira.state) == "online"


def test_who_leaves_a_channel_with_room_in_it_is_offline_at_once(
    amira, jonas, laptop, connected
):
    connected.update({amira.user_id, jonas.user_id})
    laptop.asks("live")
    connected.remove(jonas.user_id)
    assert of("Jonas", amira.state) == "offline"


def test_a_slow_page_counts_beside_a_channel(amira, laptop, connected):
    connected.add(amira.user_id)
    laptop.asks("slow")
    assert of("Jonas", amira.state) == "online"
    laptop.tells("away")
    laptop.tells("online")
    assert of("Jonas", amira.state) == "online", "before it asks for the next time"


def test_whoever_finds_the_channel_full_is_online(amira, jonas, laptop, connected):
    connected.update(f"{number}" for number in range(100))
    laptop.asks("live")
    assert of("Jonas", amira.state) == "online"
    laptop.asks("hidden")
    assert of("Jonas", amira.state) == "away"


def test_the_etag_changes_with_who_is_away(amira, laptop):
    path = f"/s/{amira.session_id}/state/"
    etag = amira.client.get(path)["ETag"]
    assert amira.client.get(path, headers={"if-none-match": etag}).status_code == 304
    laptop.asks("live")
    online = amira.client.get(path, headers={"if-none-match": etag})
    assert online.status_code == 200
    laptop.tells("away")
    pass_by(-1)
    away = amira.client.get(path, headers={"if-none-match": online["ETag"]})
    assert away.status_code == 200


def test_nothing_is_written_or_locked_when_nothing_changed(jonas, laptop):
    laptop.asks("live")
    with CaptureQueriesContext(connection) as queries:
        laptop.asks("live")
    assert {query["sql"].split()[0] for query in queries} == {"SELECT"}


def test_the_session_is_not_locked_for_a_tab_that_changes_nothing(laptop, phone):
    phone.asks("live")
    laptop.asks("live")
    with CaptureQueriesContext(connection) as queries:
        laptop.tells("away")
    assert not any("BEGIN" in query["sql"] for query in queries)


def test_a_page_is_written_down_anew_only_after_some_seconds(jonas, laptop):
    laptop.asks("slow")
    [first] = Tab.objects.all()
    pass_by(4)
    laptop.asks("slow")
    assert Tab.objects.get().expires_at_ms == first.expires_at_ms - 4_000
    pass_by(2)
    laptop.asks("slow")
    assert Tab.objects.get().expires_at_ms >= first.expires_at_ms


def test_closed_pages_are_deleted_when_anybody_opens_one(amira, laptop, phone):
    laptop.asks("live")
    pass_by(75)
    Page(amira, "hers").asks("live")
    assert [tab.name for tab in Tab.objects.all()] == ["hers"]


def test_no_browser_can_open_pages_without_end(jonas):
    for number in range(presence.MOST_TABS + 3):
        Page(jonas, f"tab-{number}").asks("live")
    names = {tab.name for tab in Tab.objects.all()}
    assert len(names) == presence.MOST_TABS
    assert "tab-0" not in names


def test_whoever_left_or_was_removed_has_no_page_here(amira, jonas, tom, laptop):
    laptop.asks("live")
    Page(tom, "toms").asks("live")
    jonas.did("leave/")
    amira.did(f"members/{tom.user_id}/remove/")
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
def test_what_is_no_presence_is_refused(jonas, outbox, fields, wrong):
    answer = jonas.does("presence/", **fields)
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
def test_a_malformed_heartbeat_is_refused(jonas, query):
    path = f"/s/{jonas.session_id}/state/"
    answer = jonas.client.get(path, query)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")


def test_a_stranger_has_no_presence(stranger):
    refusal = stranger.is_refused("presence/", tab="a", presence="away")
    assert refusal == (403, "not-a-member")


def test_the_reveal_waits_for_nobody(amira, jonas, laptop):
    """Jonas is away, Lena offline, and neither has voted."""
    Player("Lena").joins(amira.session_id)
    laptop.tells("away")
    task_id = amira.starts_a_round()
    amira.did(f"tasks/{task_id}/vote/", card="5")
    amira.did(f"tasks/{task_id}/reveal/")
    assert amira.state["round"]["status"] == "revealed"
