"""The load generator counts frames, however they are split."""

import socket
from contextlib import closing

import pytest
from websockets.frames import Frame, Opcode

from bench.websocket import PING, TEXT, WebSocket, split_frames


def server_frame(opcode, payload):
    return Frame(opcode, payload).serialize(mask=False)


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_frames_of_each_length_are_separated(size):
    data = server_frame(Opcode.TEXT, b"x" * size) + server_frame(Opcode.PING, b"?")

    assert split_frames(data) == ([(TEXT, b"x" * size), (PING, b"?")], b"")


@pytest.mark.parametrize("size", [10, 200, 70_000])
def test_an_incomplete_frame_is_kept(size):
    frame = server_frame(Opcode.TEXT, b"x" * size)

    for place in {1, 3, 9, size // 2, len(frame) - 1}:
        assert split_frames(frame + frame[:place]) == (
            [(TEXT, b"x" * size)],
            frame[:place],
        )


def test_a_connection_answers_pings_and_gives_only_text():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        closing(WebSocket(server.getsockname()[1], "/")) as connection,
        closing(server.accept()[0]) as other,
    ):
        other.settimeout(10)
        other.recv(10_000)
        received = server_frame(Opcode.PING, b"still there?")
        received += server_frame(Opcode.TEXT, b"a")

        assert connection.texts_in(received[:-1]) == []
        assert connection.texts_in(received[-1:]) == [b"a"]
        assert other.recv(100)[6:] == b"still there?"
