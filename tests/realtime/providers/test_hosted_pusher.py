"""A session as hosted Pusher would be sent it: every request that would leave."""

import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from realtime import get_realtime_service
from realtime.server import App
from tests.in_process_client import InProcessUser

pytestmark = pytest.mark.django_db(transaction=True)

ACCOUNT = {"app_id": "42", "key": "the-key", "secret": "the-secret", "cluster": "eu"}


def signed_by(request, app):
    """Pusher docs, HTTP API, authentication."""
    url = urlsplit(request.url)
    parameters = dict(parse_qsl(url.query))
    signature = parameters.pop("auth_signature")
    query = "&".join(f"{key}={value}" for key, value in sorted(parameters.items()))
    return app.has_signed(f"{request.method}\n{url.path}\n{query}", signature)


def events_in(requests):
    for request in requests:
        body = json.loads(request.body)
        for event in body.get("batch", [body]):
            [channel] = event.get("channels") or [event["channel"]]
            yield channel, event["name"], json.loads(event["data"])


def test_a_whole_session_is_sent_to_hosted_pusher_in_order(provide, network):
    provide("pusher", **ACCOUNT)
    amira = InProcessUser("Amira")
    session_id = amira.starts_session()
    jonas = InProcessUser("Jonas").joins(session_id)
    task = amira.starts_vote()
    jonas.votes("13")
    amira.votes("8")
    amira.reveals()
    amira.finalizes("13")
    amira.ends_session()
    get_realtime_service().close()

    app = App("42", "the-key", "the-secret")
    for request in network.requests:
        url = urlsplit(request.url)
        assert (url.scheme, url.hostname) == ("https", "api-eu.pusher.com")
        assert url.path in ("/apps/42/events", "/apps/42/batch_events")
        assert signed_by(request, app)
        assert b"the-secret" not in request.body
    events = list(events_in(network.requests))
    assert {channel for channel, _, _ in events} == {
        f"private-planning-poker-{session_id}"
    }
    assert [name for _, name, _ in events] == [
        "member-joined",
        "task-added",
        "voting-started",
        "vote",
        "vote",
        "votes-revealed",
        "task-finalized",
        "session-ended",
    ]
    versions = [data["version"] for _, _, data in events]
    assert versions == list(range(versions[0], versions[0] + len(events)))
    for _, name, data in events:
        assert data["sessionId"] == session_id
        if name == "vote":
            assert data["storyPoints"] is None
            assert data["hasVoted"] is True
            assert data["taskId"] == task
