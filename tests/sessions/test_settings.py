"""What a session can choose; and that a change of nothing changes nothing."""

from dataclasses import dataclass

import pytest

from sessions import settings as session_settings
from sessions.journal import JournalEntry
from sessions.models import PokerSession
from sessions.settings import Rights, Who, setting, settings_of

DEFAULTS = {
    "mayReveal": "facilitators",
    "mayRun": "facilitators",
    "mayEditTasks": "facilitators",
    "mayManage": "facilitators",
}


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Settings as an app above would have some."""

    timer_seconds: int = setting(0, "how long a vote lasts", least=0, most=3_600)
    is_anonymous: bool = setting(False, "whether names are hidden")


@pytest.fixture
def pace(monkeypatch):
    groups = list(session_settings._groups)
    monkeypatch.setattr(session_settings, "_groups", groups)
    session_settings.register_settings(Pace)
    session_settings.register_settings(Pace)
    assert groups == [Rights, Pace]


def settings_in(person):
    return person.state["session"]["settings"]


def test_the_state_has_each_setting_in_force(amira):
    assert settings_in(amira) == DEFAULTS
    amira.changes_settings(may_reveal="everybody", may_manage="everybody")
    changed = DEFAULTS | {"mayReveal": "everybody", "mayManage": "everybody"}
    assert settings_in(amira) == changed


def test_a_change_is_told_with_the_whole_session(amira, jonas, outbox):
    amira.changes_settings(may_run="everybody")
    [event] = outbox
    assert event.type == "session-updated"
    assert event.data["session"] == jonas.state["session"]


def test_several_changes_at_once_are_one_event(amira, outbox):
    amira.changes_settings(
        name="Next sprint", deck="t-shirts", may_run="everybody", may_reveal="everybody"
    )
    assert len(outbox) == 1
    session = amira.state["session"]
    assert (session["name"], session["deck"]["slug"]) == ("Next sprint", "t-shirts")
    assert session["settings"]["mayRun"] == "everybody"


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"title": "X"}, {"title": ["There is no such setting."]}),
        ({"mayReveal": "everybody"}, {"mayReveal": ["There is no such setting."]}),
        (
            {"may_reveal": "everybody", "zeal": "1", "colour": "red"},
            {
                "colour": ["There is no such setting."],
                "zeal": ["There is no such setting."],
            },
        ),
        (
            {"may_reveal": "nobody"},
            {"may_reveal": ["“mayReveal” is everybody or facilitators."]},
        ),
        ({"may_run": ""}, {"may_run": ["“mayRun” is everybody or facilitators."]}),
        (
            {"may_edit_tasks": "Everybody"},
            {"may_edit_tasks": ["“mayEditTasks” is everybody or facilitators."]},
        ),
        ({"name": " "}, {"name": ["Please type a name."]}),
        (
            {"name": "x" * 81},
            {"name": ["A name has at most 80 characters, not 81."]},
        ),
        ({"deck": "tarot"}, {"deck": ["There is no such deck."]}),
        ({"deck": ""}, {"deck": ["Please choose a deck."]}),
        (
            {"cards": "1,2,3"},
            {"cards": ["Cards need a deck: send deck=custom with them."]},
        ),
        (
            {"deck": "custom", "cards": "1"},
            {"cards": ["Please give 2 to 30 cards, separated by commas."]},
        ),
        (
            {"deck": "custom"},
            {"deck": ["Please give 2 to 30 cards, separated by commas."]},
        ),
    ],
)
def test_what_is_wrong_is_refused_by_name_and_nothing_is_changed(
    amira, outbox, fields, errors
):
    before = PokerSession.objects.values().get()
    answer = amira.posts("settings/", may_manage="everybody", **fields)
    assert answer.status_code == 422
    assert answer.json() == {
        "error": next(iter(errors.values()))[0],
        "code": "invalid-input",
        "params": {},
        "errors": errors,
    }
    assert PokerSession.objects.values().get() == before
    assert outbox == []


def test_the_token_of_a_plain_form_is_no_setting(amira):
    amira.changes_settings(may_run="everybody", csrfmiddlewaretoken="a")
    assert settings_in(amira)["mayRun"] == "everybody"


def test_settings_of_a_later_version_are_kept(amira):
    """After an update was taken back, and made again, they are still there."""
    PokerSession.objects.update(settings={"zeal": 11, "may_run": "everybody"})
    assert settings_in(amira) == DEFAULTS | {"mayRun": "everybody"}
    amira.changes_settings(may_reveal="everybody", name="Next sprint")
    assert PokerSession.objects.get().settings == {
        "zeal": 11,
        "may_run": "everybody",
        "may_reveal": "everybody",
    }


def test_each_setting_is_read_as_its_type():
    rights = settings_of(Rights, {"may_run": "everybody", "unknown": 1})
    assert rights == Rights(may_run=Who.EVERYBODY)
    assert rights.may_run is Who.EVERYBODY


@pytest.mark.usefixtures("pace")
def test_an_app_takes_part_with_a_dataclass(amira, outbox):
    assert settings_in(amira) == DEFAULTS | {"timerSeconds": 0, "isAnonymous": False}
    amira.changes_settings(timer_seconds="60", is_anonymous="on")
    assert settings_in(amira)["timerSeconds"] == 60
    assert settings_in(amira)["isAnonymous"] is True
    amira.changes_settings(is_anonymous="off")
    assert settings_in(amira)["isAnonymous"] is False
    assert len(outbox) == 2
    assert PokerSession.objects.get().settings_of(Pace) == Pace(timer_seconds=60)


@pytest.mark.usefixtures("pace")
@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("timer_seconds", "-1", "“timerSeconds” is a whole number from 0 to 3600."),
        ("timer_seconds", "3601", "“timerSeconds” is a whole number from 0 to 3600."),
        ("timer_seconds", "ten", "“timerSeconds” is a whole number from 0 to 3600."),
        ("timer_seconds", "", "“timerSeconds” is a whole number from 0 to 3600."),
        ("is_anonymous", "true", "“isAnonymous” is on or off."),
        ("is_anonymous", "", "“isAnonymous” is on or off."),
    ],
)
def test_a_number_and_a_switch_have_bounds(amira, field, value, sentence):
    answer = amira.posts("settings/", **{field: value})
    assert answer.status_code == 422
    assert answer.json()["errors"] == {field: [sentence]}


NOTHING = {
    "no setting": lambda amira, jonas, tasks: amira.changes_settings(),
    "the same name": lambda amira, jonas, tasks: amira.changes_settings(
        name=" Payments  refinement "
    ),
    "the same deck": lambda amira, jonas, tasks: amira.changes_settings(
        deck="fibonacci"
    ),
    "the default": lambda amira, jonas, tasks: amira.changes_settings(
        may_reveal="facilitators"
    ),
    "the same right": lambda amira, jonas, tasks: amira.changes_settings(
        may_run="everybody"
    ),
    "one's own name": lambda amira, jonas, tasks: jonas.renames(jonas, " Jonas "),
    "somebody's name": lambda amira, jonas, tasks: amira.renames(jonas, "Jonas"),
    "the same role": lambda amira, jonas, tasks: jonas.changes_role(jonas, "voter"),
    "a facilitator promoted": lambda amira, jonas, tasks: amira.promotes(amira),
    "a voter demoted": lambda amira, jonas, tasks: amira.demotes(jonas),
    "no text": lambda amira, jonas, tasks: amira.edits_task(tasks[0]),
    "the same text": lambda amira, jonas, tasks: amira.edits_task(
        tasks[0], title=" First ", description="Why", link="https://example.org/1"
    ),
    "before itself": lambda amira, jonas, tasks: amira.moves_task(tasks[0], tasks[0]),
    "before the next": lambda amira, jonas, tasks: amira.moves_task(tasks[0], tasks[1]),
    "the last to the end": lambda amira, jonas, tasks: amira.moves_task(tasks[2]),
    "joined twice": lambda amira, jonas, tasks: jonas.joins(
        jonas.session_id, display_name="Another name"
    ),
}


@pytest.mark.parametrize("change", NOTHING)
def test_a_change_of_nothing_tells_nothing(amira, jonas, outbox, change):
    tasks = [
        amira.adds_task("First", description="Why", link="https://example.org/1"),
        amira.adds_task("Second"),
        amira.adds_task("Third"),
    ]
    amira.changes_settings(may_run="everybody")
    before = PokerSession.objects.values().get()
    entries = JournalEntry.objects.count()
    outbox.clear()
    NOTHING[change](amira, jonas, tasks)
    assert outbox == []
    assert PokerSession.objects.values().get() == before
    assert JournalEntry.objects.count() == entries


@pytest.mark.parametrize("stored", ["nobody", None, ["everybody"], 1])
def test_what_cannot_be_read_counts_as_the_default_and_can_be_changed(amira, stored):
    PokerSession.objects.update(settings={"may_reveal": stored, "may_run": stored})
    assert amira.state["session"]["settings"]["mayReveal"] == "facilitators"
    amira.changes_settings(may_reveal="everybody")
    assert amira.state["session"]["settings"]["mayReveal"] == "everybody"
