"""Online, away and offline, over several tabs and devices, whatever the provider."""

import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from realtime import get_realtime_service
from sessions import heartbeats
from sessions.actions import record_heartbeat
from sessions.models import Member, PokerSession, Tab
from tests.in_process_client import InProcessUser


class Page:
    """An open page of somebody, on any of their devices."""

    def __init__(self, owner: InProcessUser, tab: str) -> None:
        self.owner = owner
        self.tab = tab

    def reports(self, state: str) -> None:
        self.owner.sends_heartbeat(self.tab, state)

    def reports_for_etag(self, state: str) -> str:
        """The ETag in the answer."""
        answer = self.owner.posts("presence/", tab=self.tab, state=state)
        assert (answer.status_code, answer.content) == (204, b"")
        return answer["ETag"]


@pytest.fixture
def jonas(jonas):
    """He came in longer ago than a page takes to open."""
    let_pass(15)
    return jonas


@pytest.fixture
def tom(tom):
    let_pass(15)
    return tom


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
    return [(published.type, published.data["isAway"]) for published in outbox]


def test_a_member_without_an_open_page_is_offline(amira, jonas):
    assert presence_of("Jonas", amira.state) == "offline"


def test_whoever_joins_is_online_until_their_page_has_opened(amira, outbox):
    lena = InProcessUser("Lena").joins(amira.session_id)
    assert outbox[-1].data["member"]["isOnline"]
    let_pass(14)
    assert presence_of("Lena", amira.state) == "online"
    let_pass(1)
    assert presence_of("Lena", amira.state) == "offline"
    outbox.clear()
    lena.leaves()
    lena.joins(amira.session_id)
    assert outbox[-1].data["member"]["isOnline"]
    assert presence_of("Lena", amira.state) == "online"


def test_a_page_that_opens_after_its_member_has_joined_is_no_news(amira, outbox):
    lena = InProcessUser("Lena").joins(amira.session_id)
    outbox.clear()
    Page(lena, "a").reports("live")
    assert outbox == []


def test_the_page_that_opens_is_the_one_that_was_expected(amira, outbox):
    """Once it is hidden or closed, its member is, however soon after joining."""
    lena = InProcessUser("Lena").joins(amira.session_id)
    page = Page(lena, "phone")
    page.reports("live")
    outbox.clear()
    page.reports("hidden")
    assert presence_of("Lena", amira.state) == "away"
    assert [(event.type, event.data["isAway"]) for event in outbox] == [
        ("presence", True)
    ]
    page.reports("closed")
    assert presence_of("Lena", amira.state) == "offline"


@pytest.mark.parametrize(
    ("state", "seconds", "presence"),
    [("live", 75, "online"), ("slow", 75, "online"), ("hidden", 150, "away")],
)
def test_a_page_counts_until_it_has_missed_two_heartbeats(
    amira, laptop, state, seconds, presence
):
    laptop.reports(state)
    assert presence_of("Jonas", amira.state) == presence
    let_pass(seconds - 1)
    assert presence_of("Jonas", amira.state) == presence
    let_pass(1)
    assert presence_of("Jonas", amira.state) == "offline"


def test_each_heartbeat_counts_anew(amira, laptop):
    laptop.reports("live")
    let_pass(60)
    laptop.reports("live")
    let_pass(60)
    assert presence_of("Jonas", amira.state) == "online"
    assert Tab.objects.filter(name="laptop-1").count() == 1


def test_reading_writes_nothing_and_makes_nobody_online(amira, jonas):
    task_id = amira.adds_task()
    with CaptureQueriesContext(connection) as queries:
        for path in ["", "state/", "report/", f"tasks/{task_id}/", "invite.svg"]:
            assert jonas.gets(path).status_code == 200
    verbs = {query["sql"].split()[0] for query in queries}
    assert verbs <= {"SELECT", "BEGIN", "ROLLBACK", "COMMIT", "SET"}
    assert not any("IMMEDIATE" in query["sql"] for query in queries)
    assert presence_of("Jonas", amira.state) == "offline"


def test_a_member_is_away_only_when_all_their_pages_are_hidden(
    amira, laptop, second_tab, phone
):
    for page in [laptop, second_tab, phone]:
        page.reports("live")
    laptop.reports("hidden")
    phone.reports("hidden")
    assert presence_of("Jonas", amira.state) == "online"
    second_tab.reports("hidden")
    assert presence_of("Jonas", amira.state) == "away"
    phone.reports("slow")
    assert presence_of("Jonas", amira.state) == "online"


def test_a_hidden_page_remains_when_the_visible_one_has_expired(
    amira, laptop, second_tab
):
    laptop.reports("live")
    second_tab.reports("hidden")
    assert presence_of("Jonas", amira.state) == "online"
    let_pass(75)
    assert presence_of("Jonas", amira.state) == "away"


def test_a_closed_page_counts_no_more_but_the_others_do(
    amira, laptop, phone, tom, outbox
):
    laptop.reports("live")
    phone.reports("hidden")
    Page(tom, "laptop-1").reports("live")
    outbox.clear()
    laptop.reports("closed")
    assert presence_of("Jonas", amira.state) == "away"
    assert changes(outbox) == [("presence", True)]
    phone.reports("closed")
    assert presence_of("Jonas", amira.state) == "offline"
    assert presence_of("Tom", amira.state) == "online"
    assert len(outbox) == 1, "a reload of the last page is not published"


def test_an_unknown_page_may_close(amira, laptop, phone, outbox):
    phone.reports("live")
    outbox.clear()
    laptop.reports("closed")
    assert presence_of("Jonas", amira.state) == "online"
    assert outbox == []


def test_a_closed_page_counts_again_when_it_returns(amira, laptop, outbox):
    laptop.reports("live")
    laptop.reports("closed")
    outbox.clear()
    laptop.reports("live")
    assert presence_of("Jonas", amira.state) == "online"
    assert changes(outbox) == [("presence", False)]


def test_only_a_change_of_a_members_presence_is_published(
    amira, jonas, laptop, phone, outbox
):
    laptop.reports("live")
    phone.reports("live")
    outbox.clear()
    version = amira.state["version"]
    laptop.reports("hidden")
    assert outbox == []
    early = int(time.time() * 1000)
    phone.reports("hidden")
    phone.reports("hidden")
    late = int(time.time() * 1000)
    assert changes(outbox) == [("presence", True)]
    [published] = outbox
    assert early <= published.data["at"] <= late
    assert published.channel == amira.channel
    assert published.data == {
        "sessionId": amira.session_id,
        "userId": jonas.user_id,
        "isOnline": True,
        "isAway": True,
        "at": published.data["at"],
    }
    laptop.reports("live")
    phone.reports("live")
    assert changes(outbox) == [("presence", True), ("presence", False)]
    assert amira.state["version"] == version


def test_each_state_says_of_when_it_tells(amira, jonas, laptop, outbox):
    laptop.reports("live")
    early = int(time.time() * 1000)
    ats = {member["at"] for member in amira.state["members"]}
    assert len(ats) == 1
    assert early <= min(ats) <= int(time.time() * 1000)
    assert outbox[-1].data["at"] <= min(ats), "the newest one is right"


def test_a_visible_page_ends_being_away(amira, laptop, phone, outbox):
    phone.reports("hidden")
    laptop.reports("live")
    assert changes(outbox[-2:]) == [("presence", True), ("presence", False)]


def test_a_laptop_that_wakes_after_ten_minutes_is_online_again(amira, laptop, outbox):
    laptop.reports("hidden")
    let_pass(600)
    assert presence_of("Jonas", amira.state) == "offline"
    outbox.clear()
    laptop.reports("live")
    assert presence_of("Jonas", amira.state) == "online"
    assert changes(outbox) == [("presence", False)]
    assert [tab.name for tab in Tab.objects.all()] == ["laptop-1"]


def test_two_tabs_hidden_at_the_same_moment_are_published(
    laptop, second_tab, outbox, monkeypatch
):
    """The second is written after the first was, and before that one looks around."""
    laptop.reports("live")
    second_tab.reports("live")
    outbox.clear()
    read = heartbeats.open_tabs_of
    calls = []

    def interrupted(member):
        calls.append(member)
        if len(calls) == 2:
            second_tab.reports("hidden")
        return read(member)

    monkeypatch.setattr(heartbeats, "open_tabs_of", interrupted)
    laptop.reports("hidden")
    assert len(calls) == 4
    assert set(changes(outbox)) == {("presence", True)}


def test_a_connection_alone_makes_nobody_online(amira, jonas, connected):
    connected.add(jonas.user_id)
    assert presence_of("Jonas", amira.state) == "offline"


def test_a_page_that_lost_its_connection_counts_no_longer(
    amira, jonas, laptop, connected
):
    connected.update({amira.user_id, jonas.user_id})
    laptop.reports("live")
    let_pass(30)
    assert presence_of("Jonas", amira.state) == "online"
    connected.remove(jonas.user_id)
    assert presence_of("Jonas", amira.state) == "offline"
    connected.add(jonas.user_id)
    assert presence_of("Jonas", amira.state) == "online"


def test_an_event_about_somebody_says_how_they_are_here_as_the_state_does(
    amira, jonas, laptop, connected, outbox
):
    connected.add(amira.user_id)
    laptop.reports("live")
    let_pass(30)
    amira.renames(jonas, "Jonny")
    told = outbox[-1].data["member"]
    [stated] = [m for m in amira.state["members"] if m["name"] == "Jonny"]
    assert told | {"at": 0} == stated | {"at": 0}
    assert presence_of("Jonny", amira.state) == "offline"


def test_a_page_has_five_seconds_to_connect(amira, laptop, connected):
    connected.add(amira.user_id)
    laptop.reports("live")
    assert presence_of("Jonas", amira.state) == "online"
    let_pass(4)
    assert presence_of("Jonas", amira.state) == "online"
    let_pass(1.001)
    assert presence_of("Jonas", amira.state) == "offline"


@pytest.mark.parametrize(
    ("state", "presence"), [("slow", "online"), ("hidden", "away")]
)
def test_a_page_that_needs_no_connection_counts_beside_a_channel(
    amira, laptop, connected, state, presence
):
    connected.add(amira.user_id)
    laptop.reports(state)
    let_pass(30)
    assert presence_of("Jonas", amira.state) == presence


def test_whoever_joins_needs_no_connection(amira, connected):
    connected.add(amira.user_id)
    InProcessUser("Lena").joins(amira.session_id)
    let_pass(10)
    assert presence_of("Lena", amira.state) == "online"


@pytest.mark.parametrize("on_the_channel", [0, 100])
def test_an_empty_or_full_channel_does_not_make_offline(
    amira, laptop, connected, on_the_channel
):
    """Empty: this process may not be the one that knows. Full: some are not on it."""
    connected.update(f"{number}" for number in range(on_the_channel))
    laptop.reports("live")
    let_pass(30)
    assert presence_of("Jonas", amira.state) == "online"
    laptop.reports("hidden")
    assert presence_of("Jonas", amira.state) == "away"


@pytest.mark.parametrize("state", ["live", "slow", "hidden", "closed"])
def test_the_answer_has_the_etag_of_the_state(amira, jonas, laptop, state):
    etag = laptop.reports_for_etag(state)
    assert etag == jonas.gets("state/")["ETag"]
    assert laptop.reports_for_etag(state) == etag
    amira.adds_task()
    assert laptop.reports_for_etag(state) == jonas.gets("state/")["ETag"] != etag


def test_the_etag_changes_with_who_is_online_and_who_is_away(amira, laptop):
    etag = amira.gets("state/")["ETag"]
    unchanged = amira.gets("state/", headers={"if-none-match": etag})
    assert unchanged.status_code == 304
    laptop.reports("live")
    online = amira.gets("state/", headers={"if-none-match": etag})
    assert online.status_code == 200
    laptop.reports("hidden")
    away = amira.gets("state/", headers={"if-none-match": online["ETag"]})
    assert away.status_code == 200
    let_pass(150)
    offline = amira.gets("state/", headers={"if-none-match": away["ETag"]})
    assert offline.status_code == 200


@pytest.mark.parametrize("state", ["live", "hidden", "closed"])
def test_a_heartbeat_takes_no_lock_and_changes_no_session(
    amira, laptop, phone, state, outbox
):
    phone.reports("hidden")
    laptop.reports("live")
    before = PokerSession.objects.values().get()
    with CaptureQueriesContext(connection) as queries:
        laptop.reports(state)
    statements = [query["sql"] for query in queries]
    assert not any("FOR UPDATE" in each for each in statements)
    written = {each.split()[0] for each in statements if "poker_sessions_tab" in each}
    assert written - {"SELECT"} == {"DELETE" if state == "closed" else "INSERT"}
    others = {each.split()[0] for each in statements if "_tab" not in each}
    assert others <= {"SELECT", "BEGIN", "COMMIT"}
    assert PokerSession.objects.values().get() == before


def test_pages_that_expired_are_deleted_when_anybody_opens_one(amira, laptop):
    laptop.reports("live")
    let_pass(75)
    Page(amira, "other").reports("live")
    assert [tab.name for tab in Tab.objects.all()] == ["other"]


def test_the_number_of_a_members_pages_is_limited(jonas):
    for number in range(heartbeats.MOST_TABS + 3):
        Page(jonas, f"tab-{number}").reports("live")
    names = {tab.name for tab in Tab.objects.all()}
    assert len(names) == heartbeats.MOST_TABS
    assert "tab-0" not in names


def test_members_who_left_or_were_removed_have_no_page(amira, jonas, tom, laptop):
    laptop.reports("live")
    Page(tom, "toms").reports("live")
    jonas.leaves()
    amira.removes(tom)
    assert not Tab.objects.exists()


def test_pages_are_heard_in_an_ended_session_too(amira, laptop):
    amira.ends_session()
    laptop.reports("live")
    assert presence_of("Jonas", amira.state) == "online"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"tab": "a"}, "state"),
        ({"tab": "a", "state": "gone"}, "state"),
        ({"tab": "a", "state": "LIVE"}, "state"),
        ({"tab": "a", "presence": "away"}, "state"),
        ({"state": "live"}, "tab"),
        ({"tab": "", "state": "live"}, "tab"),
        ({"tab": "a" * 33, "state": "live"}, "tab"),
        ({"tab": "a b", "state": "live"}, "tab"),
        ({"tab": "a\n", "state": "live"}, "tab"),
        ({"tab": "ä", "state": "live"}, "tab"),
        ({"tab": "a\0", "state": "live"}, "tab"),
    ],
)
def test_an_invalid_heartbeat_is_refused(jonas, outbox, fields, wrong):
    before = list(Tab.objects.values())
    answer = jonas.posts("presence/", **fields)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
    assert list(answer.json()["errors"]) == [wrong]
    assert list(Tab.objects.values()) == before
    assert outbox == []


def test_a_stranger_has_no_presence(stranger):
    refusal = stranger.is_refused("presence/", tab="a", state="live")
    assert refusal == (403, "not-a-member")


def test_the_reveal_does_not_wait_for_absent_voters(amira, jonas, laptop):
    """Jonas is away, Lena offline, and neither has voted."""
    InProcessUser("Lena").joins(amira.session_id)
    laptop.reports("hidden")
    amira.starts_vote()
    amira.votes("5")
    amira.reveals()
    assert amira.round["status"] == "revealed"


def test_a_heartbeat_that_overtakes_leaving_leaves_nothing_behind(jonas, outbox):
    member = Member.objects.get(name="Jonas")
    jonas.leaves()
    outbox.clear()
    record_heartbeat(member, heartbeats.Heartbeat("late", "live"))
    assert not Tab.objects.filter(member=member).exists()
    assert outbox == []
