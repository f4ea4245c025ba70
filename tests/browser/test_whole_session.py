"""A whole session of four people, as each of them sees it.

Two facilitators, a voter on a phone, and an observer. Whoever does something, it is
the others' screens that are looked at, and none of them is ever loaded again.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import PHONE

QUEUE = ["Refund", "Retry", "Export"]
CLOSED = "WebSocket connection to .* failed"


@pytest.mark.parametrize("blocked", [False, True], ids=["live", "slow mode"])
def test_a_team_estimates_its_tasks(person, blocked):
    """Once as it should be, and once with WebSockets blocked in one of the browsers."""
    amira = person("Amira")
    sofia = person("Sofía")
    jonas = person("Jonas", may_complain_of=CLOSED if blocked else "", **PHONE)
    tom = person("Tom")
    if blocked:
        jonas.context.route_web_socket("**/*", lambda socket: socket.close())
    live = [amira, sofia, tom] if blocked else [amira, sofia, jonas, tom]

    link = amira.starts_a_session("Payments refinement")
    for voter in (sofia, jonas):
        voter.joins(link)
    tom.joins(link, watching=True)
    for somebody in live:
        somebody.is_live()
    if blocked:
        expect(jonas.page.locator(".live")).to_have_text("Slow mode")
    amira.sees_people("Amira", "Sofía", "Jonas")
    amira.sees(re.compile("Observing: .*Tom"))

    amira.changes("Sofía").get_by_role("button", name="Make facilitator").click()
    amira.closes_the_dialog()
    expect(sofia.page.get_by_placeholder("Add a task")).to_be_visible()

    for stage in (the_queue, first_task, second_task, third_task):
        stage(amira, sofia, jonas, tom, live)
        jonas.sees_the_queue_of(amira)
    people_come_and_go(person, link, amira, sofia, tom, live)
    the_end(amira, tom, live)
    for somebody in (sofia, jonas):
        somebody.has_in_hand("This session has ended")
        somebody.sees_people("Amira", "Sofía", "Jonas", "Tomás")


def the_queue(amira, sofia, jonas, tom, live):
    """Filled by two facilitators, put in order, and one task thrown out."""
    amira.adds_a_task("Refund part of an order")
    sofia.adds_a_task("Export payouts as CSV")
    sofia.adds_a_task("Rewrite everything")
    sofia.adds_a_task("Retry failed payments")
    amira.has_in_queue("Retry failed payments")
    for _ in range(2):
        sofia.moves_up("Retry failed payments")
    row = amira.edits("Rewrite everything")
    row.get_by_role("button", name="Delete…").click()
    row.get_by_role("button", name="Delete task").click()
    for somebody in live:
        titles = somebody.queue.locator("b")
        expect(titles).to_have_text([re.compile(word) for word in QUEUE])


def first_task(amira, sofia, jonas, tom, live):
    """Laid, swapped, taken back, revealed with one missing, and voted on again."""
    amira.presses("Start: Refund part of an order")
    for somebody in live:
        somebody.has_in_hand("Refund part of an order")
        somebody.sees("Round 1")

    jonas.lays("13")
    for other in (amira, sofia, tom):
        other.sees_face("Jonas", "back")
        assert "13" not in (other.page.locator("#table").text_content() or "")
    jonas.lays("8")
    jonas.hand.get_by_role("button", name="8", exact=True).click()
    jonas.sees("Choose a card.")
    for other in (amira, sofia, tom):
        other.sees_face("Jonas", "none")
    jonas.lays("5")
    amira.lays("5")
    tom.sees_face("Amira", "back")
    tom.sees("You are observing, so you have no cards.")

    amira.presses("Reveal, 1 missing")
    for somebody in live:
        somebody.sees_card("Amira", "5")
        somebody.sees_card("Jonas", "5")
        somebody.sees_face("Sofía", "none")
    expect(jonas.page.get_by_role("group", name="Your cards")).not_to_be_visible()

    sofia.presses("Vote again")
    for somebody in live:
        somebody.sees("Round 2")
        somebody.sees_face("Jonas", "none")
    jonas.lays("3")
    sofia.lays("13")
    amira.lays("5")
    amira.presses("Reveal")
    for somebody in live:
        somebody.sees_card("Sofía", "13")
        somebody.sees(re.compile("Let them speak first"))
    amira.presses("Agree on 5")
    for somebody in live:
        somebody.has_in_hand("Retry failed payments")
        somebody.sees_estimate("Refund part of an order", "5")


def second_task(amira, sofia, jonas, tom, live):
    """By the keyboard, and agreed on another card than the suggested one."""
    amira.types("n")
    for somebody in live:
        somebody.sees("Round 1")
    amira.types("1 3")
    amira.sees("13 is saved, face down.")
    jonas.lays("8")
    tom.sees_face("Amira", "back")
    amira.types("r")
    for somebody in live:
        somebody.sees_card("Amira", "13")
    amira.presses("Another card")
    amira.presses("21", within="#estimates")
    for somebody in live:
        somebody.has_in_hand("Export payouts as CSV")
        somebody.sees_estimate("Retry failed payments", "21")
    amira.types("?")
    amira.sees("vote with that card")
    amira.closes_the_dialog()


def third_task(amira, sofia, jonas, tom, live):
    """Skipped, and a quick vote that gets its name later."""
    sofia.presses("Start: Export payouts as CSV")
    jonas.lays("1")
    sofia.presses("Skip")
    for somebody in live:
        somebody.has_in_hand("All tasks are done")
    amira.presses("Start a vote")
    for somebody in live:
        somebody.has_in_hand("Quick vote")
    # A slow page may still be at the task before, whose round is over.
    jonas.has_in_hand("Quick vote")
    jonas.lays("2")
    amira.sees_face("Jonas", "back")
    amira.presses("Name it")
    amira.page.get_by_label("Title").fill("Clean up the old webhooks")
    amira.presses("Save")
    for somebody in live:
        somebody.has_in_hand("Clean up the old webhooks")
    jonas.sees("2 is saved, face down.")
    amira.types("r")
    sofia.sees_card("Jonas", "2")
    amira.types("n")
    for somebody in live:
        somebody.has_in_hand("All tasks are done")


def people_come_and_go(person, link, amira, sofia, tom, live):
    """Renamed, watching, voting, removed; facilitators made and unmade."""
    row = sofia.changes("Tom")
    row.get_by_role("button", name="Vote instead").click()
    amira.sees_people("Amira", "Sofía", "Jonas", "Tom")
    tom.sees("You can choose a card once voting starts.")
    row.get_by_label("Name").fill("Tomás")
    row.get_by_role("button", name="Rename").click()
    for somebody in live:
        somebody.sees_people("Amira", "Sofía", "Jonas", "Tomás")
    sofia.closes_the_dialog()

    # Her page may ask for the state before it hears that she was removed.
    lena = person("Lena", may_complain_of="403")
    lena.joins(link)
    sofia.sees_people("Amira", "Sofía", "Jonas", "Tomás", "Lena")
    row = amira.changes("Lena")
    row.get_by_role("button", name="Remove…").click()
    row.get_by_role("button", name="Remove", exact=True).click()
    amira.closes_the_dialog()
    lena.sees(re.compile("You are (no longer|not) in this session"))
    sofia.sees_people("Amira", "Sofía", "Jonas", "Tomás")

    amira.changes("Sofía").get_by_role("button", name="Remove facilitator role").click()
    amira.closes_the_dialog()
    expect(sofia.page.get_by_placeholder("Add a task")).to_have_count(0)


def the_end(amira, tom, live):
    """Ended, reopened, ended; the report has each round."""
    amira.chooses("End the session…")
    amira.presses("End session")
    for somebody in live:
        somebody.has_in_hand("This session has ended")
    amira.chooses("Reopen the session")
    for somebody in live:
        somebody.has_in_hand("All tasks are done")
    amira.chooses("End the session…")
    amira.presses("End session")
    tom.has_in_hand("This session has ended")

    path = amira.page.get_by_role("link", name="See the report").get_attribute("href")
    assert path
    tom.opens(path)
    tom.sees("Payments refinement")
    report = tom.text()
    assert report.count("Round 2") == 1, "both rounds of the first task are there"
    assert "Lena" not in report
    tom.sees("Its cards are still face down.")
