"""Joining by the link, and the invitation."""

import pytest
from django.test import Client
from django.utils.html import strip_tags


def test_only_behind_tls_pages_have_an_opener_policy(db):
    """Over plain HTTP a browser logs an error about the header."""
    header = "Cross-Origin-Opener-Policy"
    assert Client().get("/", secure=True)[header] == "same-origin"
    assert header not in Client().get("/")


def test_behind_tls_each_cookie_is_secure(db):
    cookies = Client().get("/", secure=True).cookies
    assert set(cookies) == {"member", "csrftoken"}
    assert all(cookie["secure"] for cookie in cookies.values())


def test_a_stranger_sees_the_join_page_and_who_is_present(amira, jonas):
    page = Client().get(amira.room).content.decode()
    assert "Amira and Jonas are here." in strip_tags(page)
    assert 'name="display_name"' in page
    assert "realtime-config" not in page


def test_a_member_sees_the_room_with_its_state(amira):
    response = amira.gets()
    page = response.content.decode()
    assert 'id="room"' in page
    assert 'id="realtime-config"' in page
    assert response["Cache-Control"] == "private, no-cache"


def test_the_home_page_lists_the_sessions_of_this_browser(amira, jonas):
    page = jonas.client.get("/").content.decode()
    assert amira.room in page
    jonas.leaves()
    assert amira.session_id not in jonas.client.get("/").content.decode()
    assert amira.session_id not in Client().get("/").content.decode()


@pytest.mark.parametrize(
    ("host", "address", "origin"),
    [
        ("localhost:8000", "192.0.2.7", "http://192.0.2.7:8000"),
        ("127.0.0.1:8000", "192.0.2.7", "http://192.0.2.7:8000"),
        ("localhost:8000", None, "http://localhost:8000"),
        ("poker.example", "192.0.2.7", "http://poker.example"),
    ],
)
def test_an_invitation_can_be_opened_by_others(amira, settings, host, address, origin):
    settings.ALLOWED_HOSTS = ["*"]
    settings.NETWORK_ADDRESS = address
    page = amira.gets(headers={"host": host})
    assert page.context["room_config"]["inviteUrl"] == origin + amira.room


def test_the_invitation_is_a_qr_code_too(amira, stranger):
    picture = amira.gets("invite.svg")
    assert picture["Content-Type"] == "image/svg+xml"
    assert b"<svg" in picture.content
    assert stranger.gets("invite.svg").status_code == 403


def test_both_plain_forms_lead_to_the_room(amira):
    answer = Client().post(
        "/s/", {"name": "N", "display_name": "Lena", "deck": "custom", "cards": "1,2"}
    )
    assert answer.status_code == 303
    answer = Client().post(f"{amira.room}join/", {"display_name": "Lena"})
    assert (answer.status_code, answer["Location"]) == (303, amira.room)


def test_an_address_of_a_form_that_is_opened_leads_to_its_page(amira, stranger):
    """A page that was reloaded or shared after a refusal has the form's address."""
    for method in ["get", "head"]:
        answer = getattr(Client(), method)("/s/")
        assert (answer.status_code, answer["Location"]) == (302, "/")
        for person in [amira, stranger]:
            answer = getattr(person.client, method)(f"{amira.room}join/")
            assert (answer.status_code, answer["Location"]) == (302, amira.room)
