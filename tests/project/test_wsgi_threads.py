"""Requests and answers between the event loop and the threads of Django."""

import asyncio
import threading

import pytest

from planning_poker.server.wsgi_threads import WsgiThreadPool

LONGEST_BODY = 20


class Application:
    """A WSGI application that records its requests."""

    def __init__(self):
        self.requests = []
        self.closed = 0

    def __call__(self, environ, start_response):
        self.requests.append(
            (
                environ["REQUEST_METHOD"],
                environ["PATH_INFO"],
                environ["wsgi.input"].read(),
                environ.get("CONTENT_LENGTH"),
                threading.current_thread(),
            )
        )
        start_response("201 Created", [("X-Card", "half \xbd"), ("X-Card", "8")])
        return self

    def __iter__(self):
        return iter([b"in ", b"pieces"])

    def close(self):
        self.closed += 1


@pytest.fixture
def application():
    return Application()


def ask(application, *messages, length=None):
    """The answer to a request that arrives in these messages."""
    arriving, sent = list(messages), []

    async def receive():
        return arriving.pop(0)

    async def send(message):
        sent.append(message)

    headers = []
    if length == "chunks":
        headers = [(b"transfer-encoding", b"chunked")]
    elif length is not None:
        headers = [(b"content-length", str(length).encode())]
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/vote/",
        "query_string": b"",
        "headers": headers,
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 50_000),
    }
    asyncio.run(WsgiThreadPool(application, 1, LONGEST_BODY)(scope, receive, send))
    return sent


def body(content, *, more=False):
    return {"type": "http.request", "body": content, "more_body": more}


def test_a_request_is_answered_by_the_application(application):
    sent = ask(application, body(b"value=", more=True), body(b"13"), length=8)

    [(method, path, content, length, thread)] = application.requests
    assert (method, path, content, length) == ("POST", "/vote/", b"value=13", "8")
    assert thread is not threading.current_thread()
    assert sent == [
        {
            "type": "http.response.start",
            "status": 201,
            "headers": [(b"x-card", b"half \xbd"), (b"x-card", b"8")],
        },
        {"type": "http.response.body", "body": b"in pieces"},
    ]
    assert application.closed == 1


def test_chunks_become_a_body_of_known_length(application):
    ask(application, body(b"value=", more=True), body(b"13"), length="chunks")

    assert application.requests[0][2:4] == (b"value=13", "8")


def test_endless_chunks_are_read_only_up_to_the_limit(application):
    ask(application, *[body(b"value=13&", more=True)] * 3, length="chunks")

    assert int(application.requests[0][3]) == 27 > LONGEST_BODY


@pytest.mark.parametrize("length", [8, "chunks"])
def test_an_incomplete_request_is_not_handled(application, length):
    # Its beginning is valid: the card 1 in place of 13.
    gone = {"type": "http.disconnect"}
    sent = ask(application, body(b"value=1", more=True), gone, length=length)

    assert (application.requests, sent) == ([], [])


@pytest.mark.parametrize("length", [None, 0, LONGEST_BODY + 1, "-1", "many"])
def test_a_body_that_is_too_long_or_without_a_length_is_not_awaited(
    application, length
):
    """Waiting would fail, because nothing arrives."""
    assert ask(application, length=length)[0]["status"] == 201
    assert application.requests[0][2] == b""


def test_an_error_is_raised_and_the_answer_closed(application):
    def fail():
        raise RuntimeError("it broke")

    application.__class__ = type(
        "Failing", (Application,), {"__iter__": lambda self: fail()}
    )
    with pytest.raises(RuntimeError, match="it broke"):
        ask(application, length=0)
    assert application.closed == 1
