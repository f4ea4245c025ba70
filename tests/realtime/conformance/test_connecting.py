"""T1 and T2: the handshake, refusals and pings."""

import contextlib
import re

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from .servers import wait_until
from .wire import Client, sign


def test_t1_the_first_frame_is_the_handshake_byte_by_byte(server):
    with Client(server, f"/app/{server.key}?protocol=7&client=js&flash=false") as one:
        with Client(server) as another:
            assert one.socket_id != another.socket_id
        assert re.fullmatch(r"\d+\.\d+", one.socket_id)
    client = Client(server)
    frame = client.frame()
    client.websocket.close()

    assert list(frame) == ["event", "data"]
    assert re.fullmatch(
        r'\{"socket_id":"\d+\.\d+","activity_timeout":[1-9]\d*\}', frame["data"]
    )


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/app/unheard-of?protocol=7", 4001),
        ("/app/KEY?protocol=99", 4007),
        ("/app/KEY", 4008),
        ("/app/KEY/more?protocol=7", 4005),
    ],
    ids=["unknown key", "protocol", "no protocol", "path"],
)
def test_t1_a_refused_connection_gets_a_close_code(server, path, code):
    client = Client(server, path.replace("KEY", server.key))

    assert refusal_code(client) == code


def test_t1_a_page_of_a_foreign_origin_is_refused(server):
    client = Client(server, origin="https://elsewhere.example")

    assert refusal_code(client) == 4009


def test_t1_the_servers_own_origin_is_accepted(server):
    with Client(server, origin=f"http://{server.host}:{server.port}") as client:
        assert client.socket_id


def test_t2_a_ping_is_answered_at_once(server):
    with Client(server) as client:
        client.send("pusher:ping", {})

        assert client.frame() == {"event": "pusher:pong", "data": {}}


def test_t2_a_protocol_level_ping_is_answered(server):
    with Client(server) as client:
        assert client.websocket.ping().wait(10)


def test_t2_a_hidden_tab_whose_browser_answers_pings_stays(variant):
    """The timers of a hidden tab are throttled, so it sends nothing by itself."""
    with Client(variant("sweeping")) as client:
        pings = count_pings(client)
        # By the third, a client without any answer would be closed.
        wait_until(lambda: len(pings) >= 3)

        assert client.received() == []


def test_t2_a_connection_that_answers_no_ping_is_closed_with_4201(variant):
    with Client(variant("sweeping")) as client:
        # As a machine that is suspended.
        suppress_pongs(client)

        assert client.close_code() == 4201


def refusal_code(client):
    """The code that it is closed with; None if it is accepted."""
    with contextlib.suppress(ConnectionClosed):
        client.received()
    return client.websocket.close_code


def count_pings(client):
    pings = []
    protocol = client.websocket.protocol
    receive = protocol.recv_frame

    def recv_frame(frame):
        if frame.opcode is Opcode.PING:
            pings.append(frame)
        receive(frame)

    protocol.recv_frame = recv_frame
    return pings


def suppress_pongs(client):
    protocol = client.websocket.protocol
    receive = protocol.recv_frame

    def recv_frame(frame: Frame):
        if frame.opcode is not Opcode.PING:
            receive(frame)

    protocol.recv_frame = recv_frame


def test_t1_a_refusal_discloses_no_secret(server):
    with Client(server) as client:
        client.send_subscribe("private-room", auth=f"{server.key}:{'0' * 64}")
        text = str(client.received())

    assert sign(server, f"{client.socket_id}:private-room") not in text
    assert server.secret not in text


def test_t1_a_close_frame_from_the_client_is_answered(server):
    with Client(server) as client:
        client.websocket.close()

        assert client.websocket.close_code == 1000
