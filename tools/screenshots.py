"""Pictures of every screen, wide and phone, light and dark: ``make screenshots``.

They land in test-results/screenshots/; two of them stand in README.md.
"""

import re
import shutil
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.http_client import HttpUser
from tests.serving import PATIENCE_SECONDS, ROOT, Server, chromium

FOLDER = ROOT / "test-results" / "screenshots"
README_PICTURES = {
    "revealed-wide-light.png": "room-light.png",
    "voting-phone-dark.png": "phone-dark.png",
}
SIZES = {"wide": (1440, 900), "phone": (390, 844)}
THEMES = ["light", "dark"]
LOADED = "() => [...document.images].every(image => image.complete)"
PASSWORD = "for pictures only"

TRACKER = "https://tracker.example/browse/"
TASKS = [
    ("Remember the last payment method", "PAY-118", "3"),
    ("Show VAT per line on the invoice", "PAY-121", "5"),
    ("Refund part of an order", "PAY-124", ""),
    ("Retry failed card payments", "PAY-127", ""),
    ("Export payouts as CSV", "PAY-130", ""),
    ("Clean up the old webhooks", "", ""),
]
DESCRIPTION = (
    "Support can give back single items or a free amount, the customer gets a "
    "corrected invoice, and the books stay right."
)
CARDS = {
    "Amira": "5",
    "Jonas": "5",
    "Lukas": "2",
    "Chen Wei": "5",
    "Sofía": "13",
    "Marguerite": "8",
}


class Scene:
    """The room of the drawing: eight people, six tasks, a second round."""

    def __init__(self, address: str) -> None:
        self.priya = HttpUser("Priya", address)
        session_id = self.priya.starts_session(deck="modified-fibonacci")
        self.others = [HttpUser(name, address) for name in [*CARDS, "Tom"]]
        for person in self.others:
            person.joins(session_id)
        tasks = []
        for title, key, _ in TASKS:
            link = f"{TRACKER}{key}" if key else ""
            text = DESCRIPTION if key == "PAY-124" else ""
            tasks.append(self.priya.adds_task(title, description=text, link=link))
        for task, (_, _, points) in zip(tasks, TASKS, strict=True):
            if points:
                self.priya.starts_vote(task)
                self.vote({"Amira": points, "Jonas": points})
                self.priya.reveals()
                self.priya.finalizes(points)
        self.priya.starts_vote(tasks[2])
        self.vote({"Amira": "3", "Jonas": "20"})
        self.priya.reveals()
        self.priya.votes_again()

    def vote(self, cards: dict[str, str]) -> None:
        for person in self.others:
            if person.name in cards:
                person.votes(cards[person.name])

    def everybody_is_present_and_tom_away(self) -> None:
        for person in self.others:
            # These people have no live connection, so no page of theirs is "live".
            state = "hidden" if person.name == "Tom" else "slow"
            person.sends_heartbeat("pictures", state)
        # Whoever has just joined is here for a while, whatever their page says.
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.priya.state["members"][-1]["isAway"]:
            assert time.monotonic() < deadline, "Tom is not away"
            time.sleep(0.1)


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder))
        server.start()
        try:
            server.manage(
                "createsuperuser",
                "--noinput",
                "--username=admin",
                "--email=admin@poker.example",
                DJANGO_SUPERUSER_PASSWORD=PASSWORD,
            )
            with chromium(playwright) as browser:
                for theme in THEMES:
                    for size in SIZES:
                        Photographer(browser, server.address, size, theme).take_all()
        finally:
            server.stop()
    for taken, name in README_PICTURES.items():
        shutil.copy(FOLDER / taken, ROOT / "docs" / "images" / name)
    print(f"{len(list(FOLDER.iterdir()))} pictures in {FOLDER.relative_to(ROOT)}/")


class Photographer:
    """Takes each screen in one size and theme."""

    def __init__(self, browser: Browser, address: str, size: str, theme: str) -> None:
        self.browser = browser
        self.address = address
        self.size = size
        self.theme = theme

    def take_all(self) -> None:
        scene = Scene(self.address)
        self.before_joining(scene)
        self.an_empty_room()
        page = self.open(scene)
        self.while_voting(page, scene)
        self.after_the_reveal(page, scene)
        self.at_the_end(page, scene)
        self.the_admin()

    def before_joining(self, scene: Scene) -> None:
        page = self.page()
        page.goto(self.address)
        self.take(page, "home")
        page.get_by_label("Cards", exact=True).select_option("custom")
        page.get_by_label("Your cards").fill("1")
        page.get_by_role("textbox", name="Session").fill("Payments refinement")
        page.get_by_label("Your name").fill("Priya")
        page.get_by_role("button", name="Start the session").click()
        self.take(page, "home-refused")
        page.goto(self.address + scene.priya.room)
        self.take(page, "join")
        page.get_by_label("Your name").fill("amira")
        page.get_by_role("button", name="Join").click()
        self.take(page, "join-refused")
        page.goto(f"{self.address}/s/there-is-none/")
        self.take(page, "not-found")
        page.context.close()

    def an_empty_room(self) -> None:
        page = self.page()
        page.goto(self.address)
        page.get_by_role("textbox", name="Session").fill("Payments refinement")
        page.get_by_label("Your name").fill("Priya")
        page.get_by_role("button", name="Start the session").click()
        self.is_live(page)
        self.take(page, "empty-room")
        page.context.close()

    def while_voting(self, page: Page, scene: Scene) -> None:
        scene.vote({name: card for name, card in CARDS.items() if name != "Sofía"})
        page.get_by_role("button", name="5", exact=True).click()
        page.get_by_text("is saved, face down").wait_for()
        scene.everybody_is_present_and_tom_away()
        page.reload()
        self.is_live(page)
        self.take(page, "voting")
        if self.size == "phone":
            for tab in ("Queue", "People"):
                page.get_by_role("button", name=re.compile(f"^{tab} ")).click()
                self.take(page, tab.lower())
            page.get_by_role("button", name="Table", exact=True).click()
        else:
            self.dialog(page, "people", "People 8")
        self.dialog(page, "invite", "Invite")
        page.get_by_role("button", name="Menu").click()
        self.take(page, "menu")
        page.keyboard.press("Escape")
        for item in ("Keyboard shortcuts", "Settings", "End the session…"):
            page.get_by_role("button", name="Menu").click()
            name = re.sub("[^a-z]+", "-", item.lower()).strip("-")
            self.dialog(page, name, item)
        page.context.set_offline(True)
        page.get_by_role("button", name="8", exact=True).click()
        page.get_by_text("8 was not saved.").wait_for()
        self.take(page, "not-saved")
        page.context.set_offline(False)
        page.get_by_text("is saved, face down").wait_for()
        page.get_by_role("button", name="5", exact=True).click()
        self.is_live(page)
        slow = self.open(scene, has_websockets=False)
        slow.locator(".live", has_text="Slow mode").wait_for()
        self.take(slow, "slow-mode")
        slow.context.close()

    def after_the_reveal(self, page: Page, scene: Scene) -> None:
        scene.vote(CARDS)
        scene.priya.reveals()
        page.locator("#result").wait_for()
        scene.everybody_is_present_and_tom_away()
        page.reload()
        self.is_live(page)
        self.take(page, "revealed")
        page.get_by_role("button", name="Another card").click()
        self.take(page, "another-card")
        page.keyboard.press("Escape")

    def at_the_end(self, page: Page, scene: Scene) -> None:
        scene.priya.finalizes("5")
        page.get_by_role("button", name="Start: Retry failed card payments").wait_for()
        self.take(page, "next")
        page.goto(f"{self.address}{scene.priya.room}report/")
        self.take(page, "report", is_whole=True)
        page.goto(self.address + scene.priya.room)
        self.is_live(page)
        scene.priya.ends_session()
        page.get_by_text("This session has ended").wait_for()
        self.take(page, "ended")
        scene.priya.leaves()
        page.get_by_text("no longer in this session").wait_for()
        self.take(page, "removed")
        page.context.close()

    def the_admin(self) -> None:
        page = self.page()
        page.goto(f"{self.address}/admin/")
        page.get_by_label("Username").fill("admin")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.goto(f"{self.address}/admin/poker_sessions/pokersession/")
        self.take(page, "admin")
        page.context.close()

    def page(self) -> Page:
        width, height = SIZES[self.size]
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if self.theme == "dark" else "light",
            reduced_motion="reduce",
            has_touch=self.size == "phone",
        )
        return context.new_page()

    def open(self, scene: Scene, *, has_websockets: bool = True) -> Page:
        """The scene's room, in Priya's browser."""
        page = self.page()
        if not has_websockets:
            page.context.route_web_socket("**/*", lambda socket: socket.close())
        page.context.add_cookies(
            [
                {"name": cookie.name, "value": cookie.value or "", "url": self.address}
                for cookie in scene.priya.http.cookies
            ]
        )
        page.goto(self.address + scene.priya.room)
        if has_websockets:
            self.is_live(page)
        return page

    def dialog(self, page: Page, name: str, button: str) -> None:
        page.get_by_role("button", name=button, exact=True).click()
        self.take(page, name)
        page.keyboard.press("Escape")

    def is_live(self, page: Page) -> None:
        page.locator(".live", has_text="Live").wait_for()

    def take(self, page: Page, name: str, *, is_whole: bool = False) -> None:
        path = FOLDER / f"{name}-{self.size}-{self.theme}.png"
        # The QR code is a picture that is asked for when the dialog opens.
        page.wait_for_function(LOADED)
        page.screenshot(path=path, full_page=is_whole)


if __name__ == "__main__":
    main()
