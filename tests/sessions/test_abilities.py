"""Who may what: facilitators, or everybody where a setting says so."""

import pytest
from django.urls import get_resolver

from sessions.abilities import Ability
from sessions.models import PokerSession
from tests.in_process_client import InProcessUser
from web.commands import addresses_in, all_commands

assert get_resolver().url_patterns
# What each setting opens, by the name of the ability.
OPENED_BY = {
    "may_reveal": "reveal",
    "may_run": "run",
    "may_edit_tasks": "editTasks",
    "may_manage": "manage",
}
ALL = ["vote", "reveal", "run", "editTasks", "manage"]


def may(person):
    return person.state["me"]["may"]


@pytest.fixture
def people(amira, jonas, tom):
    """A facilitator, a voter, an observer; in the queue is a task."""
    amira.adds_task()
    return {"facilitator": amira, "voter": jonas, "observer": tom}


def test_a_facilitator_may_all_and_everybody_else_at_most_vote(people):
    assert {who: may(person) for who, person in people.items()} == {
        "facilitator": ALL,
        "voter": ["vote"],
        "observer": [],
    }


def test_a_facilitator_who_observes_does_not_vote(amira, people):
    amira.changes_role(amira, "observer")
    assert may(amira) == ALL[1:]
    amira.starts_vote()
    path = f"tasks/{amira.current_task}/vote/"
    answer = amira.posts(path, card="5")
    assert answer.status_code == 403
    assert answer.json() == {
        "error": "Observers do not vote. Become a voter first.",
        "code": "may-not",
        "params": {"ability": "vote"},
    }


@pytest.mark.parametrize(("setting", "ability"), OPENED_BY.items())
def test_each_setting_opens_one_ability_to_everybody(amira, people, setting, ability):
    amira.changes_settings(**{setting: "everybody"})
    assert may(people["voter"]) == ["vote", ability]
    assert may(people["observer"]) == [ability]
    assert may(amira) == ALL
    amira.changes_settings(**{setting: "facilitators"})
    assert may(people["voter"]) == ["vote"]
    assert may(people["observer"]) == []


@pytest.mark.parametrize("opened", [None, *OPENED_BY])
@pytest.mark.parametrize("who", ["voter", "observer"])
def test_what_one_may_not_is_refused_by_each_command(people, who, opened):
    """As ``me.may`` says: each command asks for one ability, or for none."""
    poker_session = PokerSession.objects.get()
    poker_session.settings = {opened: "everybody"} if opened else {}
    # Whatever is permitted is then refused by its form, or by the session.
    poker_session.ended_at = poker_session.created_at
    poker_session.save()
    person = people[who]
    abilities = may(person)
    lacking = {
        command.name: command.ability
        for command in all_commands()
        if command.ability and command.ability not in abilities
    }
    permitted = {"leave", "reopen"} - set(lacking)
    for name, url in addresses_in(person.session_id).items():
        if name in permitted:
            continue
        [task] = person.state["tasks"]
        url = url.replace("{taskId}", task["taskId"])
        url = url.replace("{userId}", people["facilitator"].user_id)
        answer = person.client.post(url)
        if name in lacking:
            assert answer.status_code == 403, name
            assert answer.json()["code"] == "may-not"
            assert answer.json()["params"] == {"ability": lacking[name]}
        else:
            assert answer.status_code in {409, 422}, name
    assert lacking


def test_observers_do_what_is_opened_to_everybody(amira, people):
    tom = people["observer"]
    amira.changes_settings(**dict.fromkeys(OPENED_BY, "everybody"))
    task_id = tom.adds_task("Tom's")
    tom.moves_task(task_id, tom.state["tasks"][0]["taskId"])
    tom.starts_vote(task_id)
    people["voter"].votes("5")
    tom.reveals()
    tom.finalizes("5")
    tom.changes_settings(name="Tom's session")
    tom.promotes(people["voter"])
    assert may(people["voter"]) == ALL
    tom.ends_session()
    tom.reopens_session()
    assert tom.is_refused(f"tasks/{task_id}/vote/", card="5") == (403, "may-not")


def test_a_right_is_lost_with_the_facilitators_role(amira, people):
    jonas = people["voter"]
    amira.promotes(jonas)
    assert may(jonas) == ALL
    amira.demotes(jonas)
    assert may(jonas) == ["vote"]
    assert jonas.is_refused("quick-vote/") == (403, "may-not")


def test_one_still_may_the_same_in_an_ended_session(amira, people):
    before = {who: may(person) for who, person in people.items()}
    amira.ends_session()
    assert {who: may(person) for who, person in people.items()} == before


def test_each_command_asks_for_one_ability_or_none():
    asked: dict[str, set[str]] = {}
    for command in all_commands():
        asked.setdefault(command.ability, set()).add(command.name)
    assert asked == {
        "": {"leave"},
        "vote": {"vote"},
        "reveal": {"reveal"},
        "run": {"start", "quick-vote", "revote", "finalize", "skip"},
        "editTasks": {"add-task", "edit-task", "move-task", "delete-task"},
        "manage": {
            "end",
            "reopen",
            "change-settings",
            "rename",
            "change-role",
            "promote",
            "demote",
            "remove",
        },
    }
    assert [ability.value for ability in Ability] == ALL


def test_everybody_may_change_themselves_and_go(people):
    tom = people["observer"]
    tom.renames(tom, "Tomás")
    tom.changes_role(tom, "voter")
    tom.leaves()
    assert InProcessUser("Tomás").joins(people["voter"].session_id)
