"""Pusher protocol 7, message by message, without a network."""

import itertools
import json
import random
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.server import Limits
from realtime.server.connection import Connection
from tests.realtime.server.in_memory import APP, InMemoryServer, Tab, events, refusals


@pytest.fixture
def server() -> InMemoryServer:
    return InMemoryServer()


def test_each_connection_gets_its_own_socket_id(server):
    tabs = [server.connect() for _ in range(100)]

    assert all(re.fullmatch(r"\d+\.\d+", tab.socket_id) for tab in tabs)
    assert len({tab.socket_id for tab in tabs}) == 100
    assert tabs[0].established == {
        "event": "pusher:connection_established",
        "data": f'{{"socket_id":"{tabs[0].socket_id}","activity_timeout":120}}',
    }


def test_a_ping_is_answered_and_a_pong_is_not(server):
    tab = server.connect()
    tab.send({"event": "pusher:ping", "data": {}})
    tab.send({"event": "pusher:pong", "data": {}})

    assert tab.received() == [{"event": "pusher:pong", "data": {}}]


def test_data_may_be_json_in_a_string(server):
    tab = server.connect()
    tab.send({"event": "pusher:subscribe", "data": '{"channel":"public"}'})

    assert tab.received() == [
        {
            "event": "pusher_internal:subscription_succeeded",
            "channel": "public",
            "data": "{}",
        }
    ]


def test_the_documented_signatures_are_right():
    """The vectors of Pusher's documentation, auth signatures."""
    assert APP.has_signed(
        "1234.1234:private-foobar",
        "58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4",
    )
    assert APP.has_signed(
        '1234.1234:presence-foobar:{"user_id":10,"user_info":{"name":"Mr. Channels"}}',
        "31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80",
    )


def test_the_secret_is_not_shown():
    assert APP.secret not in repr(APP)


class TestPrivateChannels:
    def test_the_right_signature_is_accepted(self, server):
        tab = server.connect()
        tab.subscribe("private-room")
        server.publish("private-room")

        assert events(tab.received()) == [
            "pusher_internal:subscription_succeeded",
            "vote",
        ]

    @pytest.mark.parametrize("channel", ["private-room", "presence-room"])
    @pytest.mark.parametrize(
        "forged",
        [
            "",
            "nonsense",
            ":",
            f"{APP.key}:",
            f"{APP.key}:ümläut",
            f"{APP.key}:\ud800",
            "another-key:{signature}",
            "{signature}",
            f"{APP.key}:{{other_tab}}",
            f"{APP.key}:{{other_channel}}",
        ],
    )
    def test_any_other_signature_is_refused_and_the_connection_stays(
        self, server, channel, forged
    ):
        tab, other_tab = server.connect(), server.connect()
        user = {"user_id": "1"} if channel.startswith("presence-") else None
        after = f":{json.dumps(user)}" if user else ""
        auth = forged.format(
            signature=APP.sign(f"{tab.socket_id}:{channel}{after}"),
            other_tab=APP.sign(f"{other_tab.socket_id}:{channel}{after}"),
            other_channel=APP.sign(f"{tab.socket_id}:private-other{after}"),
        )
        tab.subscribe(channel, user, auth=auth)

        assert refusals(tab.received()) == [
            (4009, f"Invalid signature for channel {channel}")
        ]
        # As after a drop: the signature of the old socket id first, then the right one.
        tab.subscribe(channel, user)
        assert events(tab.received()) == ["pusher_internal:subscription_succeeded"]

    @pytest.mark.parametrize("auth", [None, 1, [], {}])
    def test_a_signature_of_another_type_is_refused(self, server, auth):
        tab = server.connect()
        tab.send(
            {
                "event": "pusher:subscribe",
                "data": {"channel": "private-room", "auth": auth},
            }
        )

        assert [code for code, _ in refusals(tab.received())] == [4009]

    def test_channel_data_cannot_be_changed_after_signing(self, server):
        tab = server.connect()
        signed = APP.sign(f'{tab.socket_id}:presence-room:{{"user_id":"1"}}')
        tab.send(
            {
                "event": "pusher:subscribe",
                "data": {
                    "channel": "presence-room",
                    "auth": f"{APP.key}:{signed}",
                    "channel_data": '{"user_id":"2"}',
                },
            }
        )

        assert [code for code, _ in refusals(tab.received())] == [4009]


class TestSubscribing:
    @pytest.mark.parametrize("length", range(1, 6))
    def test_the_last_of_any_subscribes_and_unsubscribes_decides(self, server, length):
        for steps in itertools.product(["subscribe", "unsubscribe"], repeat=length):
            tab = server.connect()
            for step in steps:
                getattr(tab, step)("private-room")
            tab.received()
            server.publish("private-room")

            assert len(tab.received()) == (steps[-1] == "subscribe")
            tab.connection.on_disconnect()
        assert server.hub.channels == {}

    def test_a_second_subscription_is_refused_and_duplicates_no_event(self, server):
        tab = server.connect()
        tab.subscribe("private-room")
        tab.received()
        tab.subscribe("private-room")
        assert refusals(tab.received()) == [
            (None, "Existing subscription to channel private-room")
        ]
        server.publish("private-room")

        assert events(tab.received()) == ["vote"]

    def test_unsubscribing_without_a_subscription_is_refused(self, server):
        tab, listener = server.connect(), server.connect()
        listener.subscribe("private-room")
        tab.unsubscribe("private-room")
        server.publish("private-room")

        assert len(refusals(tab.received())) == 1
        assert events(listener.received())[-1] == "vote"

    @pytest.mark.parametrize(
        "channel",
        ["", "with space", "ümlaut", "a/b", "a:b", "#server-to-user-1", "a\n", None, 1],
    )
    def test_an_invalid_channel_name_is_refused(self, server, channel):
        tab = server.connect()
        tab.send({"event": "pusher:subscribe", "data": {"channel": channel}})

        assert len(refusals(tab.received())) == 1
        assert server.hub.channels == {}

    def test_a_channel_name_may_have_164_characters(self, server):
        tab = server.connect()
        tab.subscribe("a" * 164)
        assert events(tab.received()) == ["pusher_internal:subscription_succeeded"]
        tab.subscribe("a" * 165)

        assert len(refusals(tab.received())) == 1

    def test_a_connection_may_subscribe_to_100_channels(self, server):
        tab = server.connect()
        for number in range(100):
            tab.subscribe(f"channel-{number}")
        assert "pusher:error" not in events(tab.received())
        tab.subscribe("one-more")
        assert len(refusals(tab.received())) == 1
        tab.unsubscribe("channel-7")
        tab.subscribe("one-more")

        assert events(tab.received()) == ["pusher_internal:subscription_succeeded"]

    def test_a_limit_of_0_is_none(self):
        server = InMemoryServer(
            Limits(
                channels_per_connection=0,
                channel_name_length=0,
                presence_members=0,
                presence_user_id_length=0,
                presence_user_info_bytes=0,
            )
        )
        tab = server.connect()
        for number in range(150):
            tab.subscribe(f"{number:0300}")
        tab.subscribe("presence-room", {"user_id": "1" * 200, "user_info": "x" * 2000})

        assert "pusher:error" not in events(tab.received())


class TestPresence:
    ROOM = "presence-room"

    def members(self, tab: Tab) -> dict[str, Any]:
        (message,) = tab.received()
        assert message["event"] == "pusher_internal:subscription_succeeded"
        members: dict[str, Any] = json.loads(message["data"])["presence"]
        return members

    def test_a_new_member_receives_all_members_and_they_receive_member_added(
        self, server
    ):
        tom, mira = server.connect(), server.connect()
        tom.subscribe(self.ROOM, {"user_id": 10, "user_info": {"name": "Töm 🃏"}})
        tom.received()
        mira.subscribe(self.ROOM, {"user_id": "mira"})

        assert self.members(mira) == {
            "ids": ["10", "mira"],
            "hash": {"10": {"name": "Töm 🃏"}, "mira": None},
            "count": 2,
        }
        (message,) = tom.received()
        assert message == {
            "event": "pusher_internal:member_added",
            "channel": self.ROOM,
            "data": '{"user_id":"mira","user_info":null}',
        }

    def test_member_events_are_per_user_and_not_per_tab(self, server):
        tom, mira, second_tab = server.connect(), server.connect(), server.connect()
        tom.subscribe(self.ROOM, {"user_id": "tom"})
        mira.subscribe(self.ROOM, {"user_id": "mira"})
        tom.received()
        second_tab.subscribe(self.ROOM, {"user_id": "mira"})
        assert self.members(second_tab)["count"] == 2
        mira.connection.on_disconnect()
        assert tom.received() == []
        second_tab.unsubscribe(self.ROOM)

        (message,) = tom.received()
        assert message["event"] == "pusher_internal:member_removed"
        assert json.loads(message["data"]) == {"user_id": "mira"}

    def test_a_second_disconnect_has_no_effect(self, server):
        tom, mira = server.connect(), server.connect()
        tom.subscribe(self.ROOM, {"user_id": "tom"})
        mira.subscribe(self.ROOM, {"user_id": "mira"})
        tom.received()
        mira.connection.on_disconnect()
        mira.connection.on_disconnect()

        assert events(tom.received()) == ["pusher_internal:member_removed"]

    def test_the_101st_member_is_refused_but_not_a_members_next_tab(self, server):
        for number in range(100):
            server.connect().subscribe(self.ROOM, {"user_id": number})
        late, next_tab = server.connect(), server.connect()
        late.subscribe(self.ROOM, {"user_id": "late"})
        next_tab.subscribe(self.ROOM, {"user_id": 99})

        assert len(refusals(late.received())) == 1
        assert self.members(next_tab)["count"] == 100

    def test_a_user_id_may_have_128_characters(self, server):
        tab = server.connect()
        tab.subscribe(self.ROOM, {"user_id": "ü" * 129})
        assert len(refusals(tab.received())) == 1
        tab.subscribe(self.ROOM, {"user_id": "ü" * 128})

        assert self.members(tab)["ids"] == ["ü" * 128]

    def test_user_info_may_have_1024_bytes(self, server):
        tab = server.connect()
        # Two bytes a character, and two quotation marks.
        tab.subscribe(self.ROOM, {"user_id": "1", "user_info": "ü" * 511 + "u"})
        assert len(refusals(tab.received())) == 1
        tab.subscribe(self.ROOM, {"user_id": "1", "user_info": "ü" * 511})

        assert self.members(tab)["count"] == 1

    @pytest.mark.parametrize(
        "channel_data",
        [
            *(None, 1, {}, "", "{", "null", "[]", "{}"),
            '{"user_id":null}',
            '{"user_id":""}',
            '{"user_id":true}',
            '{"user_id":1.5}',
            '{"user_id":["1"]}',
            '{"user_id":"1","user_info":1e999}',
            '{"user_id":"1","user_info":NaN}',
        ],
    )
    def test_invalid_channel_data_are_refused(self, server, channel_data):
        tab = server.connect()
        signature = APP.sign(f"{tab.socket_id}:{self.ROOM}:{channel_data}")
        tab.send(
            {
                "event": "pusher:subscribe",
                "data": {
                    "channel": self.ROOM,
                    "auth": f"{APP.key}:{signature}",
                    "channel_data": channel_data,
                },
            }
        )

        assert len(refusals(tab.received())) == 1
        assert server.hub.channels == {}

    def test_a_lone_surrogate_is_relayed_unchanged(self, server):
        tom, odd = server.connect(), server.connect()
        tom.subscribe(self.ROOM, {"user_id": "tom"})
        tom.received()
        odd.subscribe(self.ROOM, {"user_id": "\ud800"})

        (message,) = tom.received()
        assert json.loads(message["data"])["user_id"] == "\ud800"

    def test_member_events_add_up_to_the_present_members(self, server):
        """One tab keeps count by the events alone, as a browser does."""
        chance = random.Random(20)
        watcher = server.connect()
        watcher.subscribe(self.ROOM, {"user_id": "watcher"})
        known = set(self.members(watcher)["ids"])
        tabs: dict[Tab, str] = {}
        for _ in range(1_000):
            if tabs and chance.random() < 0.5:
                tab = chance.choice(list(tabs))
                if chance.random() < 0.5:
                    tab.unsubscribe(self.ROOM)
                else:
                    tab.connection.on_disconnect()
                del tabs[tab]
            else:
                tab, user_id = server.connect(), str(chance.randrange(8))
                tab.subscribe(self.ROOM, {"user_id": user_id})
                tabs[tab] = user_id
            for message in watcher.received():
                user_id = json.loads(message["data"])["user_id"]
                if message["event"] == "pusher_internal:member_added":
                    assert user_id not in known
                    known.add(user_id)
                else:
                    known.remove(user_id)

            assert known == {"watcher", *tabs.values()}
            assert server.hub.user_ids(self.ROOM) == known


@pytest.mark.parametrize(
    "text",
    [
        *("", "not JSON", "null", "1", "[]", '"pusher:ping"', "NaN", "[" * 9_999),
        "{}",
        '{"event":1}',
        '{"event":["pusher:ping"]}',
        '{"event":"pusher:subscribe"}',
        '{"event":"pusher:subscribe","data":[]}',
        '{"event":"pusher:subscribe","data":"["}',
        '{"event":"pusher:subscribe","data":{}}',
        '{"event":"pusher:unsubscribe","data":{"channel":{}}}',
        '{"event":"pusher:signin","data":{}}',
        '{"event":"pusher:unheard_of","data":{}}',
        '{"event":"client-vote","channel":"private-room","data":{}}',
        '{"event":"vote","channel":"private-room","data":{}}',
        '{"event":"pusher_internal:member_added","channel":"private-room","data":{}}',
    ],
)
def test_an_invalid_message_is_refused_and_not_relayed(server, text):
    tab, other = server.connect(), server.connect()
    tab.subscribe("private-room")
    other.subscribe("private-room")
    tab.received(), other.received()
    tab.connection.receive(text)

    assert len(refusals(tab.received())) == 1
    assert other.received() == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: (
        st.lists(children)
        | st.dictionaries(
            st.sampled_from(["event", "data", "channel", "auth", "channel_data"]),
            children,
        )
    ),
)


@given(
    st.builds(
        lambda event, data: json.dumps({"event": event, "data": data}),
        st.sampled_from(["pusher:subscribe", "pusher:unsubscribe", "pusher:signin"]),
        json_values,
    )
    | st.text()
)
def test_no_message_raises_or_subscribes_without_a_signature(text):
    server = InMemoryServer()
    tab = server.connect()
    tab.connection.receive(text)

    assert len(refusals(tab.received())) == 1


def test_the_frame_of_an_event_is_built_once(server):
    frames: list[list[bytes]] = [[], []]
    for sent in frames:
        connection = Connection(
            APP, server.hub, server.limits, sent.append, lambda code, reason: None
        )
        connection.open()
        connection.receive('{"event":"pusher:subscribe","data":{"channel":"public"}}')
    server.publish("public")

    assert frames[0][-1] is frames[1][-1]
