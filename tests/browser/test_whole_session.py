"""A whole session of four people, as each of them sees it.

Two facilitators, a voter on a phone, and an observer. Each action is checked on the
screens of the others, and none of them is ever reloaded.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.browser_users import PHONE

QUEUE = ["Refund", "Retry", "Export"]
CLOSED = "WebSocket connection to .* failed"


@pytest.mark.parametrize("blocked", [False, True], ids=["live", "slow mode"])
def test_a_team_estimates_its_tasks(person, blocked):
    """Once normally, and once with WebSockets blocked in one of the browsers."""
    amira = person("Amira")
    sofia = person("Sofía")
    jonas = person("Jonas", allowed_errors=CLOSED if blocked else "", **PHONE)
    tom = person("Tom")
    if blocked:
        jonas.context.route_web_socket("**/*", lambda socket: socket.close())
    live = [amira, sofia, tom] if blocked else [amira, sofia, jonas, tom]

    session_id = amira.starts_session()
    for voter in (sofia, jonas):
        voter.joins(session_id)
    tom.joins(session_id, role="observer")
    for somebody in live:
        somebody.is_live()
    if blocked:
        expect(jonas.page.locator(".live")).to_have_text("Slow mode")
    amira.sees_people("Amira", "Sofía", "Jonas")
    amira.sees(re.compile("Observing: .*Tom"))

    amira.promotes(sofia)
    expect(sofia.page.get_by_placeholder("Add a task")).to_be_visible()

    for stage in (the_queue, first_task, second_task, third_task):
        stage(amira, sofia, jonas, tom, live)
        jonas.sees_queue_of(amira)
    members_change(person, session_id, amira, sofia, tom, live)
    the_end(amira, tom, live)
    for somebody in (sofia, jonas):
        somebody.sees_end()
        somebody.sees_people("Amira", "Sofía", "Jonas", "Tomás")


def the_queue(amira, sofia, jonas, tom, live):
    """Filled by two facilitators and reordered; one task is deleted."""
    amira.adds_task("Refund part of an order")
    sofia.adds_task("Export payouts as CSV")
    sofia.adds_task("Rewrite everything")
    sofia.adds_task("Retry failed payments")
    amira.sees_in_queue("Retry failed payments")
    for _ in range(2):
        sofia.moves_up("Retry failed payments")
    amira.deletes_task("Rewrite everything")
    for somebody in live:
        titles = somebody.queue.locator("b")
        expect(titles).to_have_text([re.compile(word) for word in QUEUE])


def first_task(amira, sofia, jonas, tom, live):
    """Votes are cast, changed, taken back and revealed; then the team votes again."""
    amira.starts_vote("Refund part of an order")
    for somebody in live:
        somebody.sees_current_task("Refund part of an order")
        somebody.sees("Round 1")

    jonas.votes("13")
    for other in (amira, sofia, tom):
        other.sees_face("Jonas", "back")
        assert "13" not in (other.page.locator("#table").text_content() or "")
    jonas.votes("8")
    jonas.presses_card("8")
    jonas.sees("Choose a card.")
    for other in (amira, sofia, tom):
        other.sees_face("Jonas", "none")
    jonas.votes("5")
    amira.votes("5")
    tom.sees_face("Amira", "back")
    tom.sees("You are observing, so you have no cards.")

    amira.reveals(missing=1)
    for somebody in live:
        somebody.sees_card("Amira", "5")
        somebody.sees_card("Jonas", "5")
        somebody.sees_face("Sofía", "none")
    expect(jonas.cards).not_to_be_visible()

    sofia.votes_again()
    for somebody in live:
        somebody.sees("Round 2")
        somebody.sees_face("Jonas", "none")
    jonas.votes("3")
    sofia.votes("13")
    amira.votes("5")
    amira.reveals()
    for somebody in live:
        somebody.sees_card("Sofía", "13")
        somebody.sees(re.compile("Let them speak first"))
    amira.finalizes("5")
    for somebody in live:
        somebody.sees_current_task("Retry failed payments")
        somebody.sees_estimate("Refund part of an order", "5")


def second_task(amira, sofia, jonas, tom, live):
    """By the keyboard, and finalized with another card than the suggested one."""
    amira.types("n")
    for somebody in live:
        somebody.sees("Round 1")
    amira.types("1 3")
    amira.sees_saved("13")
    jonas.votes("8")
    tom.sees_face("Amira", "back")
    amira.types("r")
    for somebody in live:
        somebody.sees_card("Amira", "13")
    amira.presses("Another card")
    amira.presses("21", within="#estimates")
    for somebody in live:
        somebody.sees_current_task("Export payouts as CSV")
        somebody.sees_estimate("Retry failed payments", "21")
    amira.types("?")
    amira.sees("vote with that card")
    amira.closes_dialog()


def third_task(amira, sofia, jonas, tom, live):
    """Skipped; then a quick vote that is named later."""
    sofia.starts_vote("Export payouts as CSV")
    jonas.votes("1")
    sofia.skips()
    for somebody in live:
        somebody.sees_current_task("All tasks are done")
    amira.starts_quick_vote()
    for somebody in live:
        somebody.sees_current_task("Quick vote")
    # A slow page may still show the task before.
    jonas.sees_current_task("Quick vote")
    jonas.votes("2")
    amira.sees_face("Jonas", "back")
    amira.presses("Name it")
    amira.page.get_by_label("Title").fill("Clean up the old webhooks")
    amira.presses("Save")
    for somebody in live:
        somebody.sees_current_task("Clean up the old webhooks")
    jonas.sees_saved("2")
    amira.types("r")
    sofia.sees_card("Jonas", "2")
    amira.types("n")
    for somebody in live:
        somebody.sees_current_task("All tasks are done")


def members_change(person, session_id, amira, sofia, tom, live):
    """Members change their role and name, are removed, and demoted."""
    sofia.changes_role(tom, "voter")
    amira.sees_people("Amira", "Sofía", "Jonas", "Tom")
    tom.sees("You can choose a card once voting starts.")
    sofia.renames(tom, "Tomás")
    for somebody in live:
        somebody.sees_people("Amira", "Sofía", "Jonas", "Tomás")

    # Their page may fetch the state before it receives the event of the removal.
    lena = person("Lena", allowed_errors="403")
    lena.joins(session_id)
    sofia.sees_people("Amira", "Sofía", "Jonas", "Tomás", "Lena")
    amira.removes(lena)
    lena.sees(re.compile("You are (no longer|not) in this session"))
    sofia.sees_people("Amira", "Sofía", "Jonas", "Tomás")

    amira.demotes(sofia)
    expect(sofia.page.get_by_placeholder("Add a task")).to_have_count(0)


def the_end(amira, tom, live):
    """Ended, reopened, ended; the report has each round."""
    amira.ends_session()
    for somebody in live:
        somebody.sees_end()
    amira.reopens_session()
    for somebody in live:
        somebody.sees_current_task("All tasks are done")
    amira.ends_session()
    tom.sees_end()

    path = amira.page.get_by_role("link", name="See the report").get_attribute("href")
    assert path
    tom.opens(path)
    tom.sees("Payments refinement")
    report = tom.text()
    assert report.count("Round 2") == 1, "both rounds of the first task are there"
    assert "Lena" not in report
    tom.sees("Its cards are still face down.")
