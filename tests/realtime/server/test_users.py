"""Pusher docs, user authentication: who a connection is, beyond any channel."""

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


def test_who_signs_in_is_told_so(server):
    tab = server.connect()
    sign_in(tab)
    [message] = tab.received()

    assert message["event"] == "pusher:signin_success"
    assert json.loads(message["data"]) == {"user_data": MIRA}


@pytest.mark.parametrize(
    "user_data", ["{}", '{"id":""}', '{"id":1}', "[]", "no JSON", '{"id":null}']
)
def test_who_is_nobody_does_not(server, user_data):
    tab = server.connect()
    sign_in(tab, user_data)

    assert len(refusals(tab.received())) == 1
    assert not server.hub.connections_of("mira")


def test_a_wrong_signature_does_not_and_the_connection_stays(server):
    tab = server.connect()
    sign_in(tab, signed='{"id":"tom"}')

    assert refusals(tab.received()) == [(4009, "Invalid signature for signing in")]
    assert tab.closed_with == []
    assert not server.hub.connections_of("mira")


def test_nobody_becomes_another_user(server):
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


def test_a_users_channel_is_hers_alone(server):
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


def test_other_names_with_a_hash_are_nobodys(server):
    tab = server.connect()
    sign_in(tab)
    tab.received()
    for channel in ("#mira", "#server-to-user-", "#server-to-user-#mira"):
        tab.subscribe(channel)

    assert len(refusals(tab.received())) == 3


def test_each_connection_of_a_user_is_known_signed_in_or_present(server):
    signed_in, present, other = (server.connect() for _ in range(3))
    sign_in(signed_in)
    present.subscribe("presence-room", {"user_id": "mira"})
    other.subscribe("presence-room", {"user_id": "tom"})

    assert server.hub.connections_of("mira") == {
        signed_in.connection,
        present.connection,
    }


def test_who_signed_in_joins_a_presence_channel_as_herself(server):
    tab, other = server.connect(), server.connect()
    sign_in(tab)
    tab.received()
    tab.subscribe("presence-room")
    [confirmation] = tab.received()
    presence = json.loads(confirmation["data"])["presence"]
    assert presence["hash"] == {"mira": {"name": "Mira"}}

    other.subscribe("presence-room")
    assert len(refusals(other.received())) == 1


def test_who_has_gone_is_known_no_more(server):
    tab = server.connect()
    sign_in(tab)
    tab.connection.on_disconnect()
    tab.connection.on_disconnect()

    assert not server.hub.connections_of("mira")
