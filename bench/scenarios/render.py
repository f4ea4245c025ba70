"""How long the room's scripts take for one change, with 100 members and 100 tasks.

A facilitator has the room open in Chromium, the others play by requests, and each event
comes over the real WebSocket. The time is that of all scripting between the message and
the drawn page (render.js); the goal is a median under 16 ms, one frame.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Page, sync_playwright

from bench.contenders import PlanningPoker
from bench.figures import Row
from tests.http_client import HttpUser
from tests.serving import chromium

MEMBERS = 100
TASKS = 100
ROUNDS = 2
POLLING_MS = 20
# What DevTools takes for a phone of the middle class.
SLOWDOWNS = {"this machine": 1, "4 times slower": 4}

Change = Callable[[], object]


def measure(folder: Path) -> Iterator[Row]:
    with (
        PlanningPoker.started(folder) as server,
        sync_playwright() as playwright,
        chromium(playwright) as browser,
    ):
        address = server.installation.address
        team = team_of(address)
        context = browser.new_context(base_url=address)
        for name, value in team[0].http.cookies.items():
            context.add_cookies([{"name": name, "value": value, "url": address}])
        context.add_init_script(path=Path(__file__).with_name("render.js"))
        page = context.new_page()
        page.goto(team[0].room)
        page.locator(".live", has_text="Live").wait_for()
        for name, slowdown in SLOWDOWNS.items():
            devtools = context.new_cdp_session(page)
            devtools.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
            times = [time_of(change, page) for change in changes(team)]
            *_, p95 = quantiles(times, n=20)
            yield {
                "scenario": "render",
                "browser": name,
                "slowdown": slowdown,
                "changes": len(times),
                "p50_ms": round(median(times), 2),
                "p95_ms": round(p95, 2),
                "slowest_ms": round(max(times), 2),
            }


def team_of(address: str) -> list[HttpUser]:
    """All of them in one room with its tasks; the first is the facilitator."""
    names = [f"Member {number}" for number in range(1, MEMBERS + 1)]
    facilitator, *others = [HttpUser(name, address) for name in names]
    session_id = facilitator.starts_session("The whole department")
    for guest in others:
        guest.joins(session_id)
    for number in range(1, TASKS + 1):
        link = f"https://tracker.example/browse/PAY-{number}"
        facilitator.adds_task(f"What is to be done, {number}", link=link)
    return [facilitator, *others]


def changes(team: list[HttpUser]) -> Iterator[Change]:
    """Whole rounds, in which each of the others votes."""
    facilitator, *others = team
    cards = facilitator.state["session"]["deck"]["cards"]
    for _ in range(ROUNDS):
        tasks = facilitator.state["tasks"]
        pending = next(task for task in tasks if task["status"] == "pending")
        task = str(pending["taskId"])
        yield partial(facilitator.starts_vote, task)
        for place, guest in enumerate(others):
            card = cards[place % len(cards)]
            yield partial(guest.votes, card, task)
        yield partial(facilitator.reveals, task)
        yield partial(facilitator.finalizes, "5", task)


def time_of(change: Change, page: Page) -> float:
    """The milliseconds of scripting until the change is drawn."""
    before: int = page.evaluate("timesOfUpdates.length")
    change()
    # Playwright's own polling would ask for frames as well, and be taken for an update.
    page.wait_for_function(
        "before => timesOfUpdates.length > before", arg=before, polling=POLLING_MS
    )
    time: float = page.evaluate("before => timesOfUpdates[before]", before)
    return time
