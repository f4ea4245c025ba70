"""Pusher docs, user authentication: who a connection is, beyond any channel."""

import json

import pytest

from tests.realtime.server.rooms import APP, Room, events, refusals

MIRA = json.dumps({"id": "mira", "user_info": {"name": "Mira"}})


def sign_in(tab, user_data=MIRA, signed=None):
    text = f"{tab.socket_id}::user::{signed or user_data}"
    data = {"auth": f"{APP.key}:{APP.sign(text)}", "user_data": user_data}
    tab.send({"event": "pusher:signin", "data": data})


@pytest.fixture
def room():
    return Room()


def test_the_documented_signature_is_right():
    """The vector of Pusher's documentation, auth signatures."""
    assert APP.sign('1234.1234::user::{"id":"12345"}') == (
        "4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba"
    )


def test_who_signs_in_is_told_so(room):
    tab = room.connect()
    sign_in(tab)
    [message] = tab.heard()

    assert message["event"] == "pusher:signin_success"
    assert json.loads(message["data"]) == {"user_data": MIRA}


@pytest.mark.parametrize(
    "user_data", ["{}", '{"id":""}', '{"id":1}', "[]", "no JSON", '{"id":null}']
)
def test_who_is_nobody_does_not(room, user_data):
    tab = room.connect()
    sign_in(tab, user_data)

    assert len(refusals(tab.heard())) == 1
    assert not room.hub.connections_of("mira")


def test_a_wrong_signature_does_not_and_the_connection_stays(room):
    tab = room.connect()
    sign_in(tab, signed='{"id":"tom"}')

    assert refusals(tab.heard()) == [(4009, "Invalid signature for signing in")]
    assert tab.closed_with == []
    assert not room.hub.connections_of("mira")


def test_nobody_becomes_another_user(room):
    tab = room.connect()
    sign_in(tab)
    sign_in(tab, '{"id":"tom"}')
    sign_in(tab)

    assert events(tab.heard()) == [
        "pusher:signin_success",
        "pusher:error",
        "pusher:signin_success",
    ]
    assert not room.hub.connections_of("tom")


def test_a_users_channel_is_hers_alone(room):
    mira, tom, nobody = (room.connect() for _ in range(3))
    sign_in(mira)
    sign_in(tom, '{"id":"tom"}')
    for tab in (mira, tom, nobody):
        tab.heard()
        tab.subscribe("#server-to-user-mira", auth="")
    room.publish("#server-to-user-mira")

    assert events(mira.heard())[1:] == ["vote"]
    for stranger in (tom, nobody):
        assert refusals(stranger.heard()) == [
            (4009, "Channel #server-to-user-mira is for the user alone")
        ]


def test_other_names_with_a_hash_are_nobodys(room):
    tab = room.connect()
    sign_in(tab)
    tab.heard()
    for channel in ("#mira", "#server-to-user-", "#server-to-user-#mira"):
        tab.subscribe(channel)

    assert len(refusals(tab.heard())) == 3


def test_each_connection_of_a_user_is_known_signed_in_or_present(room):
    signed_in, present, other = (room.connect() for _ in range(3))
    sign_in(signed_in)
    present.subscribe("presence-room", {"user_id": "mira"})
    other.subscribe("presence-room", {"user_id": "tom"})

    assert room.hub.connections_of("mira") == {
        signed_in.connection,
        present.connection,
    }


def test_who_signed_in_joins_a_presence_channel_as_herself(room):
    tab, other = room.connect(), room.connect()
    sign_in(tab)
    tab.heard()
    tab.subscribe("presence-room")
    [confirmation] = tab.heard()
    presence = json.loads(confirmation["data"])["presence"]
    assert presence["hash"] == {"mira": {"name": "Mira"}}

    other.subscribe("presence-room")
    assert len(refusals(other.heard())) == 1


def test_who_has_gone_is_known_no_more(room):
    tab = room.connect()
    sign_in(tab)
    tab.connection.lose()
    tab.connection.lose()

    assert not room.hub.connections_of("mira")
