import pytest
from websockets.datastructures import Headers
from websockets.http11 import Request

from realtime.server import App
from realtime.server.admission import find_refusal

APP = App("1", "a-key", "a-secret")


def refused_code(path: str = "/app/a-key?protocol=7", allowed=(), **headers: str):
    request = Request(
        path,
        Headers({name.replace("_", "-"): value for name, value in headers.items()}),
    )
    refused = find_refusal(request, APP, allowed)
    return refused.code if refused else None


@pytest.mark.parametrize(
    "path",
    [
        # As pusher-js 8 asks, and as older clients did.
        "/app/a-key?protocol=7&client=js&version=8.6.0&flash=false",
        "/app/a-key?protocol=5",
        "/app/a-key?unknown=%20&protocol=6",
    ],
)
def test_known_clients_are_accepted(path):
    assert refused_code(path) is None


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/app/a-keys?protocol=7", 4001),
        ("/app/A-KEY?protocol=7", 4001),
        ("/", 4005),
        ("/app", 4005),
        ("/app/a-key/", 4005),
        ("/app/a-key/more", 4005),
        ("/prefix/app/a-key", 4005),
        ("/app/a-key?protocol=4", 4007),
        ("/app/a-key?protocol=8", 4007),
        ("/app/a-key?protocol=7.0", 4007),
        ("/app/a-key?protocol=", 4008),
        ("/app/a-key", 4008),
    ],
)
def test_others_are_refused_with_a_close_code(path, code):
    assert refused_code(path) == code


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "poker.example"},
        {"Host": "poker.example", "Origin": "https://poker.example"},
        {"Host": "Poker.Example", "Origin": "http://poker.example"},
        {"Host": "poker.example:443", "Origin": "https://poker.example"},
        {"Host": "10.0.0.5:8000", "Origin": "http://10.0.0.5:8000"},
        {"Host": "[::1]:8000", "Origin": "http://[::1]:8000"},
        {
            "Host": "app:8000",
            "X_Forwarded_Host": "poker.example",
            "Origin": "https://poker.example",
        },
    ],
)
def test_pages_of_this_host_and_clients_without_an_origin_may_connect(headers):
    assert refused_code(**headers) is None


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("poker.example", "https://elsewhere.example"),
        ("poker.example", "https://poker.example:8443"),
        ("poker.example:8000", "https://poker.example"),
        ("poker.example:80", "https://poker.example"),
        ("poker.example", "https://poker.example.evil.example"),
        ("poker.example", "null"),
        ("poker.example", ""),
        ("", "null"),
        ("", ""),
        ("poker.example", "poker.example"),
        ("poker.example", "http://[poker.example"),
    ],
)
def test_pages_of_other_hosts_may_not(host, origin):
    assert refused_code(Host=host, Origin=origin) == 4009


def test_a_list_of_origins_replaces_the_own_host():
    allowed = ["https://poker.example"]
    own = {"Host": "own.example", "Origin": "https://own.example"}

    assert refused_code(allowed=allowed, Origin="https://poker.example") is None
    assert refused_code(allowed=allowed, Origin="http://poker.example") == 4009
    assert refused_code(allowed=allowed, **own) == 4009
    assert refused_code(allowed=["*"], Origin="https://any.example") is None
