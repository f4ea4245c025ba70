"""Pages that are open during the update, with the scripts of before, show a link."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.http_client import HttpUser
from tests.serving import ROOT, Server

pytestmark = [pytest.mark.process, pytest.mark.database]

HERE = Path(__file__).parent
PATIENCE_SECONDS = 60


def as_it_was(state):
    """A state in the shape of contract 1."""
    [voting_round] = state["rounds"]
    kept = ("version", "serverTime", "session", "members")
    return {
        **{name: state[name] for name in kept},
        "me": {**state["me"], "vote": None},
        "tasks": [{**task, "description": ""} for task in state["tasks"]],
        "round": voting_round,
    }


@pytest.fixture
def open_old_page(tmp_path):
    """Open it: what it shows in the end."""
    scripts = tmp_path / "scripts"
    shutil.copytree(HERE / "contract_1_scripts", scripts)
    (scripts / "vendor").symlink_to(ROOT / "static" / "vendor")
    (scripts / "package.json").write_text('{"type": "module"}')
    shutil.copy(HERE / "open_old_page.mjs", scripts)

    def open_old_page(person, room, events):
        cookies = person.http.cookies
        told = {
            "address": person.address,
            "cookie": "; ".join(f"{each.name}={each.value}" for each in cookies),
            "token": cookies["csrftoken"],
            "room": room,
            "events": events,
            "happyDom": str(ROOT / "node_modules" / "happy-dom" / "lib" / "index.js"),
        }
        outcome = subprocess.run(
            ["node", scripts / "open_old_page.mjs"],
            input=json.dumps(told),
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        assert outcome.returncode == 0, outcome.stderr
        return json.loads(outcome.stdout)

    return open_old_page


def test_an_old_page_keeps_its_vote_and_ends_with_a_link(tmp_path, open_old_page):
    with Server(tmp_path).running() as server:
        amira = HttpUser("Amira", server.address)
        amira.starts_session()
        jonas = HttpUser("Jonas", server.address).joins(amira.session_id)
        first = amira.starts_vote()
        before = as_it_was(jonas.state)
        with jonas.subscribed() as recorder:
            # What the scripts of then know in another form, or not at all.
            second = amira.adds_task("Second")
            amira.moves_task(second, before=first)
            amira.sends_heartbeat("laptop", "hidden")
            events = [
                {"type": event["event"], "data": event["data"]}
                for event in recorder.receive_all()
            ]
        shown = open_old_page(jonas, before, events)

        assert {event["type"] for event in events} >= {"task-added", "tasks-reordered"}
        assert shown["status"] == "saved"
        assert amira.round["votedUserIds"] == [jonas.user_id]
        assert shown["gone"]["code"] == "out-of-date"
        assert "This page is out of date. Reload it." in shown["text"]
        assert jonas.room in shown["links"]
