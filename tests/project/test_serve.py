"""``manage.py serve`` as a process."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
from pathlib import Path

import pytest
from django.conf import settings
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from realtime.credentials import embedded_app
from tests.http_client import HttpUser
from tests.realtime.server.running import wait_until
from tests.serving import PATIENCE_SECONDS, status_of

pytestmark = pytest.mark.process


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
    """Start the server: the process, and what it printed until it ran."""
    processes = []

    def start(*options, **changes):
        process = manage(
            environment | changes, "serve", "--migrate", "--port=0", *options
        )
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
    _, errors = process.communicate(timeout=PATIENCE_SECONDS)

    assert process.returncode == 1
    assert "Start with --migrate" in errors
    assert "Traceback" not in errors


def test_it_names_the_setting_when_its_port_is_taken(environment):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = manage(environment | {"PORT": str(port)}, "serve")
        _, errors = process.communicate(timeout=PATIENCE_SECONDS)

    assert process.returncode == 1
    assert errors.strip().endswith(
        f"Port {port} is taken by another program. "
        f"Choose another one, for example with PORT={port + 1}."
    )


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_closes_connections_with_1012_and_exits_with_0(serve, stop):
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


def test_web_and_real_time_share_a_port_on_ipv4_and_ipv6(serve):
    _, output = serve(HOST="::")
    port = port_in(output)

    for host in ("127.0.0.1", "[::1]"):
        assert status_of(f"http://{host}:{port}/s/unknown/") == 404
        assert status_of(f"http://{host}:{port}/app/key") == 426
        assert status_of(f"http://{host}:{port}/apps/1/events") == 401


def test_a_body_in_chunks_is_read(serve):
    _, output = serve()
    amira = HttpUser("Amira", f"http://127.0.0.1:{port_in(output)}")
    amira.starts_session()

    assert amira.posts_in_chunks("tasks/", b"title=Ref", b"und").status_code == 204
    too_long = amira.posts_in_chunks("tasks/", b"title=", *[b"x" * 65_536] * 20)
    assert too_long.status_code == 413
    assert [task["title"] for task in amira.state["tasks"]] == ["Refund"]


def test_a_hosted_provider_needs_no_server_here(serve):
    _, output = serve(PUSHER_APP_ID="1", PUSHER_KEY="key", PUSHER_SECRET="secret")

    assert status_of(f"http://localhost:{port_in(output)}/app/key") == 404


WITHOUT_EMBEDDED_SERVER = {"REALTIME_PROVIDER": "memory"}


def test_several_web_processes_share_no_embedded_server(environment):
    process = manage(environment, "serve", "--workers=2", "--port=0")
    _, errors = process.communicate(timeout=PATIENCE_SECONDS)

    assert process.returncode == 1
    assert "Several web processes cannot share the embedded server" in errors
    assert "realtime_server" in errors
    assert "PUSHER_HOST" in errors
    assert "Traceback" not in errors


def test_no_process_is_too_few(environment):
    process = manage(environment, "serve", "--workers=0", "--port=0")
    _, errors = process.communicate(timeout=PATIENCE_SECONDS)

    assert process.returncode == 1
    assert (
        errors.strip() == "CommandError: --workers=0: at least one process is needed."
    )


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_several_web_processes_share_a_port_and_end_together(serve, stop):
    process, output = serve("--workers=2", **WITHOUT_EMBEDDED_SERVER)
    workers = web_processes_of(process)
    assert len(workers) == 2
    # The other one answers.
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)
        assert status_of(f"http://localhost:{port_in(output)}/s/unknown/") == 404
        os.kill(worker, signal.SIGCONT)

    process.send_signal(stop)
    printed, logged = process.communicate(timeout=PATIENCE_SECONDS)

    assert process.returncode == 0, logged
    assert printed == "Stopped.\n"
    assert "Traceback" not in logged
    wait_until(lambda: not any(is_running(worker) for worker in workers))


def test_a_web_process_that_dies_is_replaced(serve):
    process, output = serve("--workers=2", **WITHOUT_EMBEDDED_SERVER)
    lost, kept = web_processes_of(process)

    os.kill(lost, signal.SIGKILL)
    wait_until(lambda: len(set(web_processes_of(process)) - {lost}) == 2)

    assert kept in web_processes_of(process)
    assert status_of(f"http://localhost:{port_in(output)}/s/unknown/") == 404


def test_no_web_process_outlives_its_supervisor(serve):
    process, output = serve("--workers=2", **WITHOUT_EMBEDDED_SERVER)
    workers = web_processes_of(process)

    process.kill()
    process.wait(PATIENCE_SECONDS)

    try:
        wait_until(lambda: not any(is_running(worker) for worker in workers))
    finally:
        for worker in filter(is_running, workers):
            os.kill(worker, signal.SIGKILL)
    with pytest.raises(urllib.error.URLError):
        status_of(f"http://localhost:{port_in(output)}/s/unknown/")


def web_processes_of(process):
    """The ids of the processes that it has spawned (proc(5), stat: the parent's id)."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            command = (folder / "cmdline").read_bytes()
            if int(parent) == process.pid and state != "Z" and b"spawn_main" in command:
                found.append(int(folder.name))
    return sorted(found)


def is_running(process_id):
    with contextlib.suppress(OSError):
        stat = Path(f"/proc/{process_id}/stat").read_text()
        return stat.rpartition(")")[2].split()[0] != "Z"
    return False
