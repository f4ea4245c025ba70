"""People who use the product with their eyes and hands."""

import re
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Response,
    expect,
)

PATIENCE_MS = 30_000
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
WIDE = {"viewport": {"width": 1440, "height": 900}}
NO_BODY = {204, 304}
# Names in sentences stand between marks that keep their direction to themselves.
ISOLATES = re.compile("[\u2066-\u2069]")
# The door has the room's address, so only the room's own content tells them apart.
COUNT_ROOMS = """
addEventListener("DOMContentLoaded", () => {
  if (document.getElementById("room"))
    sessionStorage.rooms = Number(sessionStorage.rooms ?? 0) + 1;
});
"""

expect.set_options(timeout=PATIENCE_MS)


class Person:
    """Somebody with a browser of her own, of which everything is noted."""

    def __init__(
        self, name: str, browser: Browser, address: str, **options: Any
    ) -> None:
        self.name = name
        self.address = address
        self.context = browser.new_context(**(WIDE | options))
        self.context.set_default_timeout(PATIENCE_MS)
        self.complaints: list[str] = []
        self.requested: list[str] = []
        self.policies: dict[str, str] = {}
        self.context.add_init_script(COUNT_ROOMS)
        self.page = self._new_page()

    def _new_page(self) -> Page:
        page = self.context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requested.append(request.url))
        page.on("websocket", lambda socket: self.requested.append(socket.url))
        page.on("response", self._note_policy)
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _note_policy(self, response: Response) -> None:
        is_page = response.headers.get("content-type", "").startswith("text/html")
        if is_page and response.status not in NO_BODY:
            policy = response.headers.get("content-security-policy", "")
            self.policies[response.url] = policy

    def went_well(self, may_complain_of: str) -> None:
        """No complaint of the browser, no reload of a room, no request to strangers."""
        rooms = self.page.evaluate("Number(sessionStorage.rooms ?? 0)")
        self.context.close()
        assert rooms <= 1, f"{self.name}'s room was loaded again"
        own = urlsplit(self.address).netloc
        foreign = [
            url for url in self.requested if urlsplit(url).netloc not in {own, ""}
        ]
        assert not foreign, f"{self.name}: {foreign}"
        for url, policy in self.policies.items():
            assert "default-src 'none'" in policy, url
            assert "unsafe" not in policy, url
        expected = re.compile(may_complain_of or "nothing")
        unexpected = [each for each in self.complaints if not expected.search(each)]
        assert not unexpected, f"{self.name}: {unexpected}"

    # What she does.

    def opens(self, path: str) -> None:
        self.page.goto(self.address + path)

    def starts_a_session(self, name: str, deck: str = "fibonacci") -> str:
        """The room's address, as the invitation's link has it."""
        self.opens("/")
        self.page.get_by_role("textbox", name="Session").fill(name)
        self.page.get_by_label("Your name").fill(self.name)
        self.page.get_by_label("Cards", exact=True).select_option(deck)
        self.presses("Start the session")
        self.is_live()
        return str(self.page.locator(".alone input").input_value())

    def joins(self, link: str, *, watching: bool = False) -> "Person":
        self.page.goto(link)
        self.page.get_by_label("Your name").fill(self.name)
        if watching:
            self.page.get_by_text("observe", exact=True).click()
        self.presses("Join")
        return self

    def presses(self, name: str | re.Pattern[str], within: str = "body") -> None:
        place = self.page.locator(within)
        exact = isinstance(name, str)
        place.get_by_role("button", name=name, exact=exact).click()

    def types(self, keys: str) -> None:
        """On the keyboard, with no field in the way."""
        for key in keys.split():
            self.page.keyboard.press(key)

    def lays(self, card: str) -> None:
        self.hand.get_by_role("button", name=card, exact=True).click()
        self.sees(f"{card} is saved, face down.")

    def adds_a_task(self, title: str) -> None:
        field = self.page.get_by_placeholder("Add a task")
        field.fill(title)
        field.press("Enter")
        self.has_in_queue(title)
        field.blur()

    def moves_up(self, title: str) -> None:
        """By the keyboard, one place."""
        places = self.queue.locator("b")
        place = places.all_inner_texts().index(title)
        self.queue.nth(place).get_by_role("button").press("Alt+ArrowUp")
        expect(places.nth(place - 1)).to_have_text(title)

    def edits(self, title: str) -> Locator:
        """The task's form, which takes its row's place in the queue."""
        self.queue.filter(has_text=title).get_by_role("button").click()
        return self.page.get_by_role("form", name="Edit task")

    def chooses(self, item: str) -> None:
        """From the menu."""
        self.presses("Menu")
        self.presses(item, within="#menu")

    def changes(self, name: str) -> Locator:
        """What can be changed about somebody, in the dialog of people."""
        if not self.page.locator("dialog[open]").count():
            self.presses(re.compile("^People"), within=".bar")
        row = self.page.locator("dialog .people > li").filter(has_text=name)
        row.get_by_role("button", name=re.compile("^Edit")).click()
        return row

    def closes_the_dialog(self) -> None:
        self.page.keyboard.press("Escape")
        expect(self.page.locator("dialog[open]")).to_have_count(0)

    # What she sees.

    @property
    def hand(self) -> Locator:
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

    def sees_no(self, text: str) -> None:
        expect(self.page.get_by_text(text)).to_have_count(0)

    def has_in_hand(self, title: str) -> None:
        expect(self.page.locator(".task h2")).to_have_text(title)

    def has_in_queue(self, title: str) -> None:
        expect(self.queue.filter(has_text=title)).to_have_count(1)

    def sees_face(self, name: str, face: str) -> None:
        """Somebody's card: "none", "back", or "front"."""
        card = self.seat(name).locator(".card")
        expect(card).to_have_attribute("data-face", face)

    def sees_card(self, name: str, card: str) -> None:
        self.sees_face(name, "front")
        expect(self.seat(name).locator(".front")).to_have_text(card)

    def sees_estimate(self, title: str, points: str) -> None:
        points_of_task = self.queue.filter(has_text=title).locator(".points")
        expect(points_of_task).to_contain_text(points)

    def sees_the_queue_of(self, other: "Person") -> None:
        rows = other.queue.evaluate_all("rows => rows.map(row => row.textContent)")
        expect(self.queue).to_have_text(rows)

    def sees_people(self, *names: str) -> None:
        """At the table, in this order."""
        expect(self.page.locator(".seat .name bdi")).to_have_text(list(names))

    def text(self) -> str:
        """Everything in the page, hidden parts too."""
        return ISOLATES.sub("", self.page.locator("body").text_content() or "")
