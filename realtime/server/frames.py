"""The frames that the server sends: JSON in unmasked WebSocket text frames."""

import json
from collections.abc import Mapping

from websockets.frames import Frame, Opcode


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


# Built once: `json.loads` and `json.dumps` would build them for each message.
_decoder = json.JSONDecoder(parse_constant=_refuse_constant)
_encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def read_json(text: str | bytes) -> object:
    """Parse untrusted JSON.

    Raises ValueError, and nothing else, for what is not JSON: Python's parser accepts
    NaN, which no browser does, and raises RecursionError for deep nesting.
    """
    if isinstance(text, bytes):
        text = text.decode()
    try:
        value: object = _decoder.decode(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return value


def write_json(value: object) -> str:
    """Compact JSON. Raises ValueError for infinity, which 1e999 is parsed as."""
    return _encoder.encode(value)


def text_frame(message: Mapping[str, object]) -> bytes:
    """The frame of a message, the same for every connection that receives it."""
    try:
        payload = write_json(message).encode()
    except UnicodeEncodeError:
        # A lone surrogate cannot be encoded as UTF-8, but escaped in JSON.
        payload = json.dumps(message).encode()
    return Frame(Opcode.TEXT, payload).serialize(mask=False)


def event_frame(event: str, channel: str, data: str) -> bytes:
    """An event on a channel. ``data`` is a string, usually of JSON."""
    return text_frame({"event": event, "channel": channel, "data": data})


def error_frame(message: str, code: int | None = None) -> bytes:
    """Pusher protocol 7, ``pusher:error``. Most errors of Pusher have the code null."""
    data = {"message": message, "code": code}
    return text_frame({"event": "pusher:error", "data": data})


PONG = text_frame({"event": "pusher:pong", "data": {}})
