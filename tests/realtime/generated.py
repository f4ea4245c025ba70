"""Inputs of bad clients: valid, mutated, and random.

Everything derives from one seed, which the tests print. GENERATED_SEED sets it, and
GENERATED_COUNT the number of inputs.
"""

import hashlib
import json
import os
import random
from collections.abc import Callable, Iterator

from tests.realtime.server.running import APP, signed, signed_query

SEED = int(os.environ.get("GENERATED_SEED", random.SystemRandom().randrange(2**32)))
COUNT = int(os.environ.get("GENERATED_COUNT", "100000"))

CHANNELS = [
    "room", "private-room", "presence-room", "cache-room", "private-cache-room",
    "private-encrypted-room", "#server-to-user-1", "", "ü", "a" * 165, "x y",
]  # fmt: skip
EVENTS = [
    "pusher:ping", "pusher:pong", "pusher:subscribe", "pusher:unsubscribe",
    "pusher:signin", "client-x", "pusher_internal:x", "vote", "",
]  # fmt: skip
ODD = [
    None, True, 0, -1, 1e308, 10**40, "", "\ud800", "\x00", "½ ☕ 🃏", [], {}, [[]],
    {"channel": {}}, "x" * 5_000, '{"channel":"room"}', "{", ["pusher:ping"],
]  # fmt: skip

Request = tuple[str, str, str, bytes]


def text_frame(rng: random.Random, socket_id: str) -> bytes:
    """A message. Half of them are well-formed."""
    channel = rng.choice(CHANNELS)
    user = {"user_id": str(rng.randrange(5)), "user_info": {"n": 1}}
    data: object = signed(
        socket_id, channel, user if channel.startswith("presence-") else None
    )
    if rng.random() < 0.1:
        user_data = json.dumps({"id": str(rng.randrange(5))})
        signature = APP.sign(f"{socket_id}::user::{user_data}")
        data = {"user_data": user_data, "auth": f"{APP.key}:{signature}"}
    message = {"event": rng.choice(EVENTS), "channel": channel, "data": data}
    if rng.random() < 0.5:
        message = malformed(rng, message)
    return mutated(rng, json.dumps(message).encode())


def request(rng: random.Random) -> Request:
    """A request to the HTTP API. Most have a valid signature."""
    event = {"name": "vote", "channel": rng.choice(CHANNELS), "data": "{}"}
    if rng.random() < 0.3:
        event |= {"socket_id": "1.1", "info": "user_count,subscription_count,cache"}
    content: object = event
    endpoint = rng.choice(
        ["events", "batch_events", "channels", "channels/room", "users/1/x",
         "channels/presence-room/users", "users/1/terminate_connections"]
    )  # fmt: skip
    if endpoint == "batch_events":
        content = {"batch": [event] * rng.randrange(12)}
    if rng.random() < 0.5:
        content = malformed(rng, content)
    method = rng.choice(["GET", "POST", "POST", "PUT", "", "POST"])
    body = mutated(rng, json.dumps(content).encode())
    path = f"/apps/{APP.app_id}/{endpoint}"
    if rng.random() < 0.2:
        path = mutated(rng, path.encode()).decode("latin-1")
    query = signed_query(method, path, body, filter_by_prefix="room", info="cache")
    if rng.random() < 0.2:
        query = mutated(rng, query.encode()).decode("latin-1")
    return method, path, query, body


def form(rng: random.Random, wire_names: list[str]) -> dict[str, str]:
    """A browser's request for channel authorization."""
    name = rng.choice([*wire_names, *CHANNELS])
    socket_id = rng.choice(["1.1", "1234.5678", "1", "1.1\n", "1.1:private-x", ""])
    fields = {"socket_id": socket_id, "channel_name": name}
    if rng.random() < 0.5:
        field = rng.choice(list(fields))
        fields[field] = mutated(rng, fields[field].encode()).decode("latin-1")
    if rng.random() < 0.1:
        del fields[rng.choice(list(fields))]
    return fields


def malformed(rng: random.Random, value: object) -> object:
    """The value with one part replaced by an odd one, or removed."""
    if not isinstance(value, dict) or not value or rng.random() < 0.1:
        return rng.choice(ODD)
    changed = dict(value)
    key = rng.choice(list(changed))
    if rng.random() < 0.2:
        del changed[key]
    else:
        changed[key] = malformed(rng, changed[key])
    return changed


def mutated(rng: random.Random, content: bytes) -> bytes:
    """Unchanged, with flipped bytes, truncated, doubled, or replaced by noise."""
    way: Callable[[random.Random, bytes], bytes] = rng.choices(
        [_kept, _flipped, _cut, _doubled, _noise], weights=[12, 3, 2, 1, 2]
    )[0]
    return way(rng, content)


def _kept(rng: random.Random, content: bytes) -> bytes:
    return content


def _flipped(rng: random.Random, content: bytes) -> bytes:
    changed = bytearray(content or b"x")
    for _ in range(rng.randint(1, 4)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _cut(rng: random.Random, content: bytes) -> bytes:
    return content[: rng.randint(0, len(content))]


def _doubled(rng: random.Random, content: bytes) -> bytes:
    return content * 2


def _noise(rng: random.Random, content: bytes) -> bytes:
    return rng.randbytes(rng.randint(0, 300))


def rngs(name: str, count: int) -> Iterator[random.Random]:
    """A random generator for each input, so that one can be reproduced alone."""
    seed = int.from_bytes(hashlib.sha256(f"{SEED} {name}".encode()).digest())
    for number in range(count):
        yield random.Random(seed + number)
