"""A hundred thousand generated inputs: nothing raises, leaks, or affects good clients.

Most are fed to the code in this process; ten thousand go over real sockets while a good
client is subscribed. A failure's output has the seed to reproduce it (generated.py).
"""

import asyncio
import gc
import logging
import resource
import sys
from types import SimpleNamespace

import pytest
from django.test import RequestFactory
from websockets.frames import Frame, Opcode

from realtime.server import EmbeddedServer
from realtime.views import authorize
from tests.realtime import generated
from tests.realtime.generated import COUNT, SEED
from tests.realtime.server.running import APP, RawClient, RunningServer, wait_until

HANDSHAKE = (
    f"GET /app/{APP.key}?protocol=7 HTTP/1.1\r\nHost: localhost\r\n"
    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Version: 13\r\n\r\n"
).encode()
FRAMES_PER_CONNECTION = 40
# Caches of the interpreter and of libraries grow by this much, whatever the count.
GROWTH_BLOCKS = 5_000
GROWTH_KB = 20_000


@pytest.fixture(autouse=True)
def quiet():
    """Print the seed for a failure, and log nothing: pytest would keep every line."""
    print(f"GENERATED_SEED={SEED}")  # noqa: T201
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


class DiscardingTransport(asyncio.Transport):
    """A transport that discards what is written."""

    is_open = True

    def get_extra_info(self, name, default=None):
        return ("127.0.0.1", 1) if name == "peername" else default

    def write(self, data):
        pass

    def set_write_buffer_limits(self, high=None, low=None):
        pass

    def get_write_buffer_size(self):
        return 0

    def can_write_eof(self):
        return True

    def close(self):
        self.is_open = False

    write_eof = abort = close

    def is_closing(self):
        return not self.is_open


class FedServer:
    """An embedded server whose connections get their bytes from the test."""

    def __init__(self):
        self.embedded = EmbeddedServer(APP, client_events=True)
        self.raised = []

    async def feed(self, rngs):
        """Feed frames and invalid bytes to one connection after the other."""
        asyncio.get_running_loop().set_exception_handler(
            lambda loop, context: self.raised.append(context)
        )
        self.embedded.start()
        protocol = None
        for number, rng in enumerate(rngs):
            if protocol is None:
                protocol, transport = self._connect()
                socket_id = protocol._connection.socket_id
            protocol.data_received(bytes_to_server(rng, socket_id))
            if not transport.is_open or number % FRAMES_PER_CONNECTION == 0:
                protocol.connection_lost(None)
                protocol = None
                await self._turns()
        if protocol:
            protocol.connection_lost(None)
        await self._turns()
        self.embedded.stop()

    def _connect(self):
        protocol = self.embedded.websocket_protocol_class(
            None, SimpleNamespace(connections=set()), {}
        )
        transport = DiscardingTransport()
        protocol.connection_made(transport)
        protocol.data_received(HANDSHAKE)
        return protocol, transport

    async def _turns(self):
        """The turns of the loop in which queued frames are written."""
        for _ in range(3):
            await asyncio.sleep(0)


def bytes_to_server(rng, socket_id):
    opcode = rng.choices(
        [Opcode.TEXT, Opcode.BINARY, Opcode.CONT, Opcode.PING, Opcode.CLOSE],
        weights=[90, 3, 3, 2, 2],
    )[0]
    data = generated.text_frame(rng, socket_id)
    is_control = opcode in (Opcode.PING, Opcode.CLOSE)
    if is_control:
        data = data[:125]
    is_whole = is_control or rng.random() > 0.05
    sent = Frame(opcode, data, fin=is_whole).serialize(mask=True)
    return generated.mutated(rng, sent) if rng.random() < 0.1 else sent


def assert_no_growth(work, name, count):
    """The inputs take no more memory than the first tenth of them."""
    work(generated.rngs(f"{name} to warm up", count // 10))
    gc.collect()
    blocks, kb = sys.getallocatedblocks(), peak_kb()
    work(generated.rngs(name, count - count // 10))
    gc.collect()
    assert sys.getallocatedblocks() - blocks < GROWTH_BLOCKS
    assert peak_kb() - kb < GROWTH_KB


def peak_kb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def test_no_frame_breaks_the_websocket_parser():
    fed_server = FedServer()
    assert_no_growth(
        lambda rngs: asyncio.run(fed_server.feed(rngs)),
        "frames",
        COUNT * 55 // 100,
    )

    assert fed_server.raised == []
    assert fed_server.embedded.status()["messages_received"] > COUNT // 10
    assert fed_server.embedded._websockets.connected == set()
    assert not fed_server.embedded._websockets.per_address
    assert fed_server.embedded._hub.channels == {}


def test_the_http_api_answers_every_request():
    embedded = EmbeddedServer(APP)
    statuses = set()

    def ask(rngs):
        for rng in rngs:
            request = generated.request(rng)
            response = embedded.handle(*request)
            assert response.body.startswith(b"{"), request
            statuses.add(int(response.status))

    assert_no_growth(ask, "requests", COUNT * 30 // 100)

    assert statuses == {200, 400, 401, 404, 405}


@pytest.mark.django_db
def test_channel_authorization_signs_for_members_only(amira, provide):
    provide("pusher")
    room = f"planning-poker-{amira.session_id}"
    names = [f"private-{room}", f"presence-{room}"]
    statuses = set()
    # The test client leaks memory with each request.
    requests = RequestFactory()
    requests.cookies = amira.client.cookies

    def ask(rngs):
        for rng in rngs:
            form = generated.form(rng, names)
            response = authorize(requests.post("/realtime/auth/", form))
            statuses.add(response.status_code)
            if response.status_code == 200:
                assert form["channel_name"] in names
                assert is_socket_id(form["socket_id"])

    assert_no_growth(ask, "forms", COUNT * 5 // 100)

    assert statuses == {200, 403}


def is_socket_id(text):
    numbers = text.split(".")
    return len(numbers) == 2 and all(n.isascii() and n.isdigit() for n in numbers)


def test_a_good_client_meanwhile_receives_every_event():
    with RunningServer() as server, server.client() as good:
        good.subscribe("private-good")
        bad = None
        for number, rng in enumerate(generated.rngs("sockets", COUNT // 10)):
            if bad is None:
                bad = RawClient(server)
            try:
                bad.socket.sendall(bytes_to_server(rng, bad.socket_id))
            except ConnectionError:
                bad = killed(bad)
            if bad and number % FRAMES_PER_CONNECTION == 0:
                bad = killed(bad)
            if number % 50 == 0:
                server.trigger("private-good", "number", str(number))
                assert good.receive("number") == number
        if bad:
            killed(bad)
        wait_until(lambda: server.connection_count == 1)


def killed(client):
    client.kill()
