"""Every page is accessible in both themes, wide and on a phone."""

import re

import pytest

from tests.browser.browser_users import PHONE, WIDE
from tests.serving import ROOT

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NOT_FOUND = "404|409"
VIOLATIONS = """rules => axe.run({runOnly: rules}).then(({violations}) =>
  violations.map(({id, nodes}) => [id, ...nodes.map(node => node.html)]))"""


def is_accessible(somebody):
    somebody.page.evaluate(AXE)
    assert somebody.page.evaluate(VIOLATIONS, RULES) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_each_screen_is_accessible(person, theme, size):
    # A fade-in has no contrast at first.
    options = {"color_scheme": theme, "reduced_motion": "reduce", **size}
    amira = person("Amira", allowed_errors="ERR_FAILED", **options)
    jonas = person("Jonas", allowed_errors=NOT_FOUND, **options)
    amira.opens("/")
    is_accessible(amira)
    session_id = amira.starts_session()
    amira.is_live()
    is_accessible(amira)
    jonas.opens(amira.room)
    is_accessible(jonas)
    jonas.page.get_by_label("Your name").fill("AMIRA")
    jonas.presses("Join")
    jonas.sees("Somebody here already has this name.")
    is_accessible(jonas)
    jonas.joins(session_id)

    amira.starts_quick_vote()
    amira.votes("5")
    jonas.votes("13")
    for somebody in (amira, jonas):
        is_accessible(somebody)
    check_dialogs(amira)
    check_forms(amira, is_on_phone=size is PHONE)
    # A new state would send the vote again.
    amira.page.route("**/vote/", lambda route: route.abort())
    amira.presses_card("8")
    amira.sees("8 was not saved.")
    is_accessible(amira)
    amira.reveals()
    for somebody in (amira, jonas):
        somebody.sees_card("Jonas", "13")
        is_accessible(somebody)

    amira.ends_session()
    jonas.sees_end()
    is_accessible(jonas)
    path = jonas.page.get_by_role("link", name="See the report").get_attribute("href")
    amira.leaves()
    amira.sees("You have left this session.")
    is_accessible(amira)
    jonas.opens(path)
    is_accessible(jonas)
    jonas.opens("/there-is-no-such-page")
    jonas.sees("There is nothing here.")
    is_accessible(jonas)


def check_dialogs(amira):
    amira.presses("Menu")
    is_accessible(amira)
    amira.closes_dialog()
    amira.presses("Invite")
    is_accessible(amira)
    amira.closes_dialog()
    for item in ("Keyboard shortcuts", "Settings", "End the session…"):
        amira.chooses(item)
        is_accessible(amira)
        amira.closes_dialog()


def check_forms(amira, *, is_on_phone):
    amira.presses("Name it")
    is_accessible(amira)
    amira.presses("Close", within=".queue")
    amira.presses(re.compile("^People"), within=".tabs" if is_on_phone else ".bar")
    people = amira.page.locator(".people").filter(visible=True)
    people.get_by_role("button", name="Edit Jonas").click()
    is_accessible(amira)
    if is_on_phone:
        amira.presses("Table")
    else:
        amira.closes_dialog()


def test_the_admin_views_everything_and_ends_a_session(person, server):
    password = "correct horse battery"
    server.manage(
        "createsuperuser",
        "--noinput",
        "--username=admin",
        "--email=",
        DJANGO_SUPERUSER_PASSWORD=password,
    )
    amira, admin = person("Amira"), person("Admin")
    amira.starts_session()
    admin.opens("/admin/")
    admin.page.get_by_label("Username").fill("admin")
    admin.page.get_by_label("Password").fill(password)
    admin.presses("Log in")
    for model in (
        "poker_sessions/member",
        "tasks/task",
        "voting/votinground",
        "voting/vote",
        "poker_sessions/pokersession",
    ):
        admin.opens(f"/admin/{model}/")
    row = admin.page.get_by_role("row", name="Payments refinement")
    row.filter(has_text="active").first.get_by_role("checkbox").check()
    admin.page.get_by_label("Action:").select_option("End sessions")
    admin.page.get_by_role("button", name="Go", exact=True).click()
    admin.sees("Sessions ended: 1.")
    amira.sees_end()


def test_the_members_cookie_is_http_only(person):
    amira = person("Amira")
    amira.starts_session()
    cookies = {cookie["name"]: cookie for cookie in amira.context.cookies()}
    assert set(cookies) == {"member", "csrftoken"}
    assert cookies["member"]["httpOnly"]
    assert cookies["member"]["sameSite"] == "Lax"
    assert not cookies["member"]["secure"], "over plain HTTP it would not come back"
