"""The unmodified ``pusher`` package against a real server."""

import http.client
import json
import threading

import pusher
import pytest
from pusher.errors import PusherBadAuth, PusherBadRequest, PusherBadStatus

from realtime.server import running_server
from tests.realtime.server.running import APP, RunningServer, signed_query

ROOM = "private-room"
PEOPLE = "presence-room"


class InProcess:
    """A backend of the package that hands its requests to the server in process."""

    def __init__(self, client: pusher.client.Client, server: RunningServer) -> None:
        self._server = server

    def send_request(self, request: pusher.http.Request) -> object:
        response = self._server.embedded.call_from_thread(
            request.method, request.path, request.query_string, request.body
        )
        return pusher.http.process_response(response.status, response.body.decode())


@pytest.fixture(params=["over the network", "in process"])
def publisher(request, server):
    return publisher_of(server, in_process=request.param == "in process")


def publisher_of(server, in_process=False, **changes):
    options = {"app_id": APP.app_id, "key": APP.key, "secret": APP.secret} | changes
    if in_process:
        return pusher.Pusher(**options, backend=InProcess, server=server)
    return pusher.Pusher(
        **options,
        host="127.0.0.1",
        port=server.port,
        ssl=False,
        # The package believes HTTP_PROXY even for this machine.
        proxies={"http": None},
    )


def test_it_triggers_and_excludes_a_connection(server, publisher):
    with server.client() as tab, server.client() as other:
        tab.subscribe(ROOM)
        other.subscribe(ROOM)
        publisher.trigger(ROOM, "vote", {"card": "½ ☕ 🃏"}, tab.socket_id)
        publisher.trigger([ROOM, "lobby"], "done", "plain text")

        assert other.receive("vote") == {"card": "½ ☕ 🃏"}
        assert other.receive("done") == "plain text"
        assert tab.receive("done") == "plain text"


def test_it_triggers_a_batch(server, publisher):
    with server.client() as client:
        client.subscribe(ROOM)
        publisher.trigger_batch(
            [
                {"channel": ROOM, "name": "first", "data": {"number": 1}},
                {"channel": ROOM, "name": "second", "data": {"number": 2}},
            ]
        )

        assert client.receive("first") == {"number": 1}
        assert client.receive("second") == {"number": 2}


def test_it_queries_channels(server, publisher):
    with server.client() as client:
        client.subscribe(ROOM)
        client.subscribe(PEOPLE, {"user_id": 7, "user_info": {"name": "Mira"}})

        assert publisher.channels_info() == {"channels": {ROOM: {}, PEOPLE: {}}}
        assert publisher.channels_info("presence-", ["user_count"]) == {
            "channels": {PEOPLE: {"user_count": 1}}
        }
        assert publisher.channel_info(PEOPLE, ["user_count"]) == {
            "occupied": True,
            "user_count": 1,
        }
        assert publisher.users_info(PEOPLE) == {"users": [{"id": "7"}]}


def test_the_server_accepts_its_channel_signatures(server, publisher):
    with server.client() as client:
        for channel, member in [
            (ROOM, None),
            (PEOPLE, {"user_id": "ü", "user_info": {}}),
        ]:
            answer = publisher.authenticate(channel, client.socket_id, member)
            client.send("pusher:subscribe", {"channel": channel, **answer})
            client.receive("pusher_internal:subscription_succeeded")


def test_it_raises_its_own_exceptions(server, publisher):
    with pytest.raises(PusherBadRequest):
        publisher.trigger(ROOM, "pusher:forged", {})
    with pytest.raises(PusherBadStatus, match="413"):
        publisher.trigger(ROOM, "vote", "a" * 10_241)
    with pytest.raises(PusherBadRequest):
        publisher.users_info(ROOM)


@pytest.mark.parametrize(
    "changes", [{"app_id": "2"}, {"key": "another"}, {"secret": "another"}]
)
@pytest.mark.parametrize("in_process", [False, True])
def test_wrong_credentials_publish_nothing(server, changes, in_process):
    with server.client() as client:
        client.subscribe(ROOM)
        with pytest.raises(PusherBadAuth):
            publisher_of(server, in_process, **changes).trigger(ROOM, "vote", {})
        client.receives_nothing_before("pusher:pong")


def test_one_connection_serves_many_requests(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    path = f"/apps/{APP.app_id}/channels"
    connection.connect()
    address = connection.sock.getsockname()
    for _ in range(3):
        connection.request("GET", f"{path}?{signed_query('GET', path)}")
        response = connection.getresponse()
        assert response.headers["Content-Type"] == "application/json"
        assert json.loads(response.read()) == {"channels": {}}
        assert connection.sock.getsockname() == address
    connection.close()


@pytest.mark.parametrize(
    ("path", "status"),
    [(f"/app/{APP.key}", 426), ("/apps/", 404), (f"/apps/{APP.app_id}/events", 401)],
)
def test_a_plain_request_gets_an_error_in_json(server, path, status):
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", path)
    response = connection.getresponse()

    assert response.status == status
    assert list(json.loads(response.read())) == ["error"]
    connection.close()


def test_a_body_over_the_limit_is_refused_before_its_end(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.putrequest("POST", f"/apps/{APP.app_id}/events")
    connection.putheader("Content-Length", str(10**12))
    connection.endheaders(b"a" * 1_100_000)
    response = connection.getresponse()

    assert response.status == 413
    response.read()
    connection.close()


def test_each_publishing_threads_order_is_kept(server, publisher):
    with server.client() as client:
        client.subscribe(ROOM)
        names = ("first", "second", "third", "fourth")
        threads = [
            threading.Thread(
                target=lambda name=name: [
                    publisher.trigger(ROOM, name, number) for number in range(50)
                ]
            )
            for name in names
        ]
        for thread in threads:
            thread.start()
        received: dict[str, list[int]] = {name: [] for name in names}
        for _ in range(200):
            message = client.message()
            received[message["event"]].append(message["data"])
        for thread in threads:
            thread.join()

        assert all(numbers == list(range(50)) for numbers in received.values())


def test_the_process_knows_its_running_server():
    with RunningServer() as server:
        assert running_server() is server.embedded
    assert running_server() is None
