"""A server, Chromium, and people with browser contexts of their own.

Each context is checked at the end of a test: no error and no warning in its console, no
reload of a room, no request to another origin, and a strict policy on every page.
"""

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.browser_users import BrowserUser
from tests.serving import Server, chromium


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser" in item.nodeid:
            item.add_marker(pytest.mark.browser)


# Not longer than a module: Playwright's loop would stay in this thread, in which Django
# then refuses to query the database.
@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright, chromium(playwright) as browser:
        yield browser


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("serve")).running() as server:
        yield server
    assert "Stopped." in server.log.read_text()


@pytest.fixture
def person(browser, server):
    """Creates a person; options are those of a Playwright context.

    allowed_errors: a pattern of messages that the console may have.
    """
    people = []

    def create(name, *, allowed_errors="", **options):
        somebody = BrowserUser(name, browser, server.address, **options)
        people.append((somebody, allowed_errors))
        return somebody

    yield create
    for somebody, allowed_errors in people:
        somebody.close_and_check(allowed_errors, server.environment.get("PUSHER_HOST"))
