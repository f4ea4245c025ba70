"""One connection's side of Pusher protocol 7, from its first message to its last.

It does no I/O: incoming messages are passed to ``receive``, outgoing frames to
``send``. No message closes the connection or raises: an invalid one is answered with a
``pusher:error``. (A close code would make pusher-js give up until a reload.)
"""

import secrets
from collections.abc import Callable

from .app import App
from .channel_names import (
    PRESENCE,
    SERVER_TO_USER,
    SIGNED,
    is_channel_name,
    takes_client_events,
)
from .frames import PONG, error_frame, read_json, text_frame, write_json
from .hub import Hub
from .limits import Limits, RateCounter, exceeds

# Sent to the browser, which pings after such a time without any message.
ACTIVITY_TIMEOUT_SECONDS = 120
UNAUTHORIZED = 4009
TOO_MANY_CLIENT_EVENTS = 4301


class MessageRejectedError(Exception):
    """A client's message is not carried out; the client stays connected."""

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.frame = error_frame(message, code)


class Connection:
    """An accepted client. ``socket_id`` is new for each, and unguessable."""

    __slots__ = (
        "_app",
        "_client_event_rate",
        "_hub",
        "_limits",
        "_user",
        "channels",
        "close",
        "send",
        "socket_id",
    )

    def __init__(
        self,
        app: App,
        hub: Hub,
        limits: Limits,
        send: Callable[[bytes], None],
        close: Callable[[int, str], None],
    ) -> None:
        self._app = app
        self._hub = hub
        self._limits = limits
        self.send = send
        self.close = close
        self._client_event_rate: RateCounter | None = None
        # The signed-in user's id and user_info.
        self._user: tuple[str, object] | None = None
        self.channels: set[str] = set()
        # Two numbers (Pusher protocol 7, socket_id), random because they are signed.
        self.socket_id = f"{_random_number()}.{_random_number()}"

    def open(self) -> None:
        """Register, and send ``pusher:connection_established`` (Pusher protocol 7)."""
        self._hub.connect(self)
        handshake = {
            "socket_id": self.socket_id,
            "activity_timeout": ACTIVITY_TIMEOUT_SECONDS,
        }
        self.send(
            text_frame(
                {
                    "event": "pusher:connection_established",
                    "data": write_json(handshake),
                }
            )
        )

    def receive(self, text: str) -> None:
        """Carry out a message, or answer with a ``pusher:error``."""
        # Earlier events go out before the answer, and not to a new subscriber.
        self._hub.flush()
        try:
            message = _json_object(text)
            event = message.get("event")
            if event == "pusher:ping":
                self.send(PONG)
            elif event == "pusher:subscribe":
                self._subscribe(_message_data(message))
            elif event == "pusher:unsubscribe":
                self._unsubscribe(_message_data(message))
            elif event == "pusher:signin":
                self._sign_in(_message_data(message))
            elif isinstance(event, str) and event.startswith("client-"):
                self._relay(event, message)
            elif event != "pusher:pong":
                raise MessageRejectedError(_unknown_event(event))
        except MessageRejectedError as rejection:
            self.send(rejection.frame)

    def send_error(self, reason: str) -> None:
        """Send a ``pusher:error``."""
        self.send(error_frame(reason))

    def on_disconnect(self) -> None:
        """Leave every channel: the connection is closed."""
        if self._user:
            self._hub.sign_out(self, self._user[0])
            self._user = None
        self._hub.disconnect(self)

    def _subscribe(self, data: dict[str, object]) -> None:
        channel_name = data.get("channel")
        if not isinstance(channel_name, str) or not is_channel_name(
            channel_name, self._limits
        ):
            raise MessageRejectedError(f"Invalid channel name: {channel_name!s:.200}")
        if channel_name in self.channels:
            raise MessageRejectedError(
                f"Existing subscription to channel {channel_name}"
            )
        if exceeds(len(self.channels) + 1, self._limits.channels_per_connection):
            raise MessageRejectedError(
                "A connection may subscribe to "
                f"{self._limits.channels_per_connection} channels"
            )
        if channel_name.startswith(SERVER_TO_USER):
            user_id = channel_name.removeprefix(SERVER_TO_USER)
            if not self._user or self._user[0] != user_id:
                raise MessageRejectedError(
                    f"Channel {channel_name} is that of another user", UNAUTHORIZED
                )
            self._hub.subscribe(self, channel_name)
        elif channel_name.startswith(PRESENCE):
            self._subscribe_member(channel_name, data)
        else:
            if channel_name.startswith(SIGNED):
                self._check_signature(channel_name, channel_name, data)
            self._hub.subscribe(self, channel_name)

    def _sign_in(self, data: dict[str, object]) -> None:
        """Pusher docs, user authentication: the connection becomes that user's."""
        user_data = data.get("user_data")
        if not isinstance(user_data, str):
            raise MessageRejectedError("Signing in needs user_data")
        self._check_auth(f"{self.socket_id}::user::{user_data}", data, "signing in")
        user = _json_object(user_data)
        user_id = user.get("id")
        if (
            not isinstance(user_id, str)
            or not user_id
            or exceeds(len(user_id), self._limits.presence_user_id_length)
        ):
            raise MessageRejectedError(
                "user_data needs an id of 1 to "
                f"{self._limits.presence_user_id_length} characters"
            )
        if self._user and self._user[0] != user_id:
            raise MessageRejectedError("This connection is signed in as another user")
        self._user = user_id, user.get("user_info")
        self._hub.sign_in(self, user_id)
        signed_in = write_json({"user_data": user_data})
        self.send(text_frame({"event": "pusher:signin_success", "data": signed_in}))

    def _relay(self, event: str, message: dict[str, object]) -> None:
        """Pusher docs, client events: sent to the other subscribers of the channel."""
        if not self._hub.relays_client_events:
            raise MessageRejectedError("Client events are not enabled")
        if exceeds(len(event), self._limits.event_name_length):
            raise MessageRejectedError(
                "The name of an event may have "
                f"{self._limits.event_name_length} characters"
            )
        channel_name = message.get("channel")
        if not isinstance(channel_name, str) or channel_name not in self.channels:
            raise MessageRejectedError(
                "A client event needs a subscription to its channel"
            )
        if not takes_client_events(channel_name):
            raise MessageRejectedError(f"Channel {channel_name} takes no client events")
        data = message.get("data")
        try:
            text = data if isinstance(data, str) else write_json(data)
        except ValueError:
            raise MessageRejectedError("The data is not valid JSON") from None
        if exceeds(len(text.encode("utf-8", "surrogatepass")), self._limits.data_bytes):
            raise MessageRejectedError(
                f"The data of an event may have {self._limits.data_bytes} bytes"
            )
        if self._client_event_rate is None:
            self._client_event_rate = RateCounter(self._limits.client_events_per_second)
        if self._client_event_rate.hit():
            raise MessageRejectedError("Too many client events", TOO_MANY_CLIENT_EVENTS)
        self._hub.relay(self, channel_name, event, text)

    def _subscribe_member(self, channel_name: str, data: dict[str, object]) -> None:
        user_id, user_info = self._authenticated_member(channel_name, data)
        present = self._hub.user_ids(channel_name)
        # Another tab of a present user is not another member.
        if user_id not in present and exceeds(
            len(present) + 1, self._limits.presence_members
        ):
            raise MessageRejectedError(
                f"Channel {channel_name} is full: it may have "
                f"{self._limits.presence_members} members"
            )
        self._hub.subscribe_member(self, channel_name, user_id, user_info)

    def _authenticated_member(
        self, channel_name: str, data: dict[str, object]
    ) -> tuple[str, object]:
        """The member that the application signed, or else the signed-in user."""
        channel_data = data.get("channel_data")
        if channel_data is None and self._user:
            self._check_signature(channel_name, channel_name, data)
            return self._user
        if not isinstance(channel_data, str):
            raise MessageRejectedError(f"Channel {channel_name} needs channel_data")
        self._check_signature(channel_name, f"{channel_name}:{channel_data}", data)
        return self._parse_member(channel_data)

    def _check_signature(
        self, channel_name: str, signed: str, data: dict[str, object]
    ) -> None:
        """Pusher docs, auth signatures: ``<key>:<signature of socket id and channel>``.

        A wrong one is common: after a reconnect, pusher-js sends the signature for its
        old socket id first, and then the right one.
        """
        self._check_auth(f"{self.socket_id}:{signed}", data, f"channel {channel_name}")

    def _check_auth(self, text: str, data: dict[str, object], subject: str) -> None:
        key, _, signature = str(data.get("auth")).partition(":")
        if key != self._app.key or not self._app.has_signed(text, signature):
            raise MessageRejectedError(f"Invalid signature for {subject}", UNAUTHORIZED)

    def _parse_member(self, channel_data: str) -> tuple[str, object]:
        member = _json_object(channel_data)
        user_id = member.get("user_id")
        if isinstance(user_id, int) and not isinstance(user_id, bool):
            # It becomes a string anyway, as a key in JSON.
            user_id = str(user_id)
        if (
            not isinstance(user_id, str)
            or not user_id
            or exceeds(len(user_id), self._limits.presence_user_id_length)
        ):
            raise MessageRejectedError(
                "channel_data needs a user_id of 1 to "
                f"{self._limits.presence_user_id_length} characters"
            )
        user_info = member.get("user_info")
        try:
            size = len(write_json(user_info).encode("utf-8", "surrogatepass"))
        except ValueError:
            raise MessageRejectedError("user_info is not valid JSON") from None
        if exceeds(size, self._limits.presence_user_info_bytes):
            raise MessageRejectedError(
                f"user_info may have {self._limits.presence_user_info_bytes} bytes"
            )
        return user_id, user_info

    def _unsubscribe(self, data: dict[str, object]) -> None:
        channel_name = data.get("channel")
        if not isinstance(channel_name, str) or channel_name not in self.channels:
            raise MessageRejectedError(
                f"No current subscription to channel {channel_name!s:.200}"
            )
        self._hub.unsubscribe(self, channel_name)


def _random_number() -> int:
    return secrets.randbelow(10**9) + 1


def _json_object(text: str) -> dict[str, object]:
    try:
        value = read_json(text)
    except ValueError:
        raise MessageRejectedError("Invalid message: not JSON") from None
    if not isinstance(value, dict):
        raise MessageRejectedError("Invalid message: not a JSON object")
    return value


def _message_data(message: dict[str, object]) -> dict[str, object]:
    """The message's data: an object from pusher-js, JSON in a string from others."""
    data = message.get("data")
    if isinstance(data, str):
        return _json_object(data)
    if not isinstance(data, dict):
        raise MessageRejectedError("Invalid message: its data is not an object")
    return data


def _unknown_event(event: object) -> str:
    if not isinstance(event, str):
        return "Invalid message: it has no event"
    return f"Unknown event: {event:.200}"
