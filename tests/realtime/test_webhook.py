"""``POST /realtime/webhook/``: signed webhooks are sent on as signals."""

import hashlib
import hmac
import json
import time

import pytest

from realtime.signals import webhook_received

ADDRESS = "/realtime/webhook/"
ACCOUNT = {"app_id": "42", "key": "the-key", "secret": "the-secret"}
EVENTS = [{"name": "channel_occupied", "channel": "private-board-1"}]


def body(events=EVENTS, *, seconds_ago=0):
    time_ms = int((time.time() - seconds_ago) * 1000)
    return json.dumps({"time_ms": time_ms, "events": events}).encode()


def signature(content, secret="the-secret"):
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


@pytest.fixture
def received():
    """The events that receivers of the signal were given."""
    received = []

    def receive(event, **kwargs):
        received.append(event)

    webhook_received.connect(receive)
    yield received
    webhook_received.disconnect(receive)


@pytest.fixture
def send(client, provide):
    provide(**ACCOUNT)

    def send(content, **headers):
        return client.post(
            ADDRESS,
            content,
            content_type="application/json",
            headers={
                "X-Pusher-Key": "the-key",
                "X-Pusher-Signature": signature(content),
                **headers,
            },
        )

    return send


def test_the_events_are_sent_to_receivers(send, received):
    assert send(body()).status_code == 200
    assert received == EVENTS


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (body(), {"X-Pusher-Key": "another-key"}),
        (body(), {"X-Pusher-Key": ""}),
        (body(), {"X-Pusher-Signature": ""}),
        (body(), {"X-Pusher-Signature": signature(body(), "another secret")}),
        (body(), {"X-Pusher-Signature": "ü"}),
        (body(seconds_ago=301), {}),
        (b"no JSON", {}),
        (b"no text: \xff", {}),
        (b"{}", {}),
        (b"[]", {}),
        (b'{"time_ms": "now", "events": []}', {}),
        (body(None), {}),
        (b"", {}),
    ],
    # The default ids would contain the bodies, with the current time.
    ids=[
        "another key",
        "no key",
        "no signature",
        "another secret",
        "no ASCII",
        "too old",
        "no JSON",
        "no text",
        "no time",
        "no object",
        "a time that is no number",
        "no list of events",
        "nothing",
    ],
)
def test_anything_else_is_refused_and_sends_no_signal(send, received, content, headers):
    answer = send(content, **headers)

    assert answer.status_code == 403
    assert answer.json()["code"] == "webhook-refused"
    assert received == []


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_only_post_is_allowed(client, provide, method):
    provide(**ACCOUNT)

    assert getattr(client, method)(ADDRESS).status_code == 405


def test_other_providers_refuse_webhooks(client, provide):
    provide("null")

    assert client.post(ADDRESS, {}).status_code == 403


def test_a_failing_receiver_does_not_fail_the_webhook(send):
    def fail(**kwargs):
        raise RuntimeError

    webhook_received.connect(fail)
    try:
        assert send(body()).status_code == 200
    finally:
        webhook_received.disconnect(fail)
