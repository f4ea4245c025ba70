"""Pusher's HTTP API: publishing events and asking about channels.

``read`` parses and checks a whole request before anything is published. It does not
use the hub, so it may run in any thread. The command it returns runs in the loop's.
"""

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl

from .app import App
from .channel_names import CACHE, ENCRYPTED, PRESENCE, is_channel_name
from .frames import read_json
from .hub import Hub, Publication
from .limits import Limits, RateCounter, exceeds

CLOCK_TOLERANCE_SECONDS = 600
RESERVED_EVENTS = ("pusher:", "pusher_internal:")

_PATH = re.compile("/apps/([^/]+)/(events|batch_events|channels(?:/([^/]+)(/users)?)?)")
# The `pusher` package (3.3.4) omits the app.
_TERMINATE = re.compile("(?:/apps/([^/]+))?/users/([^/]+)/terminate_connections")
# Clients that are still authorized reconnect at once; after 4009 they never would.
RECONNECT = 4200
_SOCKET_ID = re.compile(r"[0-9]+\.[0-9]+")


@dataclass(frozen=True)
class Response:
    """An HTTP response. Its body is JSON: ``{"error": sentence}`` for an error."""

    status: int
    body: bytes


ACCEPTED = Response(HTTPStatus.OK, b"{}")


@dataclass(frozen=True)
class Command:
    """A valid request. ``run`` must be called in the loop's thread.

    Without ``returns_data`` its response only says that the request was accepted.
    """

    run: Callable[[], dict[str, object]]
    returns_data: bool = True


class RequestRejectedError(Exception):
    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.response = error_response(status, message)


def error_response(status: HTTPStatus, message: str) -> Response:
    """An error as the API returns it."""
    return Response(status, _json({"error": message}))


class HttpApi:
    """The endpoints of one app (Pusher docs, HTTP API reference)."""

    def __init__(self, app: App, hub: Hub, limits: Limits) -> None:
        self._app = app
        self._hub = hub
        self._limits = limits
        self._trigger_rate = RateCounter(limits.triggers_per_second)

    def handle(self, method: str, path: str, query: str, body: bytes) -> Response:
        """Answer a request, in the loop's thread."""
        try:
            command = self.read(method, path, query, body)
        except RequestRejectedError as rejection:
            return rejection.response
        return self.run(command)

    def run(self, command: Command) -> Response:
        """Carry out a request, in the loop's thread."""
        answer = command.run()
        return Response(HTTPStatus.OK, _json(answer)) if answer else ACCEPTED

    def read(self, method: str, path: str, query: str, body: bytes) -> Command:
        """Parse and check a request. Raises RequestRejectedError."""
        route = _PATH.fullmatch(path)
        termination = None if route else _TERMINATE.fullmatch(path)
        if not route and not termination:
            raise RequestRejectedError(HTTPStatus.NOT_FOUND, f"There is no {path:.200}")
        if exceeds(len(body), self._limits.request_bytes):
            raise RequestRejectedError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"A request may have {self._limits.request_bytes} bytes",
            )
        # Keys are signed in lower case (Pusher docs, HTTP API, authentication).
        parameters = {key.lower(): value for key, value in _query_pairs(query)}
        app_id = route[1] if route else termination[1] if termination else None
        self._authenticate(app_id, method, path, parameters, body)
        if termination and method == "POST":
            return self._terminate(termination[2])
        endpoint, channel_name, users = route.groups()[1:] if route else ("", "", "")
        info = _split_names(parameters.get("info", ""))
        match method, endpoint:
            case "POST", "events":
                return self._within_rate_limit(self._events(_json_object(body)))
            case "POST", "batch_events":
                return self._within_rate_limit(self._batch_events(_json_object(body)))
            case "GET", "channels":
                return self._channels(parameters.get("filter_by_prefix", ""), info)
            case "GET", _ if channel_name:
                self._check_channel_name(channel_name)
                if users:
                    return self._users(channel_name)
                return self._channel(channel_name, info)
        raise RequestRejectedError(
            HTTPStatus.METHOD_NOT_ALLOWED, f"{path:.200} does not take {method:.20}"
        )

    def _authenticate(
        self,
        app_id: str | None,
        method: str,
        path: str,
        parameters: dict[str, str],
        body: bytes,
    ) -> None:
        """Check key, signature, time and body (Pusher docs, HTTP API, authentication).

        ``body_md5`` is signed whenever it is sent: the ``pusher`` package sends that of
        the empty body with each GET.
        """
        signed = "&".join(
            f"{key}={value}"
            for key, value in sorted(parameters.items())
            if key != "auth_signature"
        )
        is_ours = app_id in (None, self._app.app_id)
        if not is_ours or parameters.get("auth_key") != self._app.key:
            raise _unauthorized("Unknown app id or auth_key")
        if not self._app.has_signed(
            f"{method}\n{path}\n{signed}", parameters.get("auth_signature", "")
        ):
            raise _unauthorized("Invalid auth_signature")
        if parameters.get("auth_version") != "1.0":
            raise _unauthorized("auth_version must be 1.0")
        timestamp = parameters.get("auth_timestamp", "")
        if not re.fullmatch("[0-9]{1,12}", timestamp):
            raise _unauthorized("auth_timestamp must be a time in seconds")
        if abs(time.time() - int(timestamp)) > CLOCK_TOLERANCE_SECONDS:
            raise _unauthorized(
                f"auth_timestamp is over {CLOCK_TOLERANCE_SECONDS} seconds away from "
                "this server's clock"
            )
        if body or "body_md5" in parameters:
            digest = hashlib.md5(body, usedforsecurity=False).hexdigest()
            if parameters.get("body_md5") != digest:
                raise _unauthorized("body_md5 is not that of the body")

    def _within_rate_limit(self, command: Command) -> Command:
        """Count a valid trigger before it runs."""
        if self._trigger_rate.hit():
            raise RequestRejectedError(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"The limit is {self._limits.triggers_per_second} triggers a second",
            )
        return command

    def _terminate(self, user_id: str) -> Command:
        def terminate() -> dict[str, object]:
            for connection in self._hub.connections_of(user_id):
                connection.close(RECONNECT, "Connections of this user are closed")
            return {}

        return Command(terminate, returns_data=False)

    def _events(self, body: dict[str, object]) -> Command:
        channels = body.get("channels", [body.get("channel")])
        if not isinstance(channels, list) or not channels:
            raise _bad_request("channels must be a list of names")
        if exceeds(len(channels), self._limits.channels_per_trigger):
            raise _bad_request(
                "An event may go to "
                f"{self._limits.channels_per_trigger} channels at a time"
            )
        publication = self._publication(body, channels)
        if len(publication.channels) > 1 and any(
            name.startswith(ENCRYPTED) for name in publication.channels
        ):
            raise _bad_request("An encrypted event goes to one channel at a time")
        info = _requested_info(body)

        def publish() -> dict[str, object]:
            self._hub.publish(publication)
            if not info:
                return {}
            return {
                "channels": {
                    name: self._attributes(name, info) for name in publication.channels
                }
            }

        return Command(publish, returns_data=bool(info))

    def _batch_events(self, body: dict[str, object]) -> Command:
        batch = body.get("batch")
        if not isinstance(batch, list) or not all(isinstance(e, dict) for e in batch):
            raise _bad_request("batch must be a list of events")
        if exceeds(len(batch), self._limits.events_per_batch):
            raise _bad_request(
                f"A batch may have {self._limits.events_per_batch} events"
            )
        publications = [
            self._publication(event, [event.get("channel")]) for event in batch
        ]
        infos = [_requested_info(event) for event in batch]

        def publish() -> dict[str, object]:
            for publication in publications:
                self._hub.publish(publication)
            if not any(infos):
                return {}
            return {
                "batch": [
                    self._attributes(publication.channels[0], info)
                    for publication, info in zip(publications, infos, strict=True)
                ]
            }

        return Command(publish, returns_data=any(infos))

    def _channels(self, prefix: str, info: list[str]) -> Command:
        for attribute in info:
            self._check_attribute(attribute, prefix)

        def occupied() -> dict[str, object]:
            return {
                "channels": {
                    name: self._attributes(name, info)
                    for name in self._hub.channels
                    if name.startswith(prefix)
                }
            }

        return Command(occupied)

    def _channel(self, channel_name: str, info: list[str]) -> Command:
        for attribute in info:
            self._check_attribute(attribute, channel_name)
        return Command(
            lambda: {
                "occupied": channel_name in self._hub.channels,
                **self._attributes(channel_name, info),
            }
        )

    def _users(self, channel_name: str) -> Command:
        if not channel_name.startswith(PRESENCE):
            raise _bad_request("Only presence channels have users")
        return Command(
            lambda: {
                "users": [
                    {"id": user_id}
                    for user_id in sorted(self._hub.user_ids(channel_name))
                ]
            }
        )

    def _attributes(self, channel_name: str, info: list[str]) -> dict[str, object]:
        """The requested attributes, without those that the channel does not have."""
        attributes: dict[str, object] = {}
        if "user_count" in info and channel_name.startswith(PRESENCE):
            attributes["user_count"] = len(self._hub.user_ids(channel_name))
        if "subscription_count" in info:
            count = self._hub.subscription_count(channel_name)
            attributes["subscription_count"] = count
        if "cache" in info and channel_name.startswith(CACHE):
            attributes["cache"] = self._cached(channel_name)
        return attributes

    def _cached(self, channel_name: str) -> dict[str, object] | None:
        cache = self._hub.cache
        if event := cache.last_event(channel_name):
            return {"data": event.data, "ttl": cache.seconds_left(event)}
        return None

    def _publication(
        self, event: dict[str, object], channels: list[object]
    ) -> Publication:
        name, data = event.get("name"), event.get("data")
        socket_id = event.get("socket_id")
        if not isinstance(name, str) or not name:
            raise _bad_request("An event needs a name")
        if exceeds(len(name), self._limits.event_name_length):
            raise _bad_request(
                "The name of an event may have "
                f"{self._limits.event_name_length} characters"
            )
        if name.startswith(RESERVED_EVENTS):
            raise _bad_request(f"Events named {name:.17}... are the protocol's own")
        if not isinstance(data, str):
            raise _bad_request("The data of an event must be a string")
        if exceeds(len(data.encode("utf-8", "surrogatepass")), self._limits.data_bytes):
            raise RequestRejectedError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"The data of an event may have {self._limits.data_bytes} bytes",
            )
        if socket_id is not None and not (
            isinstance(socket_id, str) and _SOCKET_ID.fullmatch(socket_id)
        ):
            raise _bad_request("Invalid socket_id")
        # A channel that is named twice receives the event once.
        names = dict.fromkeys(self._check_channel_name(channel) for channel in channels)
        return Publication(name, data, tuple(names), socket_id)

    def _check_channel_name(self, name: object) -> str:
        if not isinstance(name, str) or not is_channel_name(name, self._limits):
            raise _bad_request(f"Invalid channel name: {name!r:.200}")
        return name

    def _check_attribute(self, attribute: str, channel_name: str) -> None:
        if attribute not in ("user_count", "subscription_count", "cache"):
            raise _bad_request(f"Unknown info: {attribute:.200}")
        if attribute == "user_count" and not channel_name.startswith(PRESENCE):
            raise _bad_request("Only presence channels have a user_count")
        if attribute == "cache" and not channel_name.startswith(CACHE):
            raise _bad_request("Only cache channels have a cache")


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _json_object(body: bytes) -> dict[str, object]:
    try:
        value = read_json(body)
    except ValueError:
        raise _bad_request("The body is not JSON") from None
    if not isinstance(value, dict):
        raise _bad_request("The body is not a JSON object")
    return value


def _query_pairs(query: str) -> Iterable[Sequence[str]]:
    """As ``parse_qsl``, which is four times as slow where nothing is escaped."""
    if "%" in query or "+" in query:
        return parse_qsl(query, keep_blank_values=True)
    return [pair.partition("=")[::2] for pair in query.split("&") if pair]


def _requested_info(event: dict[str, object]) -> list[str]:
    info = event.get("info")
    return _split_names(info) if isinstance(info, str) else []


def _split_names(comma_separated: str) -> list[str]:
    return [name for name in comma_separated.split(",") if name]


def _bad_request(message: str) -> RequestRejectedError:
    return RequestRejectedError(HTTPStatus.BAD_REQUEST, message)


def _unauthorized(message: str) -> RequestRejectedError:
    return RequestRejectedError(HTTPStatus.UNAUTHORIZED, message)
