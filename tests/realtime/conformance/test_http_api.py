"""T12 and T13: authentication and responses of the HTTP API."""

import contextlib
import hashlib
import http.client
import json
import re
import socket
import statistics
import time

import pytest

from .wire import Client, exchange, query, request, sign

EVENT = {"name": "vote", "channels": ["room"], "data": "{}"}
BODY = json.dumps(EVENT).encode()


def events_path(server):
    return f"/apps/{server.app_id}/events"


def post(server, body=BODY, path=None, **changes):
    path = path or events_path(server)
    return exchange(
        server, "POST", f"{path}?{query(server, 'POST', path, body, **changes)}", body
    )


def seconds_from_now(seconds):
    return str(int(time.time()) + seconds)


REFUSED = {
    "another key": lambda: {"auth_key": "another"},
    "no key": lambda: {"auth_key": None},
    "601 seconds ago": lambda: {"auth_timestamp": seconds_from_now(-605)},
    "in 601 seconds": lambda: {"auth_timestamp": seconds_from_now(605)},
    "no time": lambda: {"auth_timestamp": None},
    "no number as time": lambda: {"auth_timestamp": "now"},
    "no version": lambda: {"auth_version": None},
    "another body": lambda: {"body_md5": hashlib.md5(b"{}").hexdigest()},
    "no hash of the body": lambda: {"body_md5": None},
}


@pytest.mark.parametrize("changes", REFUSED.values(), ids=REFUSED)
def test_t12_a_request_with_a_wrong_signature_has_no_effect(server, changes):
    with Client(server) as client:
        client.subscribe("room")
        post(server, **changes())

        assert client.received() == []


@pytest.mark.parametrize("changes", REFUSED.values(), ids=REFUSED)
def test_t12_a_request_with_a_wrong_signature_is_401(server, changes):
    status, body = post(server, **changes())

    assert status == 401
    assert isinstance(json.loads(body)["error"], str)


def test_t12_the_401_does_not_disclose_the_right_signature(server):
    path = events_path(server)
    right = query(server, "POST", path, BODY)
    wrong = right[:-64] + "0" * 64
    status, body = exchange(server, "POST", f"{path}?{wrong}", BODY)

    assert right[-64:].encode() not in body
    assert status == 401


def test_t12_another_app_is_refused(server):
    assert post(server, path="/apps/1/events")[0] in (401, 404)


def test_t12_keys_are_signed_in_lower_case_and_values_unescaped(server):
    path = f"/apps/{server.app_id}/channels"
    text = query(server, "GET", path, b"", FILTER_by_prefix="presence-")
    assert exchange(server, "GET", f"{path}?{text}")[0] == 200
    escaped = query(server, "GET", path, b"", filter_by_prefix="a;b").replace(
        "a;b", "a%3Bb"
    )
    assert exchange(server, "GET", f"{path}?{escaped}")[0] == 200


def test_t12_a_get_may_carry_the_hash_of_its_empty_body(server):
    """The `pusher` package sends it with each GET."""
    digest = hashlib.md5(b"").hexdigest()

    assert request(server, "GET", "channels", body_md5=digest)[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "events", b"", 400),
        ("POST", "events", b"{", 400),
        ("POST", "events", b"[]", 400),
        ("POST", "events", json.dumps(EVENT | {"name": ""}).encode(), 400),
        ("POST", "events", json.dumps(EVENT | {"channels": []}).encode(), 400),
        ("POST", "events", json.dumps(EVENT | {"name": "pusher:x"}).encode(), 400),
        ("POST", "events", json.dumps(EVENT | {"data": "x" * 200_000}).encode(), 413),
        ("POST", "batch_events", b"{}", 400),
        ("POST", "batch_events", b'{"batch":[1]}', 400),
        ("GET", "channels/room/users", b"", 400),
        ("GET", "unheard-of", b"", 404),
    ],
    ids=[
        "nothing",
        "no JSON",
        "a list",
        "no name",
        "no channel",
        "reserved name",
        "too much data",
        "no batch",
        "no events",
        "users of no presence channel",
        "unknown path",
    ],
)
def test_t13_an_error_has_its_status_and_a_reason_in_json(
    server, method, path, body, status
):
    path = f"/apps/{server.app_id}/{path}"
    text = query(server, method, path, body)
    got, answer = exchange(server, method, f"{path}?{text}", body)

    assert got == status
    assert isinstance(json.loads(answer)["error"], str)
    with Client(server) as client:
        assert client.received() == []


def test_t13_one_connection_serves_many_requests(server):
    connection = http.client.HTTPConnection(server.host, server.port, timeout=30)
    with contextlib.closing(connection):
        for _ in range(5):
            path = events_path(server)
            target = f"{path}?{query(server, 'POST', path, BODY)}"
            connection.request("POST", target, BODY)
            response = connection.getresponse()
            response.read()
            assert response.status == 200
            assert not response.will_close


def test_t13_pipelined_requests_are_answered_in_order(server):
    with socket.create_connection((server.host, server.port), 10) as raw:
        raw.sendall(raw_request(server) * 3)
        received = b""
        while received.count(b"HTTP/1.1 200") < 3:
            data = raw.recv(65_536)
            assert data, received
            received += data


def test_t13_an_answer_never_waits_for_an_acknowledgement(server):
    """Head and body written apart, without TCP_NODELAY, cost 44 ms each time."""
    seconds = []
    with socket.create_connection((server.host, server.port), 10) as raw:
        for _ in range(21):
            started = time.perf_counter()
            raw.sendall(raw_request(server))
            answer = b""
            while not re.search(rb"\r\n\r\n[^\r]*\}$", answer):
                data = raw.recv(65_536)
                assert data, answer
                answer += data
            seconds.append(time.perf_counter() - started)

    assert statistics.median(seconds) < 0.035


def raw_request(server):
    path = events_path(server)
    target = f"{path}?{query(server, 'POST', path, BODY)}"
    return (
        f"POST {target} HTTP/1.1\r\nHost: {server.host}\r\n"
        f"Content-Length: {len(BODY)}\r\n\r\n"
    ).encode() + BODY


def test_t13_a_401_discloses_no_secret(server):
    answer = post(server, auth_key="another")[1].decode()

    assert server.secret not in answer
    assert sign(server, "POST") not in answer
