"""Pusher docs, user authentication: the user of a connection."""

import json

import pytest

from tests.realtime.server.in_memory import APP, InMemoryServer, events, refusals

MIRA = json.dumps({"id": "mira", "user_info": {"name": "Mira"}})


def sign_in(tab, user_data=MIRA, signed=None):
    text = f"{tab.socket_id}::user::{signed or user_data}"
    data = {"auth": f"{APP.key}:{APP.sign(text)}", "user_data": user_data}
    tab.send({"event": "pusher:signin", "data": data})


@pytest.fixture
def server():
    return InMemoryServer()


def test_the_documented_signature_is_right():
    """The vector of Pusher's documentation, auth signatures."""
    assert APP.sign('1234.1234::user::{"id":"12345"}') == (
        "4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba"
    )


def test_a_sign_in_is_confirmed(server):
    tab = server.connect()
    sign_in(tab)
    [message] = tab.received()

    assert message["event"] == "pusher:signin_success"
    assert json.loads(message["data"]) == {"user_data": MIRA}


@pytest.mark.parametrize(
    "user_data", ["{}", '{"id":""}', '{"id":1}', "[]", "no JSON", '{"id":null}']
)
def test_a_sign_in_needs_a_user_id(server, user_data):
    tab = server.connect()
    sign_in(tab, user_data)

    assert len(refusals(tab.received())) == 1
    assert not server.hub.connections_of("mira")


def test_a_wrong_signature_is_refused_and_the_connection_stays(server):
    tab = server.connect()
    sign_in(tab, signed='{"id":"tom"}')

    assert refusals(tab.received()) == [(4009, "Invalid signature for signing in")]
    assert tab.closed_with == []
    assert not server.hub.connections_of("mira")


def test_a_connection_cannot_change_its_user(server):
    tab = server.connect()
    sign_in(tab)
    sign_in(tab, '{"id":"tom"}')
    sign_in(tab)

    assert events(tab.received()) == [
        "pusher:signin_success",
        "pusher:error",
        "pusher:signin_success",
    ]
    assert not server.hub.connections_of("tom")


def test_only_the_user_may_subscribe_to_their_own_channel(server):
    mira, tom, nobody = (server.connect() for _ in range(3))
    sign_in(mira)
    sign_in(tom, '{"id":"tom"}')
    for tab in (mira, tom, nobody):
        tab.received()
        tab.subscribe("#server-to-user-mira", auth="")
    server.publish("#server-to-user-mira")

    assert events(mira.received())[1:] == ["vote"]
    for stranger in (tom, nobody):
        assert refusals(stranger.received()) == [
            (4009, "Channel #server-to-user-mira is that of another user")
        ]


def test_other_names_with_a_hash_are_refused(server):
    tab = server.connect()
    sign_in(tab)
    tab.received()
    for channel in ("#mira", "#server-to-user-", "#server-to-user-#mira"):
        tab.subscribe(channel)

    assert len(refusals(tab.received())) == 3


def test_a_users_connections_are_those_signed_in_or_present(server):
    signed_in, present, other = (server.connect() for _ in range(3))
    sign_in(signed_in)
    present.subscribe("presence-room", {"user_id": "mira"})
    other.subscribe("presence-room", {"user_id": "tom"})

    assert server.hub.connections_of("mira") == {
        signed_in.connection,
        present.connection,
    }


def test_a_signed_in_user_joins_a_presence_channel_without_channel_data(server):
    tab, other = server.connect(), server.connect()
    sign_in(tab)
    tab.received()
    tab.subscribe("presence-room")
    [confirmation] = tab.received()
    presence = json.loads(confirmation["data"])["presence"]
    assert presence["hash"] == {"mira": {"name": "Mira"}}

    other.subscribe("presence-room")
    assert len(refusals(other.received())) == 1


def test_a_disconnected_user_has_no_connections(server):
    tab = server.connect()
    sign_in(tab)
    tab.connection.on_disconnect()
    tab.connection.on_disconnect()

    assert not server.hub.connections_of("mira")
