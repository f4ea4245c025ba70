"""Pusher docs, webhooks."""

import http.server
import json
import threading

import pytest
import requests
from pusher import Pusher

from realtime.server import webhooks
from realtime.server.webhooks import Webhooks
from tests.realtime.server.in_memory import APP
from tests.realtime.server.running import RunningServer, wait_until


class Receiver:
    """Answers 200 by default. The test advances its clock."""

    def __init__(self):
        self.seconds = 0.0
        self.answers = []
        self.received = []

    def post(self, body, headers):
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, Exception):
            raise answer
        if answer == 200:
            self.received.append((body, headers))
        return answer

    def clock(self):
        return self.seconds

    def events(self):
        return [
            event for body, _ in self.received for event in json.loads(body)["events"]
        ]


@pytest.fixture
def receiver():
    return Receiver()


@pytest.fixture
def sender(receiver):
    return Webhooks(APP, receiver.post, receiver.clock)


def advance(sender, receiver, seconds):
    """Advance the clock, and run the steps of the thread that are due."""
    end = receiver.seconds + seconds
    while (wait := sender.seconds_to_wait()) is not None:
        if receiver.seconds + wait > end:
            break
        receiver.seconds += wait
        sender.deliver_next()
    receiver.seconds = end


def occupied(channel="room"):
    return "channel_occupied", {"channel": channel}


def vacated(channel="room"):
    return "channel_vacated", {"channel": channel}


def test_events_of_one_moment_share_a_signed_webhook(sender, receiver):
    for channel in ("a", "b"):
        sender.enqueue(*occupied(channel))
    advance(sender, receiver, 1)

    [(body, headers)] = receiver.received
    pusher = Pusher(APP.app_id, APP.key, APP.secret)
    webhook = pusher.validate_webhook(
        headers["X-Pusher-Key"], headers["X-Pusher-Signature"], body
    )
    assert webhook["events"] == [
        {"name": "channel_occupied", "channel": channel} for channel in ("a", "b")
    ]


def test_a_leave_is_sent_after_three_seconds(sender, receiver):
    sender.enqueue(*vacated())
    advance(sender, receiver, 2.9)
    assert receiver.events() == []
    advance(sender, receiver, 0.2)

    assert receiver.events() == [{"name": "channel_vacated", "channel": "room"}]


@pytest.mark.parametrize(
    ("leaves", "returns"),
    [
        (vacated(), occupied()),
        (
            ("member_removed", {"channel": "room", "user_id": "mira"}),
            ("member_added", {"channel": "room", "user_id": "mira"}),
        ),
    ],
)
def test_a_page_reload_sends_nothing(sender, receiver, leaves, returns):
    sender.enqueue(*leaves)
    advance(sender, receiver, 1)
    sender.enqueue(*returns)
    advance(sender, receiver, 10)

    assert receiver.events() == []


def test_the_join_of_another_user_cancels_no_leave(sender, receiver):
    sender.enqueue("member_removed", {"channel": "room", "user_id": "mira"})
    sender.enqueue("member_added", {"channel": "room", "user_id": "tom"})
    advance(sender, receiver, 10)

    assert [event["name"] for event in receiver.events()] == [
        "member_added",
        "member_removed",
    ]


def test_failed_webhooks_are_retried_with_backoff_and_in_order(sender, receiver):
    receiver.answers = [500, requests.ConnectionError("refused"), 404]
    sender.enqueue(*occupied("a"))
    advance(sender, receiver, 1)
    sender.enqueue(*occupied("b"))
    advance(sender, receiver, 7)

    assert [event["channel"] for event in receiver.events()] == ["a", "b"]
    assert (sender.sent, sender.failed) == (2, 0)


def test_a_queued_cache_miss_is_not_repeated(sender, receiver):
    for _ in range(5):
        sender.enqueue("cache_miss", {"channel": "cache-a"})
    advance(sender, receiver, 1)
    sender.enqueue("cache_miss", {"channel": "cache-a"})
    advance(sender, receiver, 1)

    assert len(receiver.events()) == 2


def test_after_five_minutes_events_are_dropped_and_logged(sender, receiver, caplog):
    receiver.answers = [500] * 50
    sender.enqueue(*occupied("a"))
    advance(sender, receiver, webhooks.GIVE_UP_SECONDS)
    receiver.answers = []
    sender.enqueue(*occupied("b"))
    advance(sender, receiver, 600)

    assert [event["channel"] for event in receiver.events()] == ["b"]
    assert sender.failed == 1
    assert caplog.messages == ["1 webhook events dropped: status 500"]


def test_the_queue_is_bounded(sender, receiver, monkeypatch):
    monkeypatch.setattr(webhooks, "QUEUE_LENGTH", 3)
    for number in range(5):
        sender.enqueue(*occupied(str(number)))
    advance(sender, receiver, 1)

    assert [event["channel"] for event in receiver.events()] == ["2", "3", "4"]
    assert sender.failed == 2


def test_pending_leaves_are_bounded_while_the_receiver_is_down(
    sender, receiver, monkeypatch
):
    monkeypatch.setattr(webhooks, "QUEUE_LENGTH", 3)
    receiver.answers = [500]
    sender.enqueue(*occupied("first"))
    sender.deliver_next()
    receiver.seconds = webhooks.BATCH_DELAY_SECONDS
    sender.deliver_next()
    for number in range(5):
        sender.enqueue(*vacated(str(number)))
    advance(sender, receiver, 10)

    assert [event["channel"] for event in receiver.events()] == [
        "first",
        "2",
        "3",
        "4",
    ]
    assert sender.failed == 2


def test_a_running_server_reports_joins_and_leaves(monkeypatch):
    # A request to this machine must not go through a proxy.
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setattr(webhooks, "LEAVE_DELAY_SECONDS", 0.1)
    bodies = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers["Content-Length"])
            bodies.append(json.loads(self.rfile.read(length)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as other:
        thread = threading.Thread(target=other.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{other.server_port}/hook"
        try:
            with RunningServer(webhook_url=url) as server:
                with server.client() as client:
                    client.subscribe("presence-room", {"user_id": "mira"})

                def names():
                    return [each["name"] for body in bodies for each in body["events"]]

                # Counted after the response, so all events have arrived.
                wait_until(lambda: server.embedded.status()["webhook_events_sent"] == 4)
        finally:
            other.shutdown()
            thread.join()

    assert sorted(names()) == [
        "channel_occupied",
        "channel_vacated",
        "member_added",
        "member_removed",
    ]
