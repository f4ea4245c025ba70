"""``POST /realtime/auth/``: who may subscribe to which channel."""

import hmac
import json

import pytest
from django.test import Client

from realtime import ChannelMember, channels, register_channel

ADDRESS = "/realtime/auth/"
# The example of Pusher's documentation (auth signatures).
KEY = "278d425bdf160c739803"
SECRET = "7ad3773142a6692b25b8"
SOCKET_ID = "1234.1234"


def authorize_board(request, *, board_id):
    """Only Zoë is a member, and only of the boards 1 and foobar."""
    if request.headers.get("X-Name") != "Zoë" or board_id not in {"1", "foobar"}:
        return None
    return ChannelMember("10", {"name": "Zoë ☕"})


@pytest.fixture(autouse=True)
def boards(monkeypatch, provide):
    monkeypatch.setattr(channels, "_registrations", {})
    register_channel("board-{board_id}", authorize_board)
    register_channel("{board_id}", authorize_board)
    provide("pusher", app_id="1", key=KEY, secret=SECRET)


@pytest.fixture
def zoe():
    return Client(headers={"X-Name": "Zoë"})


def request_auth(client, channel_name, socket_id=SOCKET_ID):
    return client.post(ADDRESS, {"socket_id": socket_id, "channel_name": channel_name})


def signature(text):
    return hmac.digest(SECRET.encode(), text.encode(), "sha256").hex()


def assert_refused(answer, sentence="You may not subscribe to this channel."):
    assert answer.status_code == 403
    assert answer.json() == {"error": sentence, "code": "channel", "params": {}}


def test_a_member_gets_the_signature_of_the_documentation(zoe):
    answer = request_auth(zoe, "private-foobar")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer.json() == {
        "auth": f"{KEY}:58df8b0c36d6982b82c3ecf6b4662e34"
        "fe8c25bba48f5369f135bf843651c3a4"
    }


def test_the_answer_for_a_presence_channel_names_the_member(zoe):
    answer = request_auth(zoe, "presence-board-1").json()

    assert json.loads(answer["channel_data"]) == {
        "user_id": "10",
        "user_info": {"name": "Zoë ☕"},
    }
    signed = f"{SOCKET_ID}:presence-board-1:{answer['channel_data']}"
    assert answer["auth"] == f"{KEY}:{signature(signed)}"


@pytest.mark.parametrize("name", ["private-board-1", "presence-board-1"])
def test_a_stranger_is_refused(name):
    assert_refused(request_auth(Client(), name))


@pytest.mark.parametrize(
    "name",
    [
        "",
        "board-1",
        "private-",
        "private-board-",
        "private-board-2",
        "private-board-1-2",
        "private-board-1 ",
        "private-board-1\n",
        "private-board-1\0",
        "private-board-1:presence-board-1",
        "private-board-\N{ARABIC-INDIC DIGIT ONE}",
        "private-other-1",
        "PRIVATE-board-1",
        "private-private-board-1",
        "presence-private-board-1",
        "private-cache-board-1",
        "cache-board-1",
        "#server-to-user-10",
    ],
)
def test_any_other_channel_is_refused(zoe, name):
    assert_refused(request_auth(zoe, name))


def test_a_channel_that_the_provider_does_not_use_is_refused_with_its_sentence(zoe):
    answer = request_auth(zoe, "private-encrypted-board-1")

    assert_refused(answer, "Events are on private-… channels.")


def test_a_name_above_the_length_limit_is_refused(zoe, monkeypatch):
    monkeypatch.setattr(channels, "_registrations", {})
    register_channel("{name}", lambda request, name: ChannelMember("10"))

    assert request_auth(zoe, f"private-{'a' * 156}").status_code == 200
    assert_refused(request_auth(zoe, f"private-{'a' * 157}"))


@pytest.mark.parametrize(
    "socket_id",
    [
        "",
        "1234",
        "1234.",
        "1.2.3",
        "a.b",
        "-1.2",
        " 1.2",
        "1.2\n",
        "\N{ARABIC-INDIC DIGIT ONE}.2",
        "1.2:private-board-2",
    ],
)
def test_a_malformed_socket_id_is_refused(zoe, socket_id):
    assert_refused(request_auth(zoe, "private-board-1", socket_id))


@pytest.mark.parametrize("missing", ["socket_id", "channel_name"])
def test_a_missing_field_is_refused(zoe, missing):
    fields = {"socket_id": SOCKET_ID, "channel_name": "private-board-1"}
    del fields[missing]

    assert_refused(zoe.post(ADDRESS, fields))


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_only_post_is_allowed(zoe, method):
    answer = getattr(zoe, method)(ADDRESS)

    assert answer.status_code == 405
    assert answer["Allow"] == "POST"


def test_another_sites_form_is_refused():
    zoe = Client(headers={"X-Name": "Zoë"}, enforce_csrf_checks=True)

    assert request_auth(zoe, "private-board-1").status_code == 403


def test_it_signs_with_the_credentials_of_the_embedded_server(zoe, provide):
    service = provide("pusher")
    [key, _] = request_auth(zoe, "private-board-1").json()["auth"].split(":")

    assert key == service.get_client_config()["key"]
