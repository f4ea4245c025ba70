"""A real room: members who joined by the product's own pages, with open connections."""

import json
import select
import time
from urllib.parse import urlencode

from bench.fan_out import STALLED_AFTER_SECONDS, StalledError
from bench.http_connection import Answer, HttpConnection, request
from bench.servers import PlanningPoker, socket_id_of
from bench.turns import moments
from bench.websocket import WebSocket
from tests.http_client import HttpUser


class Member(HttpUser):
    """Their browser's requests, prepared before they are sent."""

    screen: WebSocket

    def __init__(self, name: str, server: PlanningPoker) -> None:
        super().__init__(name, server.address)
        self._server = server
        self.connection = HttpConnection(server.port)
        self._votes = 0

    def ask(self, path: str, etag: str = "", **fields: str) -> Answer:
        """Raises ConnectionError if it is refused."""
        answer = self.connection.ask(self.prepared(path, etag, **fields))
        if answer.status >= 400:
            raise ConnectionError(f"{path} was refused: {answer}")
        return answer

    def prepared(self, path: str, etag: str = "", **fields: str) -> bytes:
        """A form that is posted, or GET where there are no fields."""
        cookies = [f"{name}={value}" for name, value in self.http.cookies.items()]
        headers = {"Accept": "application/json", "Cookie": "; ".join(cookies)}
        if etag:
            headers["If-None-Match"] = etag
        if not fields:
            return request("GET", path, self._server.port, headers)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        headers["X-CSRFToken"] = self.http.cookies["csrftoken"]
        body = urlencode(fields).encode()
        return request("POST", path, self._server.port, headers, body)

    def open_page(self, contract: int) -> None:
        """The room's page, its live connection with both channels, and the state."""
        self.ask(self.room)
        self.screen = self._server.connect()
        socket_id = socket_id_of(self.screen)
        for protection in ("private", "presence"):
            channel = f"{protection}-{self.channel}"
            asked = {"socket_id": socket_id, "channel_name": channel}
            auth = json.loads(self.ask("/realtime/auth/", **asked).body)
            self.screen.send("pusher:subscribe", {"channel": channel, **auth})
        for _ in range(2):
            self._server.confirm(self.screen)
        self.screen.wait_no_more()
        self.say_live(contract)
        if contract > 1:
            self.ask(f"{self.room}state/")

    def say_live(self, contract: int) -> None:
        """A checkout of before contract 2 was told along with the request for state."""
        if contract > 1:
            self.ask(f"{self.room}presence/", tab="bench", state="live")
        else:
            self.ask(f"{self.room}state/?tab=bench&seen=live")

    def next_vote(self, task: str, round_number: int, cards: list[str]) -> bytes:
        """As their browser sends it, always for another card."""
        self._votes += 1
        return self.prepared(
            f"{self.room}tasks/{task}/vote/",
            card=cards[self._votes % len(cards)],
            round=str(round_number),
            key=f"bench:{self._votes}",
        )

    def close(self) -> None:
        self.connection.close()
        self.screen.close()


class Room:
    """The first of so many members is the facilitator; a task is put to the vote."""

    def __init__(
        self, server: PlanningPoker, members: int, tasks: int = 1, *, has_screens: bool
    ) -> None:
        self.facilitator, *others = self.members = [
            Member(f"Member {number}", server) for number in range(1, members + 1)
        ]
        session_id = self.facilitator.starts_session("The whole department")
        for member in others:
            member.joins(session_id)
        for number in range(1, tasks + 1):
            title = f"What is to be done, {number}"
            self.facilitator.ask(f"{self.facilitator.room}tasks/", title=title)
        state = self.facilitator.state
        self.contract = state.get("contract", 1)
        self.tasks = [task["taskId"] for task in state["tasks"]]
        self._cards = state["session"]["deck"]["cards"]
        self.task = self.facilitator.starts_vote(self.tasks[0])
        self.round_number = 1
        self._voters = {each.connection.descriptor: each for each in self.members}
        self._screens: dict[int, WebSocket] = {}
        if has_screens:
            for member in self.members:
                member.open_page(self.contract)
            self._screens = {
                each.screen.descriptor: each.screen for each in self.members
            }
        self._poll = select.epoll()
        for descriptor in (*self._voters, *self._screens):
            self._poll.register(descriptor, select.EPOLLIN)
        # Votes: how many were sent and answered, and how many screens have which.
        self._sent = self.taken = self._heard = 0

    def vote_for(self, seconds: float) -> float:
        """All vote at once, each again as soon as they are answered: votes a second."""
        before, began = self.taken, time.monotonic()
        while time.monotonic() < began + seconds:
            for member in self.members:
                if member.connection.is_free:
                    self._send(member)
            self._turn()
        self._wait_for_answers()
        return (self.taken - before) / (time.monotonic() - began)

    def vote_at_once(self) -> float:
        """One vote of each: the seconds until all screens have all of them."""
        began = time.perf_counter()
        for member in self.members:
            self._send(member)
        self._wait_for_answers()
        self._wait_for_screens()
        return time.perf_counter() - began

    def vote_steadily(self, seconds: float) -> tuple[list[float], list[float]]:
        """The seconds of each vote to its answer, and to the last screen."""
        answered, shown = [], []
        for due in moments(seconds, self._read):
            self._send(self.members[self._sent % len(self.members)])
            self._wait_for_answers()
            answered.append(time.perf_counter() - due)
            self._wait_for_screens()
            shown.append(time.perf_counter() - due)
        return answered, shown

    def _send(self, member: Member) -> None:
        member.connection.send(
            member.next_vote(self.task, self.round_number, self._cards)
        )
        self._sent += 1

    def _wait_for_answers(self) -> None:
        while self.taken < self._sent:
            self._turn()

    def _wait_for_screens(self) -> None:
        while self._heard < self._sent * len(self._screens):
            self._turn()

    def _turn(self) -> None:
        if not self._read(STALLED_AFTER_SECONDS):
            raise StalledError(f"{self._sent} votes, {self._heard} times heard")

    def _read(self, seconds: float) -> bool:
        ready = self._poll.poll(seconds)
        for descriptor, _ in ready:
            if screen := self._screens.get(descriptor):
                texts = screen.texts_in(screen.receive())
                self._heard += sum(b'"event":"vote"' in text for text in texts)
            elif answer := self._voters[descriptor].connection.receive():
                if answer.status != 204:
                    raise ConnectionError(f"A vote was refused: {answer}")
                self.taken += 1
        return bool(ready)
