"""Whoever is removed hears nothing more, over a real connection."""

import pytest

from tests.realtime.server.running import wait_until
from tests.voting.ears import over

# Pusher protocol, close codes: come back at once, and be asked anew whether you may.
RECONNECT_AT_ONCE = 4200


@pytest.fixture
def ears(amira, jonas, tom):
    with over("pusher, embedded") as ears:
        for player in [amira, jonas, tom]:
            ears.listen(player)
            ears.hear()
        yield ears


def hears(client, event):
    """The data of the next event of this name, whatever else is told before it."""
    while (message := client.message())["event"] != event:
        pass
    return message["data"]


def test_a_removed_members_connection_is_closed_after_the_event_that_says_so(
    amira, jonas, ears
):
    client = ears._clients[jonas]
    user_id = jonas.user_id
    amira.did(f"members/{user_id}/remove/")
    assert hears(client, "member-left")["userId"] == user_id
    assert client.close_code() == RECONNECT_AT_ONCE
    answer = jonas.client.post(
        "/realtime/auth/",
        {
            "socket_id": client.socket_id,
            "channel_name": f"private-planning-poker-{amira.session_id}",
        },
    )
    assert answer.status_code == 403


def test_those_who_stay_hear_on(amira, jonas, tom, ears):
    amira.did(f"members/{jonas.user_id}/remove/")
    wait_until(lambda: ears._server.connection_count == 2)
    amira.did("settings/", name="Next sprint")
    assert hears(ears._clients[tom], "member-left")
    assert hears(ears._clients[tom], "session-updated")["session"]["name"]
