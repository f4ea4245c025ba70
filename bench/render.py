"""How long the room's scripts take for one change, with 100 members and 100 tasks.

    python -m bench.render

A facilitator has the room open in Chromium, the others play by requests, and each event
comes over the real WebSocket. The time is that of all scripting between the message and
the drawn page (bench/render.js); the goal is a median under 16 ms, one frame.
"""

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Page, sync_playwright

from tests.guests import Guest
from tests.serving import ROOT, Server, chromium

MEMBERS = 100
TASKS = 100
ROUNDS = 2
# What DevTools takes for a phone of the middle class.
SLOWDOWNS = {"this machine": 1, "4 times slower": 4}

Change = Callable[[], None]


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        chromium(playwright) as browser,
    ):
        server = Server(Path(folder))
        server.start()
        team = team_of(server)
        context = browser.new_context(base_url=server.address)
        for name, value in team[0].http.cookies.items():
            context.add_cookies([{"name": name, "value": value, "url": server.address}])
        context.add_init_script(path=ROOT / "bench" / "render.js")
        page = context.new_page()
        page.goto(team[0].room)
        page.locator(".live", has_text="Live").wait_for()
        print(f"A room of {MEMBERS} members and {TASKS} tasks, scripting per change:")
        for name, slowdown in SLOWDOWNS.items():
            devtools = context.new_cdp_session(page)
            devtools.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
            times = [time_of(change, page) for change in changes(team)]
            *_, p95 = quantiles(times, n=20)
            print(
                f"  {name:15} median {median(times):5.1f} ms   p95 {p95:5.1f} ms   "
                f"slowest {max(times):5.1f} ms   of {len(times)}"
            )
        server.stop()


def team_of(server: Server) -> list[Guest]:
    """All of them in one room with its tasks; the first is the facilitator."""
    names = [f"Member {number}" for number in range(1, MEMBERS + 1)]
    facilitator, *others = [Guest(name, server.address) for name in names]
    room = facilitator.starts("The whole department")
    for guest in others:
        guest.joins(room)
    for number in range(1, TASKS + 1):
        link = f"https://tracker.example/browse/PAY-{number}"
        facilitator.does("tasks/", title=f"What is to be done, {number}", link=link)
    return [facilitator, *others]


def changes(team: list[Guest]) -> Iterator[Change]:
    """Whole rounds, in which each of the others lays a card."""
    facilitator, *others = team
    cards = facilitator.state()["session"]["deck"]["cards"]
    for _ in range(ROUNDS):
        tasks = facilitator.state()["tasks"]
        pending = next(task for task in tasks if task["status"] == "pending")
        task = f"tasks/{pending['taskId']}"
        yield partial(facilitator.does, f"{task}/start/")
        for place, guest in enumerate(others):
            card = cards[place % len(cards)]
            yield partial(guest.does, f"{task}/vote/", card=card)
        yield partial(facilitator.does, f"{task}/reveal/")
        yield partial(facilitator.does, f"{task}/finalize/", story_points="5")


def time_of(change: Change, page: Page) -> float:
    """The milliseconds of scripting until the change is drawn."""
    before: int = page.evaluate("timesOfUpdates.length")
    change()
    page.wait_for_function("before => timesOfUpdates.length > before", arg=before)
    time: float = page.evaluate("before => timesOfUpdates[before]", before)
    return time


if __name__ == "__main__":
    main()
