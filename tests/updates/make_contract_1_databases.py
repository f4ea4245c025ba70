"""Makes the databases of this folder, by the last version before contract 2.

    git worktree add ../before efdc72b
    .venv/bin/python -m tools.postgres \
        tests/updates/make_contract_1_databases.py ../before

``../before`` is the folder of that version; its packages are taken from this one's
``.venv``. People play in it over HTTP, once on SQLite and once on PostgreSQL. Chance
and time are pinned: the same files come out every time.

- ``contract_1.sqlite.sql`` and ``contract_1.postgresql.sql``: the two databases;
- ``contract_1.json``: whose browser has which cookie, and what it must find afterwards.
"""

import base64
import json
import os
import random
import secrets
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
SECRET_KEY = "a secret of the tests, of fifty characters and a few"
ADMIN = {"username": "admin", "password": "for the tests only"}
STARTED_AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def main() -> None:
    before = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "db.sqlite3"
        on_sqlite = played(before, f"sqlite:///{file}")
        dump = "\n".join(sqlite3.connect(file).iterdump())
    (HERE / "contract_1.sqlite.sql").write_text(f"{dump}\n")
    url = os.environ["TEST_DATABASE_URL"]
    on_postgres = played(before, url)
    (HERE / "contract_1.postgresql.sql").write_text(dump_of(url))
    assert on_sqlite == on_postgres
    (HERE / "contract_1.json").write_text(on_sqlite)


def played(before: Path, url: str) -> str:
    environment = {
        **os.environ,
        "PYTHONPATH": str(before),
        "DJANGO_SETTINGS_MODULE": "planning_poker.settings",
        "READ_DOT_ENV": "off",
        "SECRET_KEY": SECRET_KEY,
        "REALTIME_PROVIDER": "memory",
        "DATABASE_URL": url,
    }
    done = subprocess.run(
        [sys.executable, __file__, "play"],
        cwd=before,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def dump_of(url: str) -> str:
    """Without psql's own commands, so that any client can run it."""
    options = ["--inserts", "--no-owner", "--no-privileges"]
    dump = subprocess.run(
        ["pg_dump", *options, url.replace("postgres:", "postgresql:", 1)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    lines = dump.stdout.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("\\"))


def play() -> None:
    """In a process of its own, with the folder of that version as the current one."""
    pin_chance_and_time()
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    os.environ["DJANGO_SUPERUSER_PASSWORD"] = ADMIN["password"]
    call_command(
        "createsuperuser",
        interactive=False,
        verbosity=0,
        username=ADMIN["username"],
        email="admin@poker.example",
    )
    told = {
        "people": [person.told() for person in the_sessions()],
        "admin": ADMIN,
    }
    sys.stdout.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")


def pin_chance_and_time() -> None:
    from django.utils import timezone

    chance = random.Random(1)
    seconds = iter(range(10**6))

    def now() -> float:
        return STARTED_AT.timestamp() + next(seconds)

    def token(size: int = 32) -> str:
        return base64.urlsafe_b64encode(chance.randbytes(size)).rstrip(b"=").decode()

    secrets.choice = chance.choice
    secrets.token_urlsafe = token
    time.time = now
    timezone.now = lambda: datetime.fromtimestamp(now(), tz=UTC)


class Person:
    """Somebody with a browser of their own, in as many sessions as they like."""

    def __init__(self, name: str) -> None:
        from django.test import Client

        self.name = name
        self.client = Client(
            headers={"host": "localhost", "accept": "application/json"}
        )
        self.sessions: list[str] = []

    def starts(self, name: str, deck: str, cards: str = "") -> str:
        fields = {"name": name, "display_name": self.name, "deck": deck, "cards": cards}
        answer = self.client.post("/s/", fields)
        assert answer.status_code == 303, answer.content
        session = str(answer["Location"]).split("/")[2]
        self.sessions.append(session)
        return session

    def joins(self, session: str, role: str = "voter") -> "Person":
        answer = self.client.post(
            f"/s/{session}/join/", {"display_name": self.name, "role": role}
        )
        assert answer.status_code == 303, answer.content
        self.sessions.append(session)
        return self

    def does(self, session: str, path: str, **fields: object) -> None:
        answer = self.client.post(f"/s/{session}/{path}", fields)
        assert answer.status_code == 204, (path, answer.content)

    def adds(self, session: str, title: str, **fields: str) -> str:
        self.does(session, "tasks/", title=title, **fields)
        return str(self.state(session)["tasks"][-1]["taskId"])

    def quick_vote(self, session: str, title: str = "") -> str:
        self.does(session, "quick-vote/", title=title)
        return str(self.state(session)["round"]["taskId"])

    def lays(self, session: str, task: str, card: str, count: int) -> None:
        key = f"tab-of-{self.name[:3].lower()}:{count}".encode("ascii", "replace")
        self.does(session, f"tasks/{task}/vote/", card=card, key=key.decode())

    def state(self, session: str) -> dict:
        answer = self.client.get(f"/s/{session}/state/")
        assert answer.status_code == 200, answer.content
        return answer.json()

    def told(self) -> dict:
        """What the browser has, and where it is still a member."""
        seats, strange = [], []
        for session in self.sessions:
            if self.client.get(f"/s/{session}/state/").status_code == 403:
                strange.append(session)
                continue
            state = self.state(session)
            seats.append(
                {
                    "sessionId": session,
                    "userId": state["me"]["userId"],
                    "role": state["me"]["role"],
                    "isFacilitator": state["me"]["isFacilitator"],
                    "taskId": state["round"] and state["round"]["taskId"],
                    "card": state["me"]["vote"],
                }
            )
        return {
            "name": self.name,
            "cookies": {"member": self.client.cookies["member"].value},
            "seats": seats,
            "noLongerIn": strange,
        }


def the_sessions() -> list[Person]:
    people = [
        Person(name)
        for name in ("Amira", "Jonas", "Sofía", "Tom", "Chen Wei", "Lena", "Marguerite")
    ]
    with_a_hidden_round(*people)
    with_a_revealed_round(*people[:4])
    that_has_ended(*people[:2])
    return people


def with_a_hidden_round(
    amira: Person,
    jonas: Person,
    sofia: Person,
    tom: Person,
    chen: Person,
    lena: Person,
    marguerite: Person,
) -> None:
    """In its second round; one member left after the first, one was removed."""
    room = amira.starts("Payments refinement", "modified-fibonacci")
    for person in (jonas, sofia, chen, lena, marguerite):
        person.joins(room)
    tom.joins(room, role="observer")
    refund = amira.adds(
        room,
        "Refund part of an order",
        description="Support can give back single items, or a free amount.",
        link="https://tracker.example/browse/PAY-124",
    )
    amira.adds(room, "Retry failed card payments")
    amira.adds(room, "Export payouts as CSV")
    amira.does(room, f"tasks/{refund}/start/")
    first = {amira: "3", jonas: "5", sofia: "13", chen: "8", lena: "1"}
    for person, card in first.items():
        person.lays(room, refund, card, 1)
    amira.does(room, f"tasks/{refund}/reveal/")
    chen.does(room, "leave/")
    lena_id = lena.state(room)["me"]["userId"]
    amira.does(room, f"members/{lena_id}/remove/")
    amira.does(room, f"tasks/{refund}/revote/")
    amira.lays(room, refund, "5", 2)
    jonas.lays(room, refund, "8", 2)
    jonas.lays(room, refund, "½", 3)
    sofia.lays(room, refund, "☕", 2)
    amira.does(room, "presence/", tab="tab-of-ami", presence="online")
    tom.does(room, "presence/", tab="tab-of-tom", presence="away")


def with_a_revealed_round(
    amira: Person, jonas: Person, sofia: Person, tom: Person
) -> None:
    """A deck of one's own; a task of each status, and one of three rounds."""
    room = jonas.starts("Search, next quarter", "custom", "S, M, L, XL, ?")
    amira.joins(room)
    sofia.joins(room, role="observer")
    tom.joins(room)
    jonas.does(room, f"members/{tom.state(room)['me']['userId']}/promote/")
    agreed = jonas.adds(room, "Suggest while typing")
    passed = jonas.adds(room, "Search by voice")
    several = jonas.adds(room, "Synonyms", link="https://tracker.example/browse/SEA-9")
    jonas.adds(room, "Filters on the phone")
    jonas.does(room, f"tasks/{agreed}/start/")
    amira.lays(room, agreed, "M", 1)
    jonas.lays(room, agreed, "M", 1)
    jonas.does(room, f"tasks/{agreed}/reveal/")
    jonas.does(room, f"tasks/{agreed}/finalize/", story_points="M")
    jonas.does(room, f"tasks/{passed}/start/")
    amira.lays(room, passed, "?", 2)
    jonas.does(room, f"tasks/{passed}/skip/")
    nameless = jonas.quick_vote(room)
    tom.lays(room, nameless, "S", 1)
    tom.does(room, f"tasks/{nameless}/reveal/")
    tom.does(room, f"tasks/{nameless}/finalize/", story_points="S")
    tom.does(room, f"tasks/{several}/start/")
    for number, cards in enumerate(["SXL", "ML", "LL"]):
        if number:
            jonas.does(room, f"tasks/{several}/revote/")
        amira.lays(room, several, cards[0], 3 + number)
        jonas.lays(room, several, cards[1:], 3 + number)
        jonas.does(room, f"tasks/{several}/reveal/")


def that_has_ended(amira: Person, jonas: Person) -> None:
    """In the middle of a vote."""
    room = amira.starts("What we said in spring", "t-shirts")
    jonas.joins(room)
    done = amira.adds(room, "Sign in by e-mail")
    open_at_the_end = amira.adds(room, "Sign in by phone")
    amira.does(room, f"tasks/{done}/start/")
    amira.lays(room, done, "M", 1)
    jonas.lays(room, done, "L", 1)
    amira.does(room, f"tasks/{done}/reveal/")
    amira.does(room, f"tasks/{done}/finalize/", story_points="L")
    amira.does(room, f"tasks/{open_at_the_end}/start/")
    jonas.lays(room, open_at_the_end, "XL", 2)
    amira.does(room, "end/")


if __name__ == "__main__":
    play() if sys.argv[1] == "play" else main()
