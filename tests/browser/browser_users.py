"""People who take part on the pages themselves, in Chromium."""

import re
from copy import copy
from typing import Any, Self
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Response,
    expect,
)

from tests.people import Person

PATIENCE_MS = 30_000
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
WIDE = {"viewport": {"width": 1440, "height": 900}}
NO_BODY = {204, 304}
# Unicode's isolates, which keep the direction of a name in a sentence to itself.
ISOLATES = re.compile("[\u2066-\u2069]")
# The join page has the room's address, so only the room's content tells them apart.
COUNT_ROOMS = """
addEventListener("DOMContentLoaded", () => {
  if (document.getElementById("room"))
    sessionStorage.rooms = Number(sessionStorage.rooms ?? 0) + 1;
});
"""

expect.set_options(timeout=PATIENCE_MS)


class BrowserUser(Person):
    """Somebody with a page; ``task`` is a title, and other people are their names.

    Requests, console messages and content security policies are recorded.
    """

    def __init__(
        self, name: str, browser: Browser, address: str, **options: Any
    ) -> None:
        super().__init__(name)
        self.address = address
        self.context = browser.new_context(**(WIDE | options))
        self.context.set_default_timeout(PATIENCE_MS)
        self.console_errors: list[str] = []
        self.requested: list[str] = []
        self.policies: dict[str, str] = {}
        self.context.add_init_script(COUNT_ROOMS)
        self.page = self._new_page()

    def _new_page(self) -> Page:
        page = self.context.new_page()
        page.on("console", self._record_message)
        page.on("pageerror", lambda error: self.console_errors.append(str(error)))
        page.on("request", lambda request: self.requested.append(request.url))
        page.on("websocket", lambda socket: self.requested.append(socket.url))
        page.on("response", self._record_policy)
        return page

    def _record_message(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.console_errors.append(message.text)

    def _record_policy(self, response: Response) -> None:
        is_page = response.headers.get("content-type", "").startswith("text/html")
        if is_page and response.status not in NO_BODY:
            policy = response.headers.get("content-security-policy", "")
            self.policies[response.url] = policy

    def close_and_check(
        self, allowed_errors: str = "", allowed_host: str | None = None
    ) -> None:
        """No error in the console, no reload of a room, no request to other hosts."""
        rooms = self.page.evaluate("Number(sessionStorage.rooms ?? 0)")
        self.context.close()
        assert rooms <= 1, f"{self.name}'s room was loaded again"
        own = urlsplit(self.address).netloc
        addresses = map(urlsplit, self.requested)
        foreign = [
            address.geturl()
            for address in addresses
            if address.netloc not in {own, ""} and address.hostname != allowed_host
        ]
        assert not foreign, f"{self.name}: {foreign}"
        for url, policy in self.policies.items():
            assert "default-src 'none'" in policy, url
            assert "unsafe" not in policy, url
        allowed = re.compile(allowed_errors or "nothing")
        unexpected = [each for each in self.console_errors if not allowed.search(each)]
        assert not unexpected, f"{self.name}: {unexpected}"

    # The verbs of all people.

    def starts_session(
        self, name: str = "Payments refinement", deck: str = "fibonacci"
    ) -> str:
        self.opens("/")
        self.page.get_by_role("textbox", name="Session").fill(name)
        self.page.get_by_label("Your name").fill(self.name)
        self.page.get_by_label("Cards", exact=True).select_option(deck)
        self.presses("Start the session")
        link = self.page.locator(".alone input").input_value()
        self.session_id = link.split("/")[-2]
        assert link == self.address + self.room
        return self.session_id

    def joins(self, session_id: str, role: str = "voter") -> Self:
        self.session_id = session_id
        self.opens(self.room)
        self.page.get_by_label("Your name").fill(self.name)
        if role == "observer":
            self.page.get_by_text("observe", exact=True).click()
        self.presses("Join")
        return self

    def leaves(self) -> None:
        self.chooses("Leave…")
        self.presses("Leave")

    def ends_session(self) -> None:
        self.chooses("End the session…")
        self.presses("End session")

    def reopens_session(self) -> None:
        self.chooses("Reopen the session")

    def renames(self, member: Person, name: str) -> None:
        self.opens_member(member).get_by_label("Name").fill(name)
        self._presses_in_dialog("Rename")

    def changes_role(self, member: Person, role: str) -> None:
        self.opens_member(member)
        verb = "Vote" if role == "voter" else "Observe"
        self._presses_in_dialog(f"{verb} instead")

    def promotes(self, member: Person) -> None:
        self.opens_member(member)
        self._presses_in_dialog("Make facilitator")

    def demotes(self, member: Person) -> None:
        self.opens_member(member)
        self._presses_in_dialog("Remove facilitator role")

    def removes(self, member: Person) -> None:
        self.opens_member(member)
        self._presses_in_dialog("Remove…", "Remove")

    def adds_task(self, title: str = "Refund part of an order") -> str:
        field = self.page.get_by_placeholder("Add a task")
        field.fill(title)
        field.press("Enter")
        self.sees_in_queue(title)
        field.blur()
        return title

    def deletes_task(self, task: str) -> None:
        form = self.opens_task(task)
        form.get_by_role("button", name="Delete…").click()
        self.presses("Delete task", within="dialog[open]")

    def starts_vote(self, task: str = "") -> str:
        task = task or self.adds_task()
        self.presses(f"Start: {task}")
        return task

    def starts_quick_vote(self) -> None:
        self.presses("Start a vote")

    def votes(self, card: str) -> None:
        """Wait until the card is saved."""
        self.presses_card(card)
        self.sees_saved(card)

    def reveals(self, missing: int = 0) -> None:
        self.presses(f"Reveal, {missing} missing" if missing else "Reveal")

    def votes_again(self) -> None:
        self.presses("Vote again")

    def finalizes(self, story_points: str) -> None:
        """The suggested card."""
        self.presses(f"Agree on {story_points}")

    def skips(self) -> None:
        self.presses("Skip")

    # What only a page offers.

    def opens_another_tab(self) -> Self:
        """In the same browser, but nothing of it is recorded."""
        tab = copy(self)
        tab.page = self.context.new_page()
        tab.opens(self.room)
        tab.is_live()
        return tab

    def opens(self, path: str) -> None:
        self.page.goto(self.address + path)

    def presses(self, name: str | re.Pattern[str], within: str = "body") -> None:
        place = self.page.locator(within)
        exact = isinstance(name, str)
        place.get_by_role("button", name=name, exact=exact).click()

    def presses_card(self, card: str) -> None:
        """Choose a card; press the chosen one to take the vote back."""
        self.cards.get_by_role("button", name=card, exact=True).click()

    def types(self, keys: str) -> None:
        """On the keyboard, with no field focused."""
        for key in keys.split():
            self.page.keyboard.press(key)

    def moves_up(self, title: str) -> None:
        """By the keyboard, one place."""
        places = self.queue.locator("b")
        place = places.all_inner_texts().index(title)
        self.queue.nth(place).get_by_role("button").press("Alt+ArrowUp")
        expect(places.nth(place - 1)).to_have_text(title)

    def opens_task(self, title: str) -> Locator:
        """The task's form, which replaces its row in the queue."""
        self.queue.filter(has_text=title).get_by_role("button").click()
        return self.page.get_by_role("form", name="Edit task")

    def _presses_in_dialog(self, *names: str) -> None:
        for name in names:
            self.presses(name, within="dialog[open]")
        self.closes_dialog()

    def chooses(self, item: str) -> None:
        """From the menu."""
        self.presses("Menu")
        self.presses(item, within="#menu")

    def opens_member(self, member: Person) -> Locator:
        """The member's row in the dialog of people, with what can be changed."""
        self.presses(re.compile("^People"), within=".bar")
        row = self.page.locator("dialog .people > li").filter(has_text=member.name)
        row.get_by_role("button", name=re.compile("^Edit")).click()
        return row

    def closes_dialog(self) -> None:
        self.page.keyboard.press("Escape")
        expect(self.page.locator("dialog[open]")).to_have_count(0)

    # What a page shows.

    @property
    def cards(self) -> Locator:
        return self.page.get_by_role("group", name="Your cards")

    @property
    def queue(self) -> Locator:
        return self.page.locator(".queue ol > li")

    def seat(self, name: str) -> Locator:
        return self.page.locator(".seat").filter(has_text=name)

    def is_live(self) -> None:
        expect(self.page.locator(".live")).to_have_text("Live")

    def is_not_live(self) -> None:
        expect(self.page.locator(".live")).not_to_have_text("Live")

    def sees(self, text: str | re.Pattern[str]) -> None:
        shown = self.page.get_by_text(text).filter(visible=True)
        expect(shown.first).to_be_visible()

    def does_not_see(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_text(text).filter(visible=True)).to_have_count(0)

    def sees_saved(self, card: str) -> None:
        self.sees(f"{card} is saved, face down.")

    def sees_current_task(self, title: str) -> None:
        expect(self.page.locator(".task h2")).to_have_text(title)

    def sees_end(self) -> None:
        self.sees_current_task("This session has ended")

    def sees_in_queue(self, title: str) -> None:
        expect(self.queue.filter(has_text=title)).to_have_count(1)

    def sees_face(self, name: str, face: str) -> None:
        """Which side of somebody's card: "none", "back", or "front"."""
        card = self.seat(name).locator(".card")
        expect(card).to_have_attribute("data-face", face)

    def sees_card(self, name: str, card: str) -> None:
        self.sees_face(name, "front")
        expect(self.seat(name).locator(".front")).to_have_text(card)

    def sees_estimate(self, title: str, points: str) -> None:
        points_of_task = self.queue.filter(has_text=title).locator(".points")
        expect(points_of_task).to_contain_text(points)

    def sees_queue_of(self, other: "BrowserUser") -> None:
        rows = other.queue.evaluate_all("rows => rows.map(row => row.textContent)")
        expect(self.queue).to_have_text(rows)

    def sees_people(self, *names: str) -> None:
        """At the table, in this order."""
        expect(self.page.locator(".seat .name bdi")).to_have_text(list(names))

    def text(self) -> str:
        """Everything in the page, hidden parts too."""
        return ISOLATES.sub("", self.page.locator("body").text_content() or "")
