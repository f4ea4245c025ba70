"""Inputs as bad clients would send them: valid, mutated, and random.

Everything comes from one seed, which the tests print; GENERATED_SEED sets it, and
GENERATED_COUNT how many inputs there are.
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


def text_frame(chance: random.Random, socket_id: str) -> bytes:
    """A message: half of them as a good client would send it."""
    channel = chance.choice(CHANNELS)
    user = {"user_id": str(chance.randrange(5)), "user_info": {"n": 1}}
    data: object = signed(
        socket_id, channel, user if channel.startswith("presence-") else None
    )
    if chance.random() < 0.1:
        user_data = json.dumps({"id": str(chance.randrange(5))})
        signature = APP.sign(f"{socket_id}::user::{user_data}")
        data = {"user_data": user_data, "auth": f"{APP.key}:{signature}"}
    message = {"event": chance.choice(EVENTS), "channel": channel, "data": data}
    if chance.random() < 0.5:
        message = misshapen(chance, message)
    return mutated(chance, json.dumps(message).encode())


def request(chance: random.Random) -> Request:
    """A request to the HTTP API; most are signed, so that they get past the door."""
    event = {"name": "vote", "channel": chance.choice(CHANNELS), "data": "{}"}
    if chance.random() < 0.3:
        event |= {"socket_id": "1.1", "info": "user_count,subscription_count,cache"}
    content: object = event
    endpoint = chance.choice(
        ["events", "batch_events", "channels", "channels/room", "users/1/x",
         "channels/presence-room/users", "users/1/terminate_connections"]
    )  # fmt: skip
    if endpoint == "batch_events":
        content = {"batch": [event] * chance.randrange(12)}
    if chance.random() < 0.5:
        content = misshapen(chance, content)
    method = chance.choice(["GET", "POST", "POST", "PUT", "", "POST"])
    body = mutated(chance, json.dumps(content).encode())
    path = f"/apps/{APP.app_id}/{endpoint}"
    if chance.random() < 0.2:
        path = mutated(chance, path.encode()).decode("latin-1")
    query = signed_query(method, path, body, filter_by_prefix="room", info="cache")
    if chance.random() < 0.2:
        query = mutated(chance, query.encode()).decode("latin-1")
    return method, path, query, body


def form(chance: random.Random, wire_names: list[str]) -> dict[str, str]:
    """What a browser posts to be let onto a channel."""
    name = chance.choice([*wire_names, *CHANNELS])
    socket_id = chance.choice(["1.1", "1234.5678", "1", "1.1\n", "1.1:private-x", ""])
    fields = {"socket_id": socket_id, "channel_name": name}
    if chance.random() < 0.5:
        field = chance.choice(list(fields))
        fields[field] = mutated(chance, fields[field].encode()).decode("latin-1")
    if chance.random() < 0.1:
        del fields[chance.choice(list(fields))]
    return fields


def misshapen(chance: random.Random, value: object) -> object:
    """The same with one part of it replaced by something odd, or taken away."""
    if not isinstance(value, dict) or not value or chance.random() < 0.1:
        return chance.choice(ODD)
    changed = dict(value)
    key = chance.choice(list(changed))
    if chance.random() < 0.2:
        del changed[key]
    else:
        changed[key] = misshapen(chance, changed[key])
    return changed


def mutated(chance: random.Random, content: bytes) -> bytes:
    """As it is, with some bytes changed, cut short, doubled, or nothing but noise."""
    way: Callable[[random.Random, bytes], bytes] = chance.choices(
        [_kept, _flipped, _cut, _doubled, _noise], weights=[12, 3, 2, 1, 2]
    )[0]
    return way(chance, content)


def _kept(chance: random.Random, content: bytes) -> bytes:
    return content


def _flipped(chance: random.Random, content: bytes) -> bytes:
    changed = bytearray(content or b"x")
    for _ in range(chance.randint(1, 4)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _cut(chance: random.Random, content: bytes) -> bytes:
    return content[: chance.randint(0, len(content))]


def _doubled(chance: random.Random, content: bytes) -> bytes:
    return content * 2


def _noise(chance: random.Random, content: bytes) -> bytes:
    return chance.randbytes(chance.randint(0, 300))


def chances(name: str, count: int) -> Iterator[random.Random]:
    """A random generator for each input, so that one can be made again alone."""
    seed = int.from_bytes(hashlib.sha256(f"{SEED} {name}".encode()).digest())
    for number in range(count):
        yield random.Random(seed + number)
