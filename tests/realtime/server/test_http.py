"""The fast path of the HTTP API, byte by byte over a real connection."""

import json
import socket

import pytest

from realtime.server import Limits, http
from tests.realtime.server.running import (
    APP,
    PATIENCE_SECONDS,
    Client,
    RunningServer,
    signed_query,
)

EVENTS = f"/apps/{APP.app_id}/events"


# Built within each test: a signature expires after ten minutes.
def post(data="1", *, path=EVENTS, headers="", version="1.1", chunks=False):
    """The bytes of a signed trigger."""
    body = json.dumps({"name": "drawn", "channels": ["lines"], "data": data}).encode()
    content = body
    length = f"Content-Length: {len(body)}\r\n"
    if chunks:
        halves = body[:20], body[20:]
        content = b"".join(b"%x\r\n%b\r\n" % (len(half), half) for half in halves)
        content += b"0\r\n\r\n"
        length = "Transfer-Encoding: chunked\r\n"
    return (
        f"POST {path}?{signed_query('POST', path, body)} HTTP/{version}\r\n"
        f"Host: localhost\r\n{headers}{length}\r\n"
    ).encode() + content


def get():
    path = f"/apps/{APP.app_id}/channels"
    return (
        f"GET {path}?{signed_query('GET', path)} HTTP/1.1\r\nHost: h\r\n\r\n".encode()
    )


class Publisher:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
        self._answers = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._answers.close()
        self.socket.close()

    def send(self, *requests):
        self.socket.sendall(b"".join(requests))

    def answer(self):
        """The status, the headers and the parsed JSON."""
        status = int(self._answers.readline().split()[1])
        headers = {}
        while line := self._answers.readline().strip():
            name, _, value = line.decode().partition(": ")
            headers[name.lower()] = value
        body = self._answers.read(int(headers.get("content-length", 0)))
        return status, headers, json.loads(body) if body else None

    def is_closed(self):
        return self._answers.read(1) == b""


@pytest.fixture
def server():
    with RunningServer(Limits(request_bytes=20_000)) as server:
        yield server


@pytest.fixture
def publisher(server):
    with Publisher(server.port) as publisher:
        yield publisher


@pytest.fixture
def subscriber(server):
    with server.client() as client:
        client.send("pusher:subscribe", {"channel": "lines"})
        client.receive("pusher_internal:subscription_succeeded")
        yield client


def test_a_keep_alive_connection_takes_several_triggers(publisher, subscriber):
    for data in (1, 2):
        publisher.send(post(str(data)))
        status, headers, answer = publisher.answer()
        assert (status, headers["content-type"], answer) == (
            200,
            "application/json",
            {},
        )
        assert subscriber.receive("drawn") == data


def test_pipelined_requests_are_answered_in_order(publisher, subscriber):
    publisher.send(post("1"), get(), post("2"), post("3", path="/apps/7/events"), get())

    assert publisher.answer()[2] == {}
    assert publisher.answer()[2] == {"channels": {"lines": {}}}
    assert publisher.answer()[2] == {}
    status, _, refusal = publisher.answer()
    assert (status, refusal) == (401, {"error": "Unknown app id or auth_key"})
    assert publisher.answer()[0] == 200
    assert [subscriber.receive("drawn") for _ in range(2)] == [1, 2]


@pytest.mark.parametrize("chunks", [False, True])
def test_a_request_may_arrive_in_pieces(publisher, subscriber, chunks):
    request = post("1", chunks=chunks)
    for place in range(0, len(request), 50):
        publisher.send(request[place : place + 50])

    assert publisher.answer()[0] == 200
    assert subscriber.receive("drawn") == 1


def test_expect_100_continue_is_answered(publisher, subscriber):
    head, _, body = post("1", headers="Expect: 100-continue\r\n").partition(b"\r\n\r\n")
    publisher.send(head, b"\r\n\r\n")
    assert publisher.answer()[0] == 100
    publisher.send(body)

    assert publisher.answer()[0] == 200
    assert subscriber.receive("drawn") == 1


@pytest.mark.parametrize(
    "asked", [{"headers": "Connection: close\r\n"}, {"version": "1.0"}]
)
def test_a_connection_is_closed_on_request(publisher, asked):
    publisher.send(post(**asked))

    status, headers, _ = publisher.answer()
    assert (status, headers["connection"]) == (200, "close")
    assert publisher.is_closed()


def test_a_body_is_not_buffered_beyond_its_limit(publisher, server, monkeypatch):
    api, kept = server.embedded._api, []
    read = api.read

    def note(method, path, query, body):
        kept.append(len(body))
        return read(method, path, query, body)

    monkeypatch.setattr(api, "read", note)
    publisher.send(post("x" * 5_000_000), post("1"))

    assert publisher.answer()[0] == 413
    assert 20_000 < kept[0] < 1_000_000
    assert publisher.answer()[0] == 200


def test_an_internal_error_is_logged_and_answered(
    publisher, server, monkeypatch, caplog
):
    def fail(*_):
        raise RuntimeError("of ours")

    with monkeypatch.context() as broken:
        broken.setattr(server.embedded._api, "read", fail)
        publisher.send(post())
        assert publisher.answer()[0] == 500
    assert "of ours" in caplog.text

    publisher.send(post())
    assert publisher.answer()[0] == 200


@pytest.fixture
def short_timeout(monkeypatch):
    monkeypatch.setattr(http, "REQUEST_TIMEOUT_SECONDS", 0.5)


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"POST /ap",
        b"POST /apps/1/events HTTP/1.1\r\nHost: h\r\nX: y",
        b"POST /apps/1/events HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf",
        b"POST /elsewhere/ HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf",
    ],
    ids=["nothing", "a line", "a head", "a body", "a body of something else"],
)
@pytest.mark.usefixtures("short_timeout")
def test_an_incomplete_request_times_out(server, begun):
    with Publisher(server.port) as publisher:
        publisher.send(begun)

        assert publisher.is_closed()


@pytest.mark.usefixtures("short_timeout")
def test_an_incomplete_next_request_times_out_too(server):
    with Publisher(server.port) as publisher:
        publisher.send(get(), b"POST /ap")

        assert publisher.answer()[0] == 200
        assert publisher.is_closed()


@pytest.mark.parametrize("request_", [get, post])
@pytest.mark.usefixtures("short_timeout")
def test_an_idle_keep_alive_connection_outlives_the_request_timeout(server, request_):
    with Publisher(server.port) as kept:
        kept.send(request_())
        assert kept.answer()[0] == 200
        with Client(server.url(f"/app/{APP.key}?protocol=7")) as browser:
            with Publisher(server.port) as silent:
                assert silent.is_closed()
            kept.send(request_())
            browser.send("pusher:ping", {})

            assert kept.answer()[0] == 200
            assert browser.message()["event"] == "pusher:pong"
