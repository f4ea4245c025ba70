"""T11: no frame of a client affects another client or the server."""

import contextlib
import os
import zlib

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Frame, Opcode

from .wire import Client, trigger

# RFC 7692, 6: the bit RSV1 in a frame's first byte.
COMPRESSED = 0x40
FRAMES = {
    "no JSON": "{",
    "null": "null",
    "a list": "[]",
    "a number": "1",
    "a text": '"pusher:subscribe"',
    "no event": "{}",
    "no data": '{"event":"pusher:subscribe"}',
    "no data to leave": '{"event":"pusher:unsubscribe"}',
    "no data to sign in": '{"event":"pusher:signin"}',
    "null as data": '{"event":"pusher:subscribe","data":null}',
    "a number as channel": '{"event":"pusher:subscribe","data":{"channel":1}}',
    "a list as event": '{"event":["pusher:ping"]}',
    "unknown event": '{"event":"pusher:dance","data":{}}',
    "a lone surrogate": '{"event":"pusher:subscribe","data":{"channel":"\\ud800"}}',
    "deep": "[" * 4_000,
    "a huge number": '{"event":"pusher:ping","data":1e999}',
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_t11_a_malformed_frame_affects_no_other_connection(server, frame):
    with Client(server) as good, Client(server) as bad:
        good.subscribe("room")
        bad.websocket.send(frame)
        assert set(bad.events()) <= {"pusher:error"}
        trigger(server, "room")

        assert good.events() == ["vote"]
    with Client(server) as later:
        assert later.socket_id


def test_t11_a_binary_frame_is_no_event(server):
    with Client(server) as client:
        client.websocket.send(b'{"event":"pusher:subscribe","data":{"channel":"room"}}')

        assert set(client.events()) <= {"pusher:error"}


def test_t11_random_bytes_close_their_own_connection_at_most(server):
    with Client(server) as good:
        good.subscribe("room")
        for _ in range(20):
            bad = Client(server)
            with contextlib.suppress(OSError):
                bad.websocket.socket.sendall(os.urandom(200))
            bad.kill()
        trigger(server, "room")

        assert good.events() == ["vote"]


def test_t11_a_frame_of_a_megabyte_closes_its_connection_alone(server):
    with Client(server) as good, Client(server) as bad:
        good.subscribe("room")
        assert closes_for(bad, "x" * 1_000_000)
        trigger(server, "room")

        assert good.events() == ["vote"]


def test_t11_a_compression_bomb_is_refused(server):
    """Some KB would decompress into 8 MB. A server need not support deflate."""
    factory = ClientPerMessageDeflateFactory(client_max_window_bits=None)
    with Client(server, extensions=[factory]) as client:
        client.received()

        assert closes_for(client, "x" * 8_000_000)
    with Client(server) as later:
        assert later.socket_id


def test_t11_a_compressed_frame_without_the_extension_is_not_decompressed(server):
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    bomb = compressor.compress(b" " * 8_000_000) + compressor.flush(zlib.Z_SYNC_FLUSH)
    with Client(server) as client:
        frame = Frame(Opcode.TEXT, bomb.removesuffix(b"\0\0\xff\xff"))
        sent = bytearray(frame.serialize(mask=True))
        sent[0] |= COMPRESSED
        client.websocket.socket.sendall(sent)

        # RFC 6455, 5.2: the connection fails, with a close frame or without.
        assert client.close_code() in {1002, 1006}
    with Client(server) as later:
        assert later.socket_id


def closes_for(client, text):
    """Whether the server closes the connection after this text."""
    try:
        client.websocket.send(text)
        client.received()
    except ConnectionClosed:
        return True
    return False
