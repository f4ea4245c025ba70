"""A server, a Chromium, and people with browsers of their own.

Every browser is watched: at the end of each test there was no error and no warning in
its console, no room was loaded again, no request left the product's own origin, and no
page might have run anything but the product's own.
"""

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.people import Person
from tests.serving import Server, chromium


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser" in item.nodeid:
            item.add_marker(pytest.mark.browser)


# Not longer than a module: Playwright's loop would run on in this thread, in which
# Django then refuses to ask the database.
@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright, chromium(playwright) as browser:
        yield browser


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server that stops cleanly, with nothing to complain of in its log."""
    server = Server(tmp_path_factory.mktemp("serve"))
    server.start()
    yield server
    assert server.stop() == 0
    assert server.complaints == []
    assert "Stopped." in server.log.read_text()


@pytest.fixture
def person(browser, server):
    """Somebody with a browser; options are those of a Playwright context.

    may_complain_of: a pattern of what her browser's console may say.
    """
    people = []

    def comes(name, *, may_complain_of="", **options):
        somebody = Person(name, browser, server.address, **options)
        people.append((somebody, may_complain_of))
        return somebody

    yield comes
    for somebody, may_complain_of in people:
        somebody.went_well(may_complain_of)
