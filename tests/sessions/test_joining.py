"""Coming in by the link: who a browser is, and what the invitation says."""

import pytest
from django.test import Client
from django.utils.html import strip_tags

from sessions.models import Member
from tests.players import Player


def test_a_page_gives_the_browser_its_identity_before_the_first_form(db):
    cookie = Client().get("/").cookies["member"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["secure"], "over plain HTTP it would not come back"


def test_behind_tls_alone_pages_keep_to_themselves(db):
    """Over plain HTTP a browser complains of it in its console."""
    header = "Cross-Origin-Opener-Policy"
    assert Client().get("/", secure=True)[header] == "same-origin"
    assert header not in Client().get("/")


def test_behind_tls_each_cookie_is_secure(db):
    cookies = Client().get("/", secure=True).cookies
    assert set(cookies) == {"member", "csrftoken"}
    assert all(cookie["secure"] for cookie in cookies.values())


def test_a_forged_identity_is_nobody(amira):
    forger = Player("Amira", amira.session_id)
    forger.client.cookies["member"] = amira.client.cookies["member"].value + "x"
    assert forger.is_refused("tasks/", title="A task") == (403, "not-a-member")


def test_the_identity_is_in_nothing_that_is_sent(amira, jonas):
    identity = Member.objects.get(name="Amira").identity
    assert identity
    for who in (amira, jonas):
        for path in ("", "state/", "report/"):
            page = who.client.get(f"/s/{amira.session_id}/{path}")
            assert identity not in page.content.decode()


def test_a_stranger_sees_the_door_and_who_is_inside(amira, jonas):
    page = Client().get(f"/s/{amira.session_id}/").content.decode()
    assert "Amira and Jonas are here." in strip_tags(page)
    assert 'name="display_name"' in page
    assert "realtime-config" not in page


def test_a_member_sees_the_room_with_its_state(amira):
    response = amira.client.get(f"/s/{amira.session_id}/")
    page = response.content.decode()
    assert 'id="room"' in page
    assert 'id="realtime-config"' in page
    assert response["Cache-Control"] == "private, no-cache"


def test_the_first_page_lists_the_sessions_of_this_browser(amira, jonas):
    page = jonas.client.get("/").content.decode()
    assert f"/s/{amira.session_id}/" in page
    jonas.did("leave/")
    assert amira.session_id not in jonas.client.get("/").content.decode()
    assert amira.session_id not in Client().get("/").content.decode()


@pytest.mark.parametrize(
    ("host", "address", "invited_to"),
    [
        ("localhost:8000", "192.0.2.7", "http://192.0.2.7:8000"),
        ("127.0.0.1:8000", "192.0.2.7", "http://192.0.2.7:8000"),
        ("localhost:8000", None, "http://localhost:8000"),
        ("poker.example", "192.0.2.7", "http://poker.example"),
    ],
)
def test_an_invitation_can_be_opened_by_others(
    amira, settings, host, address, invited_to
):
    settings.ALLOWED_HOSTS = ["*"]
    settings.NETWORK_ADDRESS = address
    page = amira.client.get(f"/s/{amira.session_id}/", headers={"host": host})
    link = page.context["room_config"]["inviteUrl"]
    assert link == f"{invited_to}/s/{amira.session_id}/"


def test_the_invitation_is_a_qr_code_too(amira, stranger):
    path = f"/s/{amira.session_id}/invite.svg"
    picture = amira.client.get(path)
    assert picture["Content-Type"] == "image/svg+xml"
    assert b"<svg" in picture.content
    assert stranger.client.get(path).status_code == 403


def test_both_plain_forms_lead_to_the_room(amira):
    answer = Client().post(
        "/s/", {"name": "N", "display_name": "Lena", "deck": "custom", "cards": "1,2"}
    )
    assert answer.status_code == 303
    answer = Client().post(f"/s/{amira.session_id}/join/", {"display_name": "Lena"})
    assert (answer.status_code, answer["Location"]) == (303, f"/s/{amira.session_id}/")
