"""``manage.py serve`` as whoever runs the product meets it: as a process."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import pytest
from django.conf import settings
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from realtime.credentials import embedded_app

pytestmark = pytest.mark.process

PATIENCE_SECONDS = 20


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    database = tmp_path_factory.mktemp("serve") / "db.sqlite3"
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "planning_poker.settings",
        "DATABASE_URL": f"sqlite:///{database}",
        "READ_DOT_ENV": "off",
        "SECRET_KEY": settings.SECRET_KEY,
        "REALTIME_PROVIDER": "pusher",
        "HOST": "127.0.0.1",
    }


def manage(environment, *arguments, **options):
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


@pytest.fixture
def serve(environment):
    """Start the server, and give back the process and what it printed until it ran."""
    processes = []

    def start(**changes):
        process = manage(environment | changes, "serve", "--migrate", "--port=0")
        processes.append(process)
        lines = []
        while not lines or "Ctrl-C" not in lines[-1]:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            lines.append(line)
        return process, "".join(lines)

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def port_in(output):
    return re.search(r"http://localhost:(\d+)", output)[1]


def test_it_refuses_a_database_that_is_behind(environment, tmp_path):
    behind = environment | {"DATABASE_URL": f"sqlite:///{tmp_path / 'new.sqlite3'}"}
    process = manage(behind, "serve")
    _, said = process.communicate(timeout=PATIENCE_SECONDS)

    assert process.returncode == 1
    assert "Start with --migrate" in said
    assert "Traceback" not in said


def test_it_names_the_setting_when_its_port_is_taken(environment):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = manage(environment | {"PORT": str(port)}, "serve")
        _, said = process.communicate(timeout=PATIENCE_SECONDS)

    assert process.returncode == 1
    assert said.strip().endswith(
        f"Port {port} is taken by another program. "
        f"Choose another one, for example with PORT={port + 1}."
    )


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_tells_every_browser_that_it_stops_and_ends_well(serve, stop):
    process, output = serve()
    key = embedded_app().key
    address = f"ws://localhost:{port_in(output)}/app/{key}?protocol=7"
    with connect(address, proxy=None) as browser:
        browser.recv(PATIENCE_SECONDS)
        process.send_signal(stop)
        with pytest.raises(ConnectionClosedError) as closed:
            browser.recv(PATIENCE_SECONDS)
        assert closed.value.rcvd.code == 1012
    printed, logged = process.communicate(timeout=PATIENCE_SECONDS)

    assert process.returncode == 0, logged
    assert printed == "Stopped.\n"
    assert re.findall("realtime.server: (.*)", logged) == [
        "A browser connected (1 now).",
        "A browser left (0 now).",
    ]
    assert "Traceback" not in logged


def test_web_and_real_time_share_a_port_and_reach_every_kind_of_address(serve):
    _, output = serve(HOST="::")
    port = port_in(output)

    for host in ("127.0.0.1", "[::1]"):
        assert status_of(f"http://{host}:{port}/s/unknown/") == 404
        assert status_of(f"http://{host}:{port}/app/key") == 426
        assert status_of(f"http://{host}:{port}/apps/1/events") == 401


def test_a_hosted_provider_needs_no_server_here(serve):
    _, output = serve(PUSHER_APP_ID="1", PUSHER_KEY="key", PUSHER_SECRET="secret")

    assert status_of(f"http://localhost:{port_in(output)}/app/key") == 404


def status_of(address):
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE_SECONDS) as response:
            return response.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code
