"""T16 to T19: killed connections, slow consumers, several publishers, and a stop."""

import contextlib
import socket
import threading

import pytest
from websockets.client import ClientProtocol
from websockets.frames import Close, Frame, Opcode
from websockets.uri import parse_uri

from .servers import wait_until
from .wire import Client, request, trigger

TEN_KB = "x" * 10_000


def test_t16_killed_connections_leave_every_channel(server):
    for number in range(100):
        client = Client(server).__enter__()
        client.subscribe("private-leak")
        client.subscribe("presence-leak", {"user_id": f"user-{number}"})
        client.kill()

    def occupied():
        status, answer = request(server, "GET", "channels")
        assert status == 200
        return {name for name in answer["channels"] if name.endswith("-leak")}

    wait_until(lambda: not occupied())


def test_t17_a_slow_consumer_is_cut_off_and_delays_nobody(server):
    with stopped_reader(server) as stopped, Client(server) as good:
        good.subscribe("room")
        batch = [
            {"name": "vote", "data": TEN_KB, "channel": channel}
            for channel in ("room", "slow-room") * 5
        ]
        sent = 0
        # Up to 12 MB: more than a server may keep for one, and than sockets hold.
        while sent < 1_200 and is_occupied(server, "slow-room"):
            assert request(server, "POST", "batch_events", {"batch": batch})[0] == 200
            sent += 5

        # Read at once: a server may drop a connection that does not answer its close.
        assert closed_with(stopped) == 4100
        assert good.events() == ["vote"] * sent


def is_occupied(server, channel):
    return request(server, "GET", f"channels/{channel}")[1].get("occupied")


@contextlib.contextmanager
def stopped_reader(server):
    """A connection that subscribes, and then stops reading."""
    with socket.socket() as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8_192)
        raw.settimeout(10)
        raw.connect((server.host, server.port))
        address = f"ws://{server.host}:{server.port}/app/{server.key}?protocol=7"
        protocol = ClientProtocol(parse_uri(address), max_size=None)
        protocol.send_request(protocol.connect())
        subscribe = b'{"event":"pusher:subscribe","data":{"channel":"slow-room"}}'
        raw.sendall(b"".join(protocol.data_to_send()))
        while not any(isinstance(e, Frame) for e in protocol.events_received()):
            protocol.receive_data(raw.recv(65_536))
        raw.sendall(Frame(Opcode.TEXT, subscribe).serialize(mask=True))
        wait_until(lambda: is_occupied(server, "slow-room"))
        yield raw, protocol


def closed_with(reader):
    """Read up to the close frame; None if the connection ends without one."""
    raw, protocol = reader
    with contextlib.suppress(ConnectionError):
        while data := raw.recv(65_536):
            protocol.receive_data(data)
            for event in protocol.events_received():
                if isinstance(event, Frame) and event.opcode is Opcode.CLOSE:
                    return Close.parse(event.data).code
    return None


def test_t18_each_publishers_order_is_the_same_for_all(server):
    def publish(publisher):
        for number in range(25):
            trigger(server, "room", data=f"{publisher}:{number}")

    with Client(server) as one, Client(server) as other:
        for client in (one, other):
            client.subscribe("room")
        threads = [threading.Thread(target=publish, args=(each,)) for each in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        received = [message["data"] for message in one.received()]

        assert received == [message["data"] for message in other.received()]
    for publisher in "abcd":
        mine = [data for data in received if data.startswith(publisher)]
        assert mine == [f"{publisher}:{number}" for number in range(25)]


def test_t19_a_stop_closes_with_1012(server, server_name):
    if server_name == "remote":
        pytest.skip("It cannot be stopped from here.")
    with Client(server) as client:
        server.stop()

        assert client.close_code() == 1012
