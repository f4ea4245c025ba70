"""Who a browser is: a secret in its cookie, of which the database has the SHA-256."""

import hashlib
import re

import pytest
from django.apps import apps
from django.test import Client

from sessions.identity import fingerprint_of, new_identity
from sessions.models import Member, MemberIdentity
from tests.in_process_client import InProcessUser

COOKIE = "member"


def identity(person):
    return person.client.cookies[COOKIE].value


@pytest.fixture
def jonas_phone(jonas):
    """Another browser of Jonas, with an identity of its own."""
    phone = InProcessUser("Jonas", jonas.session_id)
    phone.client.get("/")
    member = Member.objects.get(name="Jonas")
    MemberIdentity.objects.create(
        member=member,
        poker_session=member.poker_session,
        fingerprint=fingerprint_of(identity(phone)),
    )
    return phone


def test_a_page_gives_the_browser_its_identity_before_the_first_form(db):
    cookie = Client().get("/").cookies[COOKIE]
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", cookie.value)
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 365 * 24 * 60 * 60
    assert not cookie["secure"], "over plain HTTP it would not come back"


def test_no_two_identities_are_the_same():
    assert len({new_identity() for _ in range(1_000)}) == 1_000


def test_the_identity_stays_the_same_and_its_year_begins_anew(amira):
    before = identity(amira)
    cookie = amira.gets().cookies[COOKIE]
    assert cookie.value == before
    assert cookie["max-age"] == 365 * 24 * 60 * 60


def test_the_database_knows_only_the_sha256(amira, jonas):
    amira.starts_quick_vote()
    amira.votes("5", key="tab:1")
    amira.sends_heartbeat("tab", "live")
    fingerprints = {
        each.member.name: each.fingerprint for each in MemberIdentity.objects.all()
    }
    assert fingerprints == {
        person.name: hashlib.sha256(identity(person).encode()).hexdigest()
        for person in [amira, jonas]
    }
    stored = [
        str(value)
        for model in apps.get_models()
        for row in model._base_manager.values_list()
        for value in row
    ]
    assert fingerprints["Amira"] in stored, "every table was looked at"
    for person in [amira, jonas]:
        assert not [value for value in stored if identity(person) in value]


def test_the_identity_is_in_no_answer(amira, jonas, stranger):
    task_id = amira.adds_task()
    [secret, fingerprint] = [identity(amira), fingerprint_of(identity(amira))]
    for who in (amira, jonas, stranger):
        for path in ("", "state/", "report/", f"tasks/{task_id}/"):
            page = who.gets(path).content.decode()
            assert secret not in page
            assert fingerprint not in page


@pytest.mark.parametrize(
    "forged",
    [
        lambda value: value + "x",
        lambda value: value[:-1],
        lambda value: value[:-1] + ("A" if value[-1] != "A" else "B"),
        fingerprint_of,
        lambda value: new_identity(),
        lambda value: "",
        lambda value: ":" + value,
        lambda value: value[:21] + "é",
    ],
)
def test_a_forged_identity_is_a_strangers(amira, forged):
    forger = InProcessUser("Amira", amira.session_id)
    forger.client.cookies[COOKIE] = forged(identity(amira))
    assert forger.is_refused("tasks/", title="A task") == (403, "not-a-member")


@pytest.mark.parametrize(
    "malformed", ["", "x", "a" * 21, "a" * 23, "a b" * 7 + "c", "ä" * 22, ":signature"]
)
@pytest.mark.parametrize("path", ["/", "the room"])
def test_a_malformed_identity_is_replaced(amira, malformed, path):
    browser = Client()
    browser.cookies[COOKIE] = malformed
    answer = browser.get(amira.room if path == "the room" else path)
    assert answer.status_code == 200
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", answer.cookies[COOKIE].value)


def test_a_cookie_of_before_with_its_signature_is_still_read(amira):
    before = identity(amira)
    user_id = amira.user_id
    amira.client.cookies[COOKIE] = f"{before}:1vOtQz:a-signature_of_another_secret"
    assert amira.user_id == user_id
    amira.adds_task()
    # The room gives it back without.
    amira.gets()
    assert identity(amira) == before
    assert amira.user_id == user_id


def test_another_secret_key_costs_nobody_their_seat(amira, jonas, settings):
    amira.starts_vote()
    settings.SECRET_KEY = "another one of fifty characters, as after a new set-up"
    jonas.votes("5")
    amira.reveals()
    assert amira.gets().context["room_config"]["state"]["me"]["isFacilitator"]
    assert jonas.vote == "5"


def test_each_browser_of_a_member_acts_as_that_member(amira, jonas, jonas_phone):
    assert identity(jonas_phone) != identity(jonas)
    assert jonas_phone.user_id == jonas.user_id
    amira.starts_vote()
    jonas_phone.votes("5")
    assert jonas.vote == "5"
    jonas.votes("8")
    assert jonas_phone.vote == "8"
    assert amira.round["votedUserIds"] == [jonas.user_id]
    assert len(amira.state["members"]) == 2
    home = jonas_phone.client.get("/").content.decode()
    assert home.count(amira.room) == 1


def test_who_leaves_in_one_browser_is_out_in_all_and_returns_in_any(
    amira, jonas, jonas_phone
):
    user_id = jonas.user_id
    jonas.leaves()
    assert jonas_phone.is_refused("leave/") == (403, "not-a-member")
    jonas_phone.joins(amira.session_id)
    assert jonas_phone.user_id == jonas.user_id == user_id


def test_who_is_removed_is_out_in_all_browsers(amira, jonas, jonas_phone):
    user_id = jonas.user_id
    amira.removes(jonas)
    for browser in [jonas, jonas_phone]:
        assert browser.is_refused("leave/") == (403, "not-a-member")
        browser.joins(amira.session_id, display_name=f"Jonas {identity(browser)[:3]}")
    assert len({user_id, jonas.user_id, jonas_phone.user_id}) == 3


def test_one_browser_is_one_member_of_a_session_and_others_elsewhere(amira):
    first, first_id = amira.session_id, amira.user_id
    amira.starts_session()
    assert amira.user_id != first_id
    amira.session_id = first
    assert amira.user_id == first_id
