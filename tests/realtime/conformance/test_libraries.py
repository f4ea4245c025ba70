"""T14 and T15: Pusher's unmodified libraries for servers and browsers."""

import json
import shutil
import subprocess
from pathlib import Path

import pusher
import pytest

from . import servers
from .wire import Client

SCRIPT = Path(__file__).with_name("pusher_js.mjs")
PATIENCE_SECONDS = 30


@pytest.fixture
def publisher(server):
    """pusher 3.3.4, as an application would use it."""
    return pusher.Pusher(
        app_id=server.app_id,
        key=server.key,
        secret=server.secret,
        host=server.host,
        port=server.port,
        ssl=False,
        # The package believes HTTP_PROXY even for this machine.
        proxies={"http": None},
    )


def test_t14_it_triggers_single_events_and_batches(server, publisher):
    with Client(server) as client, Client(server) as tab:
        for each in (client, tab):
            each.subscribe("private-room")
        publisher.trigger("private-room", "vote", {"card": "½ ☕"}, tab.socket_id)
        publisher.trigger_batch(
            [{"channel": "private-room", "name": n, "data": {"n": n}} for n in "ab"]
        )

        assert [m["data"] for m in client.received()] == [
            {"card": "½ ☕"},
            {"n": "a"},
            {"n": "b"},
        ]
        assert tab.events() == ["a", "b"]


def test_t14_it_queries_channels(server, publisher):
    with Client(server) as client:
        client.subscribe("private-room")
        client.subscribe("presence-room", {"user_id": "mira"})

        assert {*publisher.channels_info()["channels"]} >= {
            "private-room",
            "presence-room",
        }
        assert publisher.channel_info("private-room")["occupied"] is True
        info = publisher.channel_info("presence-room", ["user_count"])
        assert info["user_count"] == 1
        assert publisher.users_info("presence-room") == {"users": [{"id": "mira"}]}


def test_t14_it_reaches_and_terminates_a_user(server, publisher):
    with Client(server) as mira, Client(server) as jonas:
        for client, name in ((mira, "mira"), (jonas, "jonas")):
            client.sign_in(name)
            client.receive("pusher:signin_success")
            client.send_subscribe(f"#server-to-user-{name}")
            client.received()
        publisher.send_to_user("mira", "nudge", {"n": 1})
        assert mira.events() == ["nudge"]
        assert jonas.received() == []
        publisher.terminate_user_connections("mira")

        assert mira.close_code() == 4200
        assert jonas.received() == []


def test_t14_it_raises_its_own_exceptions(server, publisher):
    with pytest.raises(pusher.errors.PusherBadRequest):
        publisher.users_info("private-room")
    publisher._pusher_client._secret = "wrong"
    with pytest.raises(pusher.errors.PusherBadAuth):
        publisher.trigger("private-room", "vote", {})


@pytest.fixture
def browser(server):
    """pusher-js 8.6.0 in Node.js, which prints its events line by line."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("There is no Node.js on this machine.")
    where = {"host": server.host, "port": server.port}
    app = {"key": server.key, "secret": server.secret}
    process = subprocess.Popen(
        [node, SCRIPT, json.dumps({**where, **app})],
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def next_line(process):
    line = process.stdout.readline()
    assert line, "pusher-js has ended"
    return json.loads(line)


def test_t15_pusher_js_connects_subscribes_and_receives(server, browser, publisher):
    lines = [next_line(browser) for _ in range(4)]
    assert lines[0] == ["connected"]
    assert sorted(lines[1:]) == [
        ["subscribed", "presence-room", 1],
        ["subscribed", "private-room"],
        ["subscribed", "room"],
    ]
    with Client(server) as client:
        client.subscribe("presence-room", {"user_id": "jonas"})
        assert next_line(browser) == ["member_added", "jonas"]
    assert next_line(browser) == ["member_removed", "jonas"]
    publisher.trigger("private-room", "vote", {"card": "½"})

    assert next_line(browser) == ["vote", {"card": "½"}]


def test_t15_t19_pusher_js_reconnects_after_a_restart(
    server, server_name, browser, publisher
):
    if server_name != "embedded":
        pytest.skip("Once is enough: where it finds no server it waits for 15 s.")
    for _ in range(4):
        next_line(browser)
    server.stop()
    assert next_line(browser) == ["connecting"]
    server.start()
    while next_line(browser) != ["subscribed", "private-room"]:
        pass
    servers.wait_until(lambda: publisher.channel_info("private-room")["occupied"])
    publisher.trigger("private-room", "vote", {"card": "½"})
    while (line := next_line(browser))[0] != "vote":
        pass

    assert line == ["vote", {"card": "½"}]


def test_t15_pusher_js_gives_up_on_an_unknown_key(server, browser):
    for _ in range(4):
        next_line(browser)
    stranger = subprocess.run(
        [
            browser.args[0],
            SCRIPT,
            json.dumps({"host": server.host, "port": server.port, "key": "unheard-of"}),
        ],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    )

    assert json.loads(stranger.stdout.splitlines()[-1]) == ["disconnected"]
