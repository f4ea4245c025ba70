"""Secrets are in no page, no line of the log, no error's text.

Errors are provoked everywhere: at every address, by bad input, by a database that fails
during a request, by failing providers and by wrong settings; with DEBUG on, and with
everything logged. All of the output is searched.
"""

import base64
import logging
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection

from realtime import get_realtime_service
from realtime.credentials import embedded_app
from sessions.identity import COOKIE, fingerprint_of
from tests.http_client import start_round
from tests.in_process_client import InProcessUser
from tests.process.fake_servers import APP_ID, FAULTS, KEY, SECRET, FakeProvider
from tests.realtime.server.running import wait_until
from tests.serving import ROOT, Server
from tests.test_bad_input import ADDRESSES, Address, browser_of
from tests.voting.secrecy import logged

DATABASE_PASSWORD = "3c9b-the-password-of-the-database"
TOKEN = "5e1a-the-token-of-a-provider-of-ones-own"
WEBHOOK_PASSWORD = "8a4d-the-password-in-the-address-of-the-webhooks"
MASTER_KEY = base64.b64encode(b"a master key of just 32 letters.").decode()
ACCOUNT = {"app_id": APP_ID, "key": KEY, "secret": SECRET}
# A signed request can be sent again for ten minutes (Pusher Channels, HTTP API).
SIGNATURE = re.compile(rb"auth_signature=[0-9a-f]")
BAD_FIELDS: list[dict[str, Any]] = [
    {"card": "5", "title": "A", "display_name": "A", "role": "voter", "seconds": "5"},
    {"card": "\0", "title": "\0", "display_name": "\0", "round": "9" * 99},
]
# Which query of a request fails. A request with fewer queries succeeds.
FAILING_QUERIES = [1, 3, 6]


class Search:
    """Searches all output for secrets."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._secrets = {name: secret.encode() for name, secret in secrets.items()}
        self.found: set[str] = set()

    def through(self, place: str, text: bytes | str, *, reader: str = "") -> None:
        """Note each secret that is there; the reader's own are none."""
        content = text.encode() if isinstance(text, str) else text
        for name, secret in self._secrets.items():
            if secret in content and not (reader and name.endswith(f" of {reader}")):
                self.found.add(f"{name} in {place}")
        if SIGNATURE.search(content):
            self.found.add(f"a signature in {place}")


@pytest.fixture
def secrets(settings, monkeypatch, transactional_db):
    """Everything secret by its name, and set as in an installation."""
    monkeypatch.setitem(settings.DATABASES["default"], "PASSWORD", DATABASE_PASSWORD)
    settings.REALTIME = {
        **settings.REALTIME,
        "OPTIONS": {"pusher": ACCOUNT | {"encryption_master_key": MASTER_KEY}},
        "CUSTOM_OPTIONS": f'{{"token": "{TOKEN}"}}',
        "SERVER": settings.REALTIME["SERVER"]
        | {"webhook_url": f"https://poker:{WEBHOOK_PASSWORD}@hooks.example/"},
    }
    return {
        "SECRET_KEY": settings.SECRET_KEY,
        "PUSHER_SECRET": SECRET,
        "PUSHER_ENCRYPTION_MASTER_KEY": MASTER_KEY,
        "the embedded server's secret": embedded_app().secret,
        "DATABASE_URL": DATABASE_PASSWORD,
        "REALTIME_OPTIONS": TOKEN,
        "REALTIME_WEBHOOK_URL": WEBHOOK_PASSWORD,
    }


@pytest.fixture
def everybody(amira, jonas, tom, stranger):
    """A round is open; Jonas has voted."""
    amira.starts_vote()
    jonas.votes("13")
    stranger.client.get("/")
    return [amira, jonas, tom, stranger]


def identities(everybody: list[InProcessUser]) -> dict[str, str]:
    """What identifies each browser, and what is stored of it: for no other."""
    secret = {each.name: each.client.cookies[COOKIE].value for each in everybody}
    return {
        f"the {what} of {name}": show(text)
        for name, text in secret.items()
        for what, show in [("identity", str), ("fingerprint", fingerprint_of)]
    }


@contextmanager
def failing(number: int) -> Iterator[None]:
    """The database fails at a request's query of this number."""
    queries = iter(range(1, 1_000))

    def execute(execute: Any, *query: Any) -> Any:
        if next(queries) == number:
            raise ZeroDivisionError("the database fails")
        return execute(*query)

    with connection.execute_wrapper(execute):
        yield


@pytest.mark.parametrize("is_debug", [False, True], ids=["", "with DEBUG"])
def test_no_page_and_no_line_of_the_log_has_a_secret(
    everybody, secrets, settings, is_debug
):
    settings.DEBUG = is_debug
    amira, jonas, *_ = everybody
    ids = {
        "session_id": amira.session_id,
        "user_id": jonas.user_id,
        "task_id": amira.state["tasks"][0]["taskId"],
    }
    search = Search(secrets | identities(everybody))
    statuses = set()
    with everything_logged() as lines:
        for number, address in enumerate(ADDRESSES):
            person = everybody[number % len(everybody)]
            for place, answer in provoked(person, address, address.of(**ids)):
                head = "\n".join(f"{name}: {text}" for name, text in answer.items())
                search.through(place, head, reader=person.name)
                search.through(place, answer.content, reader=person.name)
                statuses.add(answer.status_code)
    search.through("the log", "\n".join(lines))
    assert search.found == set()
    assert {200, 403, 405, 422, 500} <= statuses, "it failed in many ways"


def provoked(
    person: InProcessUser, address: Address, path: str
) -> Iterator[tuple[str, Any]]:
    browser = browser_of(person, raise_request_exception=False)
    html = {"accept": "text/html"}
    for query in FAILING_QUERIES:
        with failing(query):
            answer = browser.generic(address.method, path, headers=html)
        yield f"{address.name}, query {query}", answer
    for fields in BAD_FIELDS:
        yield address.name, browser.post(path, fields, headers=html)
        yield address.name, browser.post(path, fields)
    yield address.name, browser.get(path, headers=html)
    yield address.name, browser.get(path + "\0/../nothing", headers=html)


@pytest.mark.parametrize("fault", FAULTS)
def test_no_failing_provider_puts_a_secret_in_the_log(secrets, settings, fault):
    search = Search(secrets)
    with FakeProvider() as provider, everything_logged() as lines:
        choose(settings, **ACCOUNT, **at(provider))
        FAULTS[fault](provider)
        service = get_realtime_service()
        service.trigger("planning-poker-x", "vote", {"version": 1})
        wait_until(lambda: any("not delivered" in line for line in lines))
        provider.recover()
        service.close()
    search.through("the log", "\n".join(lines))
    assert search.found == set()


WRONG_SETTINGS: list[dict[str, str]] = [
    ACCOUNT | {"app_id": ""},
    ACCOUNT | {"key": ""},
    ACCOUNT | {"app_id": "an-app"},
    ACCOUNT | {"cluster": "US East"},
    ACCOUNT | {"host": "http://provider:6001"},
    ACCOUNT | {"host": "provider", "port": "web"},
    ACCOUNT | {"host": "provider", "scheme": "wss"},
    ACCOUNT | {"public_host": "provider"},
    ACCOUNT | {"encryption_master_key": MASTER_KEY[:-8]},
    ACCOUNT | {"encryption_master_key": MASTER_KEY + "!"},
    ACCOUNT | {"token": TOKEN},
]


@pytest.mark.parametrize("options", WRONG_SETTINGS)
def test_the_refusal_of_a_wrong_setting_has_no_secret(secrets, settings, options):
    choose(settings, **options)
    search = Search(secrets | {"most of the master key": MASTER_KEY[:-8]})
    with pytest.raises(ImproperlyConfigured) as refusal:
        get_realtime_service()
    search.through("the refusal", str(refusal.value))
    with pytest.raises(CommandError) as failure:
        call_command("check")
    search.through("the check", str(failure.value))
    assert search.found == set()


@pytest.mark.parametrize("path", ["realtime.RealtimeService", "tests.nowhere.Service"])
@pytest.mark.parametrize("options", [f'{{"token": "{TOKEN}"}}', f'{{"token": {TOKEN}'])
def test_the_refusal_of_custom_options_has_no_secret(secrets, settings, path, options):
    choose(settings, path, custom=options)
    search = Search(secrets)
    with pytest.raises(ImproperlyConfigured) as refusal:
        get_realtime_service()
    search.through("the refusal", str(refusal.value))
    assert search.found == set()


@pytest.mark.parametrize(
    "fault", [None, "refuses connections", "no HTTP", "HTML with 200", "500"]
)
def test_the_output_of_check_realtime_has_no_secret(secrets, settings, fault):
    """A wrong secret first, for which the provider answers with what was signed."""
    out, search = StringIO(), Search(secrets | {"the wrong secret": SECRET[::-1]})
    with FakeProvider() as provider, everything_logged() as lines:
        choose(settings, **(ACCOUNT | {"secret": SECRET[::-1]}), **at(provider))
        if fault:
            FAULTS[fault](provider)
        with pytest.raises((CommandError, SystemExit)) as failure:
            call_command("check_realtime", stdout=out, stderr=out)
    search.through("the output", out.getvalue() + str(failure.value))
    search.through("the log", "\n".join(lines))
    assert search.found == set()


@pytest.mark.process
@pytest.mark.parametrize(
    "variables",
    [
        {"DATABASE_URL": f"postgres://poker:{DATABASE_PASSWORD}@127.0.0.1:1/poker"},
        {"DATABASE_URL": f"postgres://poker:{DATABASE_PASSWORD}@127.0.0.1:port/poker"},
        {"DATABASE_URL": f"nonsense://poker:{DATABASE_PASSWORD}@127.0.0.1/poker"},
        {"PUSHER_SECRET": SECRET},
        {"PORT": "web", "PUSHER_SECRET": SECRET},
    ],
)
def test_the_output_of_a_failed_start_has_no_secret(tmp_path, variables):
    server = Server(tmp_path, **variables)
    done = subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env=server.environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    search = Search(
        {
            "SECRET_KEY": server.environment["SECRET_KEY"],
            "PUSHER_SECRET": SECRET,
            "DATABASE_URL": DATABASE_PASSWORD,
        }
    )
    search.through("the output", done.stdout + done.stderr)
    assert done.returncode != 0
    assert search.found == set()


@pytest.mark.process
def test_the_debug_log_of_a_server_has_no_secret(tmp_path):
    with FakeProvider() as provider:
        server = Server(tmp_path, **provider.environment, DEBUG="on", LOG_LEVEL="DEBUG")
        server.start()
        amira, jonas, task = start_round(server.address)
        jonas.votes("13")
        jonas.posts(f"tasks/{task}/vote/", card="of no deck")
        assert server.stop() == 0
    search = Search(
        {
            "SECRET_KEY": server.environment["SECRET_KEY"],
            "PUSHER_SECRET": SECRET,
            **{
                f"the identity of {person.name}": person.http.cookies[COOKIE]
                for person in [amira, jonas]
            },
        }
    )
    search.through("the log", server.log.read_text())
    assert search.found == set()


def choose(
    settings: Any, provider: str = "pusher", custom: str = "", **options: str
) -> None:
    settings.REALTIME = {
        **settings.REALTIME,
        "PROVIDER": provider,
        "OPTIONS": {provider: options},
        "CUSTOM_OPTIONS": custom,
    }


def at(provider: FakeProvider) -> dict[str, str]:
    return {"host": "127.0.0.1", "port": str(provider.port), "scheme": "http"}


@contextmanager
def everything_logged() -> Iterator[list[str]]:
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.DEBUG)
    try:
        with logged() as lines:
            yield lines
    finally:
        root.setLevel(level)
