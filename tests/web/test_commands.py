"""How a command is answered: methods, one order of refusing, one transaction."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, resolve, set_script_prefix

from sessions.journal import JournalEntry
from sessions.models import PokerSession
from tasks.models import Task
from tests.in_process_client import InProcessUser
from voting.models import VotingRound
from web.commands import addresses_in, all_commands

# Commands are known once the addresses are loaded.
assert get_resolver().url_patterns
COMMANDS = {command.name: command for command in all_commands()}
EACH_COMMAND = pytest.mark.parametrize("name", COMMANDS)
NOWHERE = "0" * 16


def address(name, session_id, task_id=NOWHERE, user_id=NOWHERE):
    url = addresses_in(session_id)[name]
    return url.replace("{taskId}", task_id).replace("{userId}", user_id)


def statements(do):
    with CaptureQueriesContext(connection) as queries:
        do()
    return [query["sql"] for query in queries]


def status_and_code(answer):
    return answer.status_code, answer.json()["code"]


# What can be wrong with a request, in the order in which it is refused.
LADDER = [
    ("method", (405, "wrong-method")),
    ("size", (413, "too-large")),
    ("token", (403, "csrf")),
    ("session", (404, "no-session")),
    ("member", (403, "not-a-member")),
    ("subject", (404, "no-task")),
    ("ability", (403, "may-not")),
    ("form", (422, "invalid-input")),
    ("ended", (409, "session-ended")),
    ("rule", (409, "not-revealed")),
]


@pytest.mark.parametrize("mended", range(len(LADDER) + 1))
def test_refusals_come_in_one_order(amira, jonas, outbox, mended):
    """The first faults of the ladder are mended, all others are made at once."""
    right = {fault for fault, _ in LADDER[:mended]}
    task_id = amira.starts_vote()
    if "rule" in right:
        amira.reveals()
    if "ended" not in right:
        amira.ends_session()
    client = Client(enforce_csrf_checks=True, headers={"accept": "application/json"})
    if "member" in right:
        person = amira if "ability" in right else jonas
        client.cookies["member"] = person.client.cookies["member"].value
    client.get("/")
    token = client.cookies["csrftoken"].value if "token" in right else "a" * 64
    url = address(
        "finalize",
        amira.session_id if "session" in right else NOWHERE,
        task_id if "subject" in right else NOWHERE,
    )
    points = "5" if "form" in right else ""
    body = f"story_points={points}" + ("" if "size" in right else "&x=" + "x" * 10**6)
    outbox.clear()
    answer = client.generic(
        "POST" if "method" in right else "PUT",
        url,
        body,
        content_type="application/x-www-form-urlencoded",
        headers={"X-CSRFToken": token},
    )
    if mended == len(LADDER):
        assert (answer.status_code, answer.content) == (204, b"")
        assert [published.type for published in outbox] == ["task-finalized"]
    else:
        assert status_and_code(answer) == LADDER[mended][1]
        assert outbox == []


MEMBERS_LADDER = [
    ("subject", (404, "no-member")),
    ("ability", (403, "may-not")),
    ("form", (422, "invalid-input")),
    ("ended", (409, "session-ended")),
    ("rule", (409, "name-taken")),
]


@pytest.mark.parametrize("mended", range(len(MEMBERS_LADDER) + 1))
def test_commands_about_members_refuse_in_the_same_order(amira, jonas, tom, mended):
    right = {fault for fault, _ in MEMBERS_LADDER[:mended]}
    user_id = tom.user_id if "subject" in right else NOWHERE
    if "ended" not in right:
        amira.ends_session()
    name = "Tomás" if "rule" in right else "AMIRA"
    person = amira if "ability" in right else jonas
    answer = person.posts(
        f"members/{user_id}/rename/", display_name=name if "form" in right else " "
    )
    if mended == len(MEMBERS_LADDER):
        assert answer.status_code == 204
    else:
        assert status_and_code(answer) == MEMBERS_LADDER[mended][1]


METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "NONSENSE"]


@EACH_COMMAND
def test_a_command_takes_post_alone(amira, outbox, name):
    url = address(name, amira.session_id)
    with CaptureQueriesContext(connection) as queries:
        answers = {
            method: amira.client.generic(method, url, headers={"accept": accept})
            for method in METHODS
            for accept in ["application/json", "text/html"]
        }
    for method, answer in answers.items():
        assert (answer.status_code, answer["Allow"]) == (405, "POST"), method
        assert bool(answer.content) == (method != "HEAD")
    assert list(queries) == []
    assert outbox == []


@pytest.mark.parametrize(
    "path", ["", "state/", "report/", "invite.svg", "tasks/{task}/"]
)
@pytest.mark.parametrize("method", ["POST", "OPTIONS", "PUT", "DELETE"])
def test_what_is_read_is_not_written_to(amira, path, method):
    path = path.format(task=amira.adds_task())
    answer = amira.client.generic(method, amira.room + path)
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    head = amira.client.head(amira.room + path)
    assert head.status_code == 200
    assert head.content == b""


@EACH_COMMAND
@pytest.mark.parametrize("cookie", [None, "malformed"])
def test_without_an_identity_nothing_is_locked(stranger, name, cookie):
    if cookie:
        stranger.client.cookies["member"] = cookie
    for session_id, refusal in [
        (stranger.session_id, (403, "not-a-member")),
        (NOWHERE, (404, "no-session")),
    ]:
        with CaptureQueriesContext(connection) as queries:
            answer = stranger.client.post(address(name, session_id))
        assert status_and_code(answer) == refusal
        [read] = [query["sql"] for query in queries]
        assert read.startswith("SELECT")
        assert "FOR UPDATE" not in read


def test_somebody_of_another_session_is_a_stranger(amira, outbox):
    other = InProcessUser("Other")
    other.starts_session()
    for name in COMMANDS:
        answer = other.client.post(address(name, amira.session_id))
        assert status_and_code(answer) == (403, "not-a-member"), name
    assert outbox == []


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("vote", {"card": "5", "key": "tab:1"}),
        ("add-task", {"title": "Another"}),
        ("reveal", {}),
        ("rename", {"display_name": "Amira B."}),
        ("change-settings", {"name": "Next sprint", "may_run": "everybody"}),
        ("end", {}),
        ("leave", {}),
    ],
)
def test_a_command_is_one_transaction(amira, jonas, outbox, name, fields):
    task_id, user_id = amira.starts_vote(), amira.user_id
    url = address(name, amira.session_id, task_id, user_id)
    outbox.clear()
    executed = statements(lambda: amira.client.post(url, fields))
    assert outbox, "it was done"
    assert executed.count("COMMIT") == 1
    assert "ROLLBACK" not in executed
    begins = [each for each in executed if each.startswith("BEGIN")]
    assert len(begins) <= 1
    writes = ("INSERT", "UPDATE", "DELETE")
    assert not any(
        each.startswith(writes) for each in executed[executed.index("COMMIT") :]
    )


def test_a_refused_command_writes_nothing(amira, jonas, outbox):
    task_id = amira.starts_vote()
    amira.reveals()
    outbox.clear()
    journal = JournalEntry.objects.count()
    url = address("vote", amira.session_id, task_id)
    executed = statements(lambda: jonas.client.post(url, {"card": "5", "key": "tab:1"}))
    assert "ROLLBACK" in executed
    assert "COMMIT" not in executed
    assert outbox == []
    assert JournalEntry.objects.count() == journal
    # Nor was the key taken: the same one counts in the next round.
    amira.votes_again()
    jonas.votes("5", key="tab:1")
    assert jonas.vote == "5"


def test_what_fails_half_way_is_not_done_at_all(amira, outbox, monkeypatch):
    version = amira.state["version"]
    journal = JournalEntry.objects.count()

    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("voting.actions.round_data", fail)
    with pytest.raises(RuntimeError):
        amira.posts("quick-vote/", title="Half")
    assert not Task.objects.exists()
    assert not VotingRound.objects.exists()
    assert PokerSession.objects.get().version == version
    assert JournalEntry.objects.count() == journal
    assert outbox == []


def test_the_page_knows_the_address_of_each_command(amira):
    addresses = amira.gets().context["room_config"]["commands"]
    assert list(addresses) == list(COMMANDS)
    for name, url in addresses.items():
        assert url.startswith(amira.room)
        real = url.replace("{taskId}", NOWHERE).replace("{userId}", NOWHERE)
        assert "{" not in real
        assert resolve(real).url_name == name


def test_addresses_follow_the_path_that_the_product_is_served_under(amira):
    try:
        set_script_prefix("/poker/")
        url = addresses_in(amira.session_id)["leave"]
    finally:
        set_script_prefix("/")
    assert url == f"/poker{amira.room}leave/"
    assert addresses_in(amira.session_id)["leave"] == f"{amira.room}leave/"
