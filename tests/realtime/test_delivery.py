import itertools
import logging
import threading

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from realtime import circuit, delivery
from realtime.delivery import Delivery, EventRejectedError, OutgoingEvent


class Provider:
    """Raises a verdict for each attempt, if one is set, and else accepts the events."""

    def __init__(self):
        self.verdicts = []
        self.attempts = []
        self.seconds = 0.0
        self.poisoned = set()

    def send(self, events):
        self.attempts.append(list(events))
        if self.verdicts and (verdict := self.verdicts.pop(0)):
            raise verdict
        if self.poisoned & {event.name for event in events}:
            raise EventRejectedError("too large")

    def clock(self):
        return self.seconds


@pytest.fixture
def provider():
    return Provider()


@pytest.fixture
def sender(provider, monkeypatch):
    """The test runs the steps of the thread."""
    monkeypatch.setattr(threading.Thread, "start", lambda thread: None)
    return Delivery(provider.send, provider.clock)


def event(name, channel="board-1"):
    return OutgoingEvent(channel, name, "{}")


def drain(sender):
    while sender.deliver_next():
        pass


def flat(attempts):
    return list(itertools.chain(*attempts))


def names(events):
    return [each.name for each in events]


DOWN = requests.ConnectionError("refused")


def test_it_sends_in_order_and_off_the_callers_thread():
    sent = []

    def send(events):
        sent.extend((each.name, threading.get_ident()) for each in events)

    sender = Delivery(send)
    for number in range(100):
        sender.enqueue(event(str(number)))
    sender.close()

    assert [name for name, _ in sent] == [str(number) for number in range(100)]
    [thread] = {thread for _, thread in sent}
    assert thread != threading.get_ident()


def test_queued_events_are_sent_ten_at_a_time(sender, provider):
    for number in range(23):
        sender.enqueue(event(str(number)))
    drain(sender)

    assert [len(events) for events in provider.attempts] == [10, 10, 3]


def test_a_batch_stays_below_every_servers_size_limit(sender, provider):
    for number in range(4):
        sender.enqueue(OutgoingEvent("board-1", str(number), "x" * 4_000))
    sender.enqueue(OutgoingEvent("board-1", "larger than any batch", "x" * 10_000))
    drain(sender)

    assert [len(events) for events in provider.attempts] == [2, 2, 1]


def test_a_rejected_event_does_not_affect_its_batch(sender, provider, caplog):
    provider.poisoned = {"bad"}
    for name in ("first", "bad", "last"):
        sender.enqueue(event(name))
    drain(sender)

    assert names(flat(provider.attempts[1:])) == ["first", "bad", "last", "refetch"]
    assert sender.status()["failed"] == 1
    assert sender.status()["circuit"] == "closed"
    assert caplog.messages == [
        "bad on board-1 was not delivered: EventRejectedError: too large"
    ]


def test_a_full_queue_drops_events_and_sends_each_channel_one_refetch(
    sender, provider, monkeypatch, caplog
):
    monkeypatch.setattr(delivery, "QUEUE_LENGTH", 2)
    for name in ("first", "second", "third", "fourth"):
        sender.enqueue(event(name))
    sender.enqueue(event("fifth", "board-2"))
    assert sender.status()["dropped"] == 3
    drain(sender)

    assert provider.attempts == [
        [event("first"), event("second")],
        [event("refetch", "board-1"), event("refetch", "board-2")],
    ]
    assert caplog.messages == ["Events are dropped: 2 are waiting already"]


def test_the_circuit_breaker_opens_and_closes_again(sender, provider, caplog):
    caplog.set_level(logging.INFO)
    provider.verdicts = [DOWN] * circuit.FAILURES_TO_OPEN
    for number in range(5):
        sender.enqueue(event("lost", f"board-{number}"))
    drain(sender)
    assert sender.status()["circuit"] == "open"
    sender.enqueue(event("dropped", "board-9"))
    drain(sender)
    assert len(provider.attempts) == circuit.FAILURES_TO_OPEN

    provider.seconds += circuit.FIRST_PAUSE_SECONDS
    assert sender.status()["circuit"] == "half-open"
    drain(sender)

    probe, *rest = provider.attempts[circuit.FAILURES_TO_OPEN :]
    assert names(probe) == ["refetch"]
    refetches = probe + flat(rest)
    assert sorted(each.channel for each in refetches) == [
        *(f"board-{number}" for number in range(5)),
        "board-9",
    ]
    assert sender.status()["circuit"] == "closed"
    assert caplog.messages[-2:] == [
        "Live updates pause: no event could be sent. The next attempt is in 5 seconds",
        "Events can be sent again",
    ]


def test_each_failed_attempt_makes_the_next_pause_longer(sender, provider):
    provider.verdicts = [DOWN] * 20
    sender.enqueue(event("lost"))
    pauses = []
    for _ in range(5):
        drain(sender)
        pauses.append(sender._circuit.seconds_left)
        provider.seconds += pauses[-1]

    assert pauses == [5, 10, 20, 30, 30]


def test_a_rejection_does_not_open_the_circuit_breaker(sender, provider):
    provider.verdicts = [EventRejectedError("no")] * 20
    for _ in range(10):
        sender.enqueue(event("bad"))
        drain(sender)

    assert sender.status()["circuit"] == "closed"


def test_send_now_sends_on_the_callers_thread(sender, provider):
    provider.poisoned = {"bad"}
    sender.send_now(event("good"))
    sender.send_now(event("bad"))

    assert names(flat(provider.attempts)) == ["good", "bad", "refetch"]


@given(data=st.data())
def test_any_failures_keep_the_order_and_refetch_what_was_lost(data):
    """On each channel, events arrive in order and once, and a lost event is followed
    by a refetch.
    """
    provider = Provider()
    sender = Delivery(provider.send, provider.clock)
    sender._thread = threading.current_thread()
    failures = st.sampled_from([None, None, DOWN, EventRejectedError("no")])
    arrived, put, arrived_before = [], [], {}

    def send(events):
        failure = data.draw(failures)
        # A provider accepts refetches.
        is_refetch = "refetch" in names(events)
        if failure and not (is_refetch and isinstance(failure, EventRejectedError)):
            raise failure
        arrived.extend(events)

    sender._send = send
    for number in range(data.draw(st.integers(1, 30))):
        each = event(str(number), data.draw(st.sampled_from(["a", "b"])))
        arrived_before[each] = len(arrived)
        sender.enqueue(each)
        put.append(each)
        if data.draw(st.booleans()):
            sender.deliver_next()
            provider.seconds += data.draw(st.sampled_from([0, 1, 10]))
    sender._send = arrived.extend
    provider.seconds += circuit.LONGEST_PAUSE_SECONDS
    drain(sender)

    for channel in ("a", "b"):
        of_channel = [each for each in put if each.channel == channel]
        received = [each for each in arrived if each.channel == channel]
        events = [each for each in received if each.name != "refetch"]
        assert events == [each for each in of_channel if each in events]
        for lost in set(of_channel) - set(events):
            assert event("refetch", channel) in arrived[arrived_before[lost] :]


def test_enqueue_does_not_block():
    gate, sent = threading.Event(), []
    sender = Delivery(lambda events: gate.wait(10) and sent.extend(events))
    sender.enqueue(event("slow"))
    sender.enqueue(event("next"))

    assert sent == []
    gate.set()
    sender.close()
    assert names(sent) == ["slow", "next"]


def test_close_does_not_block_for_ever(monkeypatch):
    monkeypatch.setattr(delivery, "FLUSH_SECONDS", 0.1)
    gate = threading.Event()
    sender = Delivery(lambda events: gate.wait(10))
    sender.enqueue(event("hangs"))
    sender.close()

    assert not gate.is_set()
    gate.set()


def test_closing_an_unused_delivery_is_no_error(sender):
    sender.close()
    sender.close()


def test_an_error_is_logged_without_its_signature(sender, provider, caplog):
    address = (
        f"/apps/1/events?auth_key=key&auth_signature={'0f' * 32}&body_md5={'a1' * 16}"
    )
    provider.verdicts = [
        requests.ConnectionError(f"Max retries exceeded\nwith url: {address}")
    ]
    sender.enqueue(event("drawn"))
    drain(sender)

    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert record.exc_info is None
    assert record.getMessage() == (
        "drawn on board-1 was not delivered: ConnectionError: Max retries exceeded "
        "with url: /apps/1/events?auth_key=key&auth_signature=…&body_md5=…"
    )
