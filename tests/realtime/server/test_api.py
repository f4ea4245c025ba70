"""The HTTP API, request by request, without a network."""

import json
import time
from typing import Any

import pytest

from realtime.server import EmbeddedServer, Limits, Response
from realtime.server.connection import Connection
from realtime.server.hub import Hub
from tests.realtime.server.running import APP, signed_query

EVENTS = f"/apps/{APP.app_id}/events"
BATCH = f"/apps/{APP.app_id}/batch_events"
CHANNELS = f"/apps/{APP.app_id}/channels"


class Api:
    """A server, and one connection that subscribes."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.server = EmbeddedServer(APP, limits)
        self._frames: list[bytes] = []
        self.hub._schedule = lambda flush: flush()  # There is no loop to wait for.
        self.subscriber = self.connect(self._frames.append)

    @property
    def hub(self) -> Hub:
        return self.server._hub

    def connect(self, send: Any = lambda frame: None) -> Connection:
        connection = Connection(
            APP, self.hub, self.server.limits, send, lambda code, reason: None
        )
        connection.open()
        return connection

    def received(self) -> list[tuple[str, str, str]]:
        """(channel, event, data) of the subscriber's new messages."""
        messages = [
            json.loads(frame[frame.index(b'{"event"') :]) for frame in self._frames
        ]
        self._frames.clear()
        return [
            (message["channel"], message["event"], message["data"])
            for message in messages
            if "channel" in message and "pusher_internal:" not in message["event"]
        ]

    def request(
        self, method: str, path: str, body: bytes = b"", **parameters: str
    ) -> tuple[int, Any]:
        query = signed_query(method, path, body, **parameters)
        return read(self.server.handle(method, path, query, body))

    def post(self, path: str, body: object) -> tuple[int, Any]:
        return self.request("POST", path, json.dumps(body).encode())


def read(response: Response) -> tuple[int, Any]:
    return response.status, json.loads(response.body)


@pytest.fixture
def api() -> Api:
    api = Api()
    api.hub.subscribe(api.subscriber, "room")
    api.hub.subscribe(api.subscriber, "lobby")
    api.hub.subscribe_member(api.subscriber, "presence-room", "mira", None)
    api.hub.subscribe_member(api.connect(), "presence-room", "mira", None)
    api.hub.subscribe_member(api.connect(), "presence-room", "tom", None)
    return api


def event(**changes: object) -> dict[str, object]:
    return {"name": "vote", "data": "{}", "channels": ["room"], **changes}


class TestEvents:
    def test_an_event_reaches_each_of_its_channels_once(self, api):
        channels = ["room", "lobby", "room", "empty"]

        assert api.post(EVENTS, event(channels=channels)) == (200, {})
        assert api.received() == [("room", "vote", "{}"), ("lobby", "vote", "{}")]

    def test_a_single_channel_is_accepted(self, api):
        body = {"name": "vote", "data": "{}", "channel": "room"}

        assert api.post(EVENTS, body) == (200, {})
        assert api.received() == [("room", "vote", "{}")]

    def test_a_connection_can_be_excluded(self, api):
        body = event(socket_id=api.subscriber.socket_id, channels=["room", "lobby"])

        assert api.post(EVENTS, body) == (200, {})
        assert api.received() == []

    def test_an_unknown_connection_excludes_nobody(self, api):
        assert api.post(EVENTS, event(socket_id="1.1")) == (200, {})
        assert len(api.received()) == 1

    def test_the_response_has_the_requested_attributes_that_exist(self, api):
        body = event(channels=["room", "presence-room"], info="user_count,unheard_of")

        assert api.post(EVENTS, body) == (
            200,
            {"channels": {"room": {}, "presence-room": {"user_count": 2}}},
        )

    @pytest.mark.parametrize(
        "changes",
        [
            {"name": ""},
            {"name": None},
            {"name": 1},
            {"name": "pusher:ping"},
            {"name": "pusher_internal:member_added"},
            {"data": None},
            {"data": {}},
            {"channels": []},
            {"channels": "room"},
            {"channels": None},
            {"channels": ["room", ""]},
            {"channels": ["room", "#user-1"]},
            {"channels": ["room", "with space"]},
            {"channels": ["room", 1]},
            {"channels": ["room", ["lobby"]]},
            {"socket_id": "1"},
            {"socket_id": "1.1:private-room"},
            {"socket_id": "1.1\n"},
            {"socket_id": 1.1},
        ],
    )
    def test_an_invalid_event_reaches_no_channel(self, api, changes):
        status, answer = api.post(EVENTS, event(**changes))

        assert (status, list(answer)) == (400, ["error"])
        assert api.received() == []

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 99_999]
    )
    @pytest.mark.parametrize("path", [EVENTS, BATCH])
    def test_a_body_that_is_no_json_object_is_refused(self, api, path, body):
        status, answer = api.request("POST", path, body)

        assert (status, list(answer)) == (400, ["error"])


class TestBatches:
    def test_each_event_of_a_batch_is_published_in_order(self, api):
        batch = [
            {"name": f"number-{number}", "data": str(number), "channel": "room"}
            for number in range(10)
        ]

        assert api.post(BATCH, {"batch": batch}) == (200, {})
        assert api.received() == [
            ("room", f"number-{number}", str(number)) for number in range(10)
        ]

    def test_each_event_of_a_batch_has_its_own_exclusion_and_info(self, api):
        batch = [
            {
                "name": "vote",
                "data": "1",
                "channel": "room",
                "socket_id": api.subscriber.socket_id,
            },
            {
                "name": "vote",
                "data": "2",
                "channel": "presence-room",
                "info": "user_count",
            },
        ]

        assert api.post(BATCH, {"batch": batch}) == (
            200,
            {"batch": [{}, {"user_count": 2}]},
        )
        assert api.received() == [("presence-room", "vote", "2")]

    @pytest.mark.parametrize(
        "batch",
        [
            None,
            {},
            ["vote"],
            [{"name": "vote", "data": "{}", "channel": "room"}] * 11,
            [
                {"name": "vote", "data": "{}", "channel": "room"},
                {"name": "pusher:vote", "data": "{}", "channel": "room"},
            ],
            [{"name": "vote", "data": "{}", "channels": ["room"]}],
        ],
    )
    def test_a_batch_with_an_invalid_event_publishes_nothing(self, api, batch):
        status, answer = api.post(BATCH, {"batch": batch})

        assert (status, list(answer)) == (400, ["error"])
        assert api.received() == []


class TestLimits:
    @pytest.mark.parametrize(
        ("fits", "is_too_much", "status"),
        [
            ({"channels": ["a" * 164]}, {"channels": ["a" * 165]}, 400),
            ({"name": "ü" * 200}, {"name": "ü" * 201}, 400),
            ({"data": "a" * 10_240}, {"data": "a" * 10_241}, 413),
            # Two bytes a character.
            ({"data": "ü" * 5_120}, {"data": "ü" * 5_120 + "a"}, 413),
            ({"data": "🃏" * 2_560}, {"data": "🃏" * 2_561}, 413),
            (
                {"channels": [f"room-{number}" for number in range(100)]},
                {"channels": [f"room-{number}" for number in range(101)]},
                400,
            ),
        ],
    )
    def test_limits_are_exact(self, api, fits, is_too_much, status):
        assert api.post(EVENTS, event(**fits)) == (200, {})
        refused, answer = api.post(EVENTS, event(**is_too_much))

        assert (refused, list(answer)) == (status, ["error"])

    def test_ten_full_events_fit_even_escaped(self, api):
        full = {"name": "vote", "data": "\u0001" * 10_240, "channel": "room"}

        assert api.post(BATCH, {"batch": [full] * 10}) == (200, {})

    def test_a_body_over_a_megabyte_is_refused(self, api):
        status, _ = api.request("POST", EVENTS, b" " * 1_000_001)

        assert status == 413

    def test_a_limit_of_0_is_none(self):
        api = Api(
            Limits(
                channel_name_length=0,
                event_name_length=0,
                data_bytes=0,
                channels_per_trigger=0,
                events_per_batch=0,
                request_bytes=0,
            )
        )
        body = event(
            name="a" * 1_000,
            data="a" * 2_000_000,
            channels=[f"{number:0500}" for number in range(150)],
        )
        one = {"name": "vote", "data": "{}", "channel": "room"}

        assert api.post(EVENTS, body) == (200, {})
        assert api.post(BATCH, {"batch": [one] * 50}) == (200, {})


class TestQueries:
    def test_it_lists_occupied_channels(self, api):
        assert api.request("GET", CHANNELS) == (
            200,
            {"channels": {"room": {}, "lobby": {}, "presence-room": {}}},
        )
        assert api.request("GET", CHANNELS, filter_by_prefix="lo") == (
            200,
            {"channels": {"lobby": {}}},
        )
        assert api.request(
            "GET", CHANNELS, filter_by_prefix="presence-", info="user_count"
        ) == (200, {"channels": {"presence-room": {"user_count": 2}}})

    def test_a_channel_has_its_occupancy_and_user_count(self, api):
        assert api.request("GET", f"{CHANNELS}/room") == (200, {"occupied": True})
        assert api.request("GET", f"{CHANNELS}/empty") == (200, {"occupied": False})
        assert api.request("GET", f"{CHANNELS}/presence-room", info="user_count") == (
            200,
            {"occupied": True, "user_count": 2},
        )
        assert api.request("GET", f"{CHANNELS}/presence-empty", info="user_count") == (
            200,
            {"occupied": False, "user_count": 0},
        )

    def test_it_lists_each_present_user_once(self, api):
        assert api.request("GET", f"{CHANNELS}/presence-room/users") == (
            200,
            {"users": [{"id": "mira"}, {"id": "tom"}]},
        )
        assert api.request("GET", f"{CHANNELS}/presence-empty/users") == (
            200,
            {"users": []},
        )

    @pytest.mark.parametrize(
        ("path", "parameters"),
        [
            (CHANNELS, {"info": "user_count"}),
            (CHANNELS, {"info": "user_count", "filter_by_prefix": "private-"}),
            (f"{CHANNELS}/room", {"info": "user_count"}),
            (f"{CHANNELS}/presence-room", {"info": "unheard_of"}),
            (f"{CHANNELS}/with space", {}),
            (f"{CHANNELS}/room/users", {}),
        ],
    )
    def test_an_attribute_that_a_channel_lacks_is_refused(self, api, path, parameters):
        status, answer = api.request("GET", path, **parameters)

        assert (status, list(answer)) == (400, ["error"])


class TestAuthentication:
    BODY = json.dumps(event()).encode()

    def post(self, api: Api, query: str, body: bytes = BODY) -> int:
        status, answer = read(api.server.handle("POST", EVENTS, query, body))
        assert status == 200 or list(answer) == ["error"]
        return status

    @pytest.mark.parametrize(
        ("seconds", "status"), [(-605, 401), (-595, 200), (595, 200), (605, 401)]
    )
    def test_a_clock_may_be_ten_minutes_wrong(self, api, seconds, status):
        timestamp = str(int(time.time()) + seconds)
        query = signed_query("POST", EVENTS, self.BODY, auth_timestamp=timestamp)

        assert self.post(api, query) == status

    @pytest.mark.parametrize(
        "parameters",
        [
            {"auth_key": "another-key"},
            {"auth_key": ""},
            {"auth_version": "2.0"},
            {"auth_timestamp": ""},
            {"auth_timestamp": "now"},
            {"auth_timestamp": "-1"},
            {"auth_timestamp": "9" * 5_000},
            {"auth_timestamp": "١٢٣"},
            {"body_md5": ""},
            {"body_md5": "d41d8cd98f00b204e9800998ecf8427e"},
        ],
    )
    def test_a_signed_but_wrong_parameter_is_refused(self, api, parameters):
        query = signed_query("POST", EVENTS, self.BODY, **parameters)

        assert self.post(api, query) == 401
        assert api.received() == []

    @pytest.mark.parametrize(
        "missing",
        ["auth_key", "auth_timestamp", "auth_version", "body_md5", "auth_signature"],
    )
    def test_a_missing_parameter_is_refused(self, api, missing):
        query = signed_query("POST", EVENTS, self.BODY)
        kept = [pair for pair in query.split("&") if not pair.startswith(missing)]

        assert self.post(api, "&".join(kept)) == 401

    def test_a_signed_request_cannot_be_changed(self, api):
        query = signed_query("POST", EVENTS, self.BODY)

        assert self.post(api, query, self.BODY.replace(b"room", b"roof")) == 401
        assert self.post(api, query + "&info=user_count") == 401
        assert self.post(api, query[:-1] + ("0" if query[-1] != "0" else "1")) == 401
        assert self.post(api, query + "ü") == 401
        assert read(api.server.handle("POST", BATCH, query, self.BODY))[0] == 401
        assert read(api.server.handle("PUT", EVENTS, query, self.BODY))[0] == 401
        assert api.received() == []

    def test_another_app_s_path_is_refused(self, api):
        path = "/apps/2/events"
        query = signed_query("POST", path, self.BODY)

        assert read(api.server.handle("POST", path, query, self.BODY))[0] == 401

    def test_a_body_has_to_be_signed_even_in_a_get(self, api):
        query = signed_query("GET", CHANNELS)

        assert read(api.server.handle("GET", CHANNELS, query, b"{}"))[0] == 401

    def test_the_digest_of_no_body_may_be_signed(self, api):
        """As the ``pusher`` package does with each GET."""
        status, _ = api.request(
            "GET", CHANNELS, body_md5="d41d8cd98f00b204e9800998ecf8427e"
        )

        assert status == 200

    def test_keys_are_signed_in_lower_case_and_values_without_escapes(self, api):
        query = signed_query("GET", CHANNELS, filter_by_prefix="a,b")
        escaped = query.replace("a,b", "a%2Cb").replace("auth_key", "Auth_Key")

        assert read(api.server.handle("GET", CHANNELS, escaped, b""))[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/apps/", 404),
        ("GET", f"/apps/{APP.app_id}", 404),
        ("POST", f"{EVENTS}/", 404),
        ("GET", f"{CHANNELS}/presence-room/users/1", 404),
        ("POST", "/users/1", 404),
        ("GET", "/users/1/terminate_connections", 405),
        ("GET", EVENTS, 405),
        ("GET", BATCH, 405),
        ("POST", CHANNELS, 405),
        ("DELETE", f"{CHANNELS}/room", 405),
    ],
)
def test_unknown_paths_and_methods_are_refused_in_json(api, method, path, status):
    answered, answer = api.request(method, path)

    assert (answered, list(answer)) == (status, ["error"])


def test_a_call_from_a_thread_without_a_running_server_is_503(api):
    body = json.dumps(event()).encode()
    query = signed_query("POST", EVENTS, body)

    assert api.server.call_from_thread("POST", EVENTS, query, body).status == 503
