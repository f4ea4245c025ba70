"""Whoever updates from the version before contract 2 loses no row, no seat, no card.

The databases of that version, and the cookies of its browsers, were made by
``make_contract_1_databases.py``.
"""

import json
from pathlib import Path

import environ
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client

from tests.databases import empty_database

pytestmark = pytest.mark.database

HERE = Path(__file__).parent
TOLD = json.loads((HERE / "contract_1.json").read_text())
PEOPLE = {person["name"]: person for person in TOLD["people"]}
OURS = ("poker_sessions_", "tasks_", "voting_")


@pytest.fixture
def old_database(tmp_path, django_db_blocker):
    """Django's only database is one of the version before, not yet updated."""
    address = environ.Env.db_url_config(empty_database(tmp_path))
    ours = connections["default"]
    old = type(ours)({**ours.settings_dict, **address}, "default")
    with django_db_blocker.unblock():
        connections["default"] = old
        try:
            load(HERE / f"contract_1.{old.vendor}.sql")
            yield
        finally:
            connections["default"] = ours
            old.close()


@pytest.fixture
def updated(old_database):
    call_command("migrate", verbosity=0)


def load(dump):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # A row may stand before the one that it refers to.
            cursor.execute("PRAGMA foreign_keys = OFF")
            cursor.executescript(dump.read_text())
        else:
            cursor.execute(dump.read_text())
    # The next one has the usual settings again.
    connection.close()


def rows():
    """{table: {key: {column: value}}} of the whole database."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            key = connection.introspection.get_primary_key_column(cursor, table)
            cursor.execute(f'SELECT * FROM "{table}"')
            columns = [column[0] for column in cursor.description]
            dicts = (dict(zip(columns, row, strict=True)) for row in cursor.fetchall())
            found[table] = {row[key]: row for row in dicts}
    return found


def test_no_row_is_lost(old_database):
    before = rows()
    # Each version has migrations of its own.
    del before["django_migrations"]
    assert [name for name in before if name.startswith(OURS) and not before[name]] == []

    call_command("migrate", verbosity=0)

    after = rows()
    models = {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
    }
    for table, old_rows in before.items():
        keys = set(models[table]._base_manager.values_list("pk", flat=True))
        lost = set(old_rows) - keys
        assert not lost, f"{table} has lost {lost}"
        if table.startswith(OURS):
            assert len(keys) == len(old_rows), f"{table} has more rows than before"
        for key, old_row in old_rows.items():
            kept = {
                column: value
                for column, value in old_row.items()
                if column in after[table][key]
            }
            assert kept.items() <= after[table][key].items(), table


def browser_of(name):
    browser = Client(headers={"accept": "application/json"})
    for cookie, value in PEOPLE[name]["cookies"].items():
        browser.cookies[cookie] = value
    return browser


def assert_seated(browser, seat):
    answer = browser.get(f"/s/{seat['sessionId']}/state/")
    assert answer.status_code == 200, answer.content
    me = answer.json()["me"]
    assert [me["userId"], me["role"], me["isFacilitator"]] == [
        seat["userId"],
        seat["role"],
        seat["isFacilitator"],
    ]
    assert me["votes"].get(seat["taskId"]) == seat["card"]


@pytest.mark.parametrize("name", PEOPLE)
def test_whoever_was_in_a_session_is_in_it_with_their_card(updated, name):
    for seat in PEOPLE[name]["seats"]:
        browser = browser_of(name)
        assert_seated(browser, seat)
        page = browser.get(f"/s/{seat['sessionId']}/")
        assert page.status_code == 200
        # What this version gives them in its place is theirs as well.
        browser.cookies = page.cookies
        assert_seated(browser, seat)


def test_whoever_left_or_was_removed_is_still_out(updated):
    out = [(name, each["noLongerIn"]) for name, each in PEOPLE.items()]
    asked = [
        (name, browser_of(name).get(f"/s/{session}/state/").status_code)
        for name, sessions in out
        for session in sessions
    ]

    assert asked == [("Chen Wei", 403), ("Lena", 403)]


def test_a_hidden_round_goes_on_where_it_was(updated):
    seats = {name: PEOPLE[name]["seats"][0] for name in ("Amira", "Jonas", "Sofía")}
    room = f"/s/{seats['Amira']['sessionId']}/"
    task = f"{room}tasks/{seats['Amira']['taskId']}/"
    amira, jonas = browser_of("Amira"), browser_of("Jonas")

    # Overtaken: the count of this tab was known before the update.
    late = jonas.post(f"{task}vote/", {"card": "100", "key": "tab-of-jon:3"})
    assert late.status_code == 204
    assert_seated(jonas, seats["Jonas"])
    new = jonas.post(f"{task}vote/", {"card": "2", "key": "tab-of-jon:4"})
    assert new.status_code == 204
    assert amira.post(f"{task}reveal/").status_code == 204

    [voting_round] = amira.get(f"{room}state/").json()["rounds"]
    votes = voting_round["votes"]
    assert {vote["userId"]: vote["storyPoints"] for vote in votes} == {
        seats["Amira"]["userId"]: "5",
        seats["Jonas"]["userId"]: "2",
        seats["Sofía"]["userId"]: "☕",
    }


def test_the_admin_can_sign_in(updated, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    browser = Client()

    browser.post("/admin/login/?next=/admin/", TOLD["admin"])

    assert browser.get("/admin/").status_code == 200
