import logging
import threading
import time

import pytest
import requests

from realtime import delivery
from realtime.delivery import Delivery, attempt


@pytest.fixture
def gate():
    """What a sending can wait for; it opens when the test is over."""
    gate = threading.Event()
    yield gate
    gate.set()


@pytest.fixture
def sender():
    return Delivery()


def test_it_sends_in_order_and_off_the_callers_thread(sender):
    sent = []
    for number in range(100):
        sender.put(
            "a line", lambda number=number: sent.append((number, threading.get_ident()))
        )
    sender.close()

    assert [number for number, _ in sent] == list(range(100))
    [thread] = {thread for _, thread in sent}
    assert thread != threading.get_ident()


def test_who_puts_does_not_wait(sender, gate):
    started = time.monotonic()
    sender.put("a slow line", gate.wait)
    sender.put("a line", gate.wait)

    assert time.monotonic() - started < 0.5


def test_after_a_failure_it_goes_on(sender, caplog):
    sent = []
    sender.put("the first line", lambda: 1 / 0)
    sender.put("the second line", lambda: sent.append("second"))
    sender.close()

    assert sent == ["second"]
    assert caplog.messages == [
        "the first line was not delivered: ZeroDivisionError: division by zero"
    ]


def test_what_is_too_much_is_dropped_and_named(monkeypatch, caplog):
    monkeypatch.setattr(delivery, "QUEUE_LENGTH", 2)
    sender = Delivery()
    busy, gate = threading.Event(), threading.Event()
    sent = []
    sender.put("the first", lambda: busy.set() or gate.wait())
    assert busy.wait(5)
    for name in ("the second", "the third", "the fourth"):
        sender.put(name, lambda name=name: sent.append(name))
    gate.set()
    sender.close()

    assert sent == ["the second", "the third"]
    assert caplog.messages == ["the fourth was dropped: 2 are waiting already"]


def test_at_the_end_it_does_not_wait_for_ever(sender, gate, monkeypatch):
    monkeypatch.setattr(delivery, "FLUSH_SECONDS", 0.1)
    sender.put("a line that hangs", gate.wait)
    started = time.monotonic()
    sender.close()

    assert time.monotonic() - started < 1


def test_to_close_what_has_sent_nothing_is_no_error(sender):
    sender.close()
    sender.close()


def test_an_error_is_logged_without_what_could_be_sent_again(caplog):
    address = (
        f"/apps/1/events?auth_key=key&auth_signature={'0f' * 32}&body_md5={'a1' * 16}"
    )

    def send():
        raise requests.ConnectionError(f"Max retries exceeded\nwith url: {address}")

    attempt("a line", send)

    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert record.exc_info is None
    assert record.getMessage() == (
        "a line was not delivered: ConnectionError: Max retries exceeded with url: "
        "/apps/1/events?auth_key=key&auth_signature=…&body_md5=…"
    )
