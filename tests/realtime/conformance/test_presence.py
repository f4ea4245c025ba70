"""T6: presence is per user, whatever their tabs do."""

import random

import pytest

from .servers import wait_until
from .wire import Client, request

ROOM = "presence-room"
ADDED, REMOVED = "pusher_internal:member_added", "pusher_internal:member_removed"


def joined(server, user_id, **user_info):
    client = Client(server).__enter__()
    client.subscribe(ROOM, {"user_id": user_id, "user_info": user_info})
    return client


def test_t6_only_the_first_and_the_last_tab_send_member_events(server):
    with joined(server, "watcher") as watcher:
        first = joined(server, "mira", name="Mira ½ 🃏")
        received = watcher.receive(ADDED)["data"]
        assert received == {"user_id": "mira", "user_info": {"name": "Mira ½ 🃏"}}
        second = joined(server, "mira")
        first.websocket.close()
        assert watcher.received() == []
        second.kill()

        assert watcher.receive(REMOVED)["data"] == {"user_id": "mira"}


def test_t6_a_new_member_receives_all_members_themselves_included(server):
    with joined(server, "jonas", role="voter"), Client(server) as client:
        user = {"user_id": "mira", "user_info": {"name": "Mira"}}
        presence = client.subscribe(ROOM, user)["presence"]

    assert sorted(presence.pop("ids")) == ["jonas", "mira"]
    assert presence == {
        "hash": {"jonas": {"role": "voter"}, "mira": {"name": "Mira"}},
        "count": 2,
    }


def test_t6_a_number_as_id_becomes_a_string(server):
    with joined(server, "watcher") as watcher, Client(server) as client:
        presence = client.subscribe(ROOM, {"user_id": 7})["presence"]

        assert "7" in presence["ids"]
        assert watcher.receive(ADDED)["data"]["user_id"] == "7"


def test_t6_the_101st_member_is_refused_but_not_a_members_next_tab(server):
    clients = [joined(server, f"user-{number}") for number in range(100)]
    with Client(server) as late, Client(server) as tab:
        late.send_subscribe(ROOM, {"user_id": "late"})
        answers = late.events()
        assert len(answers) == 1
        assert answers[0] in ("pusher:error", "pusher:subscription_error")

        tab.send_subscribe(ROOM, {"user_id": "user-1"})
        answers = [e for e in tab.events() if e not in (ADDED, REMOVED)]
    for client in clients:
        client.websocket.close()

    assert answers == ["pusher_internal:subscription_succeeded"]


@pytest.mark.parametrize(
    ("user", "is_accepted"),
    [
        ({"user_id": "u" * 128}, True),
        ({"user_id": "u" * 129}, False),
        ({"user_id": "1", "user_info": "ü" * 511}, True),
        ({"user_id": "1", "user_info": "ü" * 512}, False),
    ],
    ids=["id of 128", "id of 129", "info of 1,024 bytes", "info of 1,026 bytes"],
)
def test_t6_the_limits_are_exact_and_in_bytes(server, user, is_accepted):
    with Client(server) as client:
        client.send_subscribe(ROOM, user)

        accepted = ["pusher_internal:subscription_succeeded"]
        assert (client.events() == accepted) is is_accepted


def test_t6_a_thousand_joins_and_leaves_add_up(server):
    chance = random.Random(6)
    with joined(server, "watcher") as watcher:
        tabs = [Client(server).__enter__() for _ in range(10)]
        on = [False] * 10
        for _ in range(1_000):
            number = chance.randrange(10)
            tab = tabs[number]
            if on[number]:
                tab.send("pusher:unsubscribe", {"channel": ROOM})
            else:
                # Five users with two tabs each.
                tab.send_subscribe(ROOM, {"user_id": f"user-{number % 5}"})
            on[number] = not on[number]
        for tab in tabs:
            tab.received()
        expected = {"watcher", *(f"user-{n % 5}" for n in range(10) if on[n])}
        there = {"watcher"}
        for message in watcher.received():
            user_id = message["data"]["user_id"]
            if message["event"] == ADDED:
                assert user_id not in there
                there.add(user_id)
            else:
                there.remove(user_id)

        assert there == expected
        status, answer = request(server, "GET", f"channels/{ROOM}/users")
        assert status == 200
        assert {user["id"] for user in answer["users"]} == expected
        for tab in tabs:
            tab.kill()
    wait_until(lambda: not request(server, "GET", f"channels/{ROOM}")[1]["occupied"])
