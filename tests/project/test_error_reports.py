"""Django's page about an error shows no card and no cookie, whoever is looking."""

import pytest

from sessions.identity import fingerprint_of

CARDS = ["card-one", "card-two", "card-six"]


@pytest.fixture
def everybody(amira, jonas, tom, settings):
    """Two have voted; what fails now is shown at length."""
    amira.changes_settings(deck="custom", cards=",".join(CARDS))
    amira.starts_vote()
    amira.votes("card-one")
    jonas.votes("card-two")
    settings.DEBUG = True
    settings.DEBUG_PROPAGATE_EXCEPTIONS = False
    for person in [amira, jonas, tom]:
        person.client.raise_request_exception = False
    return [amira, jonas, tom]


def fails(*args, **kwargs):
    raise ZeroDivisionError("it fails here")


def reports(person, method, path, fields):
    """The page for people, and the text for programmers."""
    for accept in ["text/html", "application/json"]:
        answer = person.client.generic(
            method,
            person.room + path,
            "&".join(f"{name}={value}" for name, value in fields.items()),
            content_type="application/x-www-form-urlencoded",
            headers={"accept": accept},
        )
        assert answer.status_code == 500
        report = answer.content.decode()
        assert "it fails here" in report
        yield report


PLACES = [
    ("POST", "tasks/{task}/vote/", "voting.actions._vote.write"),
    ("POST", "tasks/{task}/vote/", "voting.actions._current_round"),
    ("POST", "tasks/{task}/vote/", "sessions.models.publish_on_commit"),
    ("POST", "tasks/{task}/vote/", "voting.forms.VoteForm.clean_key"),
    ("POST", "tasks/{task}/reveal/", "voting.visibility.statistics_of"),
    ("POST", "tasks/{task}/reveal/", "voting.visibility._sorted_by_round"),
    ("POST", "tasks/{task}/reveal/", "voting.room_state.statistics_data"),
    ("POST", "tasks/{task}/reveal/", "sessions.models.publish_on_commit"),
    ("GET", "state/", "voting.room_state._round_data"),
    ("GET", "state/", "voting.room_state._own_votes"),
    ("GET", "state/", "voting.views.JsonResponse"),
    ("GET", "", "voting.views.render"),
    ("GET", "report/", "voting.report._task"),
]


@pytest.mark.parametrize(("method", "path", "place"), PLACES)
def test_a_report_shows_no_card_and_no_cookie(
    everybody, monkeypatch, method, path, place
):
    amira, jonas, _tom = everybody
    task_id = amira.current_task
    secrets = {
        secret
        for person in everybody
        for cookie in person.client.cookies.values()
        for secret in [cookie.value, fingerprint_of(cookie.value)]
    }
    monkeypatch.setattr(place, fails)
    fields = {"card": "card-six", "key": "tab:9"} if "vote" in path else {}
    for person in [amira, jonas]:
        if "reveal" in path and person is jonas:
            continue
        for report in reports(person, method, path.format(task=task_id), fields):
            assert not [card for card in CARDS if card in report]
            assert not [secret for secret in secrets if secret in report]


def test_a_report_names_the_variables_and_fields(everybody, monkeypatch):
    """Which there were is not secret, and what was done is in the traceback."""
    amira, *_ = everybody
    monkeypatch.setattr("voting.actions._current_round", fails)
    path = f"tasks/{amira.current_task}/vote/"
    for report in reports(amira, "POST", path, {"card": "card-six"}):
        assert "cast_vote" in report
        assert "round_number" in report
        assert "card" in report
