"""A removed member receives nothing more over a real connection."""

import pytest

from tests.realtime.server.running import wait_until
from tests.voting.recorders import PROVIDERS

# Pusher protocol, close codes: reconnect at once, and authorize again.
RECONNECT_AT_ONCE = 4200


@pytest.fixture
def recorder(amira, jonas, tom):
    with PROVIDERS["pusher, embedded"]() as recorder:
        for person in [amira, jonas, tom]:
            recorder.connect(person)
            recorder.received()
        yield recorder


def data_of_next(event, client):
    """Messages with other names are skipped."""
    while (message := client.message())["event"] != event:
        pass
    return message["data"]


def test_a_removed_members_connection_is_closed_after_the_event_of_the_removal(
    amira, jonas, recorder
):
    client = recorder.clients[jonas]
    user_id = jonas.user_id
    amira.removes(jonas)
    assert data_of_next("member-left", client)["userId"] == user_id
    assert client.close_code() == RECONNECT_AT_ONCE
    answer = jonas.asks_to_subscribe(client.socket_id, f"private-{amira.channel}")
    assert answer.status_code == 403


def test_the_other_members_still_receive_events(amira, jonas, tom, recorder):
    amira.removes(jonas)
    wait_until(lambda: recorder.server.connection_count == 2)
    amira.changes_settings(name="Next sprint")
    client = recorder.clients[tom]
    assert data_of_next("member-left", client)
    assert data_of_next("session-updated", client)["session"]["name"]
