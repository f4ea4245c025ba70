"""Requests on their way to the thread that Django runs in, and back."""

import asyncio
import threading

import pytest

from planning_poker.server.wsgi_threads import WsgiThreadPool

LONGEST_BODY = 20


class Application:
    """A WSGI application that keeps what it was asked."""

    def __init__(self):
        self.asked = []
        self.closed = 0

    def __call__(self, environ, start_response):
        self.asked.append(
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
    """What is sent back for a request that arrives in these messages."""
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


def test_a_request_goes_to_the_application_whole_and_its_answer_comes_back(application):
    sent = ask(application, body(b"value=", more=True), body(b"13"), length=8)

    [(method, path, content, length, thread)] = application.asked
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

    assert application.asked[0][2:4] == (b"value=13", "8")


def test_of_chunks_without_end_only_so_many_are_read_that_they_are_refused(application):
    ask(application, *[body(b"value=13&", more=True)] * 3, length="chunks")

    assert int(application.asked[0][3]) == 27 > LONGEST_BODY


@pytest.mark.parametrize("length", [8, "chunks"])
def test_of_a_request_that_breaks_off_nothing_is_done(application, length):
    # It would be a valid one: for the card 1 in place of 13.
    gone = {"type": "http.disconnect"}
    sent = ask(application, body(b"value=1", more=True), gone, length=length)

    assert (application.asked, sent) == ([], [])


@pytest.mark.parametrize("length", [None, 0, LONGEST_BODY + 1, "-1", "many"])
def test_what_is_too_long_or_not_announced_is_not_waited_for(application, length):
    """It would fail, since nothing arrives."""
    assert ask(application, length=length)[0]["status"] == 201
    assert application.asked[0][2] == b""


def test_an_error_is_not_swallowed_and_the_answer_closed(application):
    def fail():
        raise RuntimeError("it broke")

    application.__class__ = type(
        "Failing", (Application,), {"__iter__": lambda self: fail()}
    )
    with pytest.raises(RuntimeError, match="it broke"):
        ask(application, length=0)
    assert application.closed == 1
