"""A real room: members who joined by the product's own pages, with open connections."""

from dataclasses import dataclass
from urllib.parse import urlencode

from bench.contenders import PlanningPoker
from bench.http_line import HttpLine, request
from bench.websocket import Line
from tests.http_client import HttpUser


@dataclass
class Player:
    """A member, their browser's connections, and how many votes they have sent."""

    guest: HttpUser
    http: HttpLine
    screen: Line
    votes: int = 0


class Room:
    """``members`` of them and so many tasks; the first one is the facilitator."""

    def __init__(self, server: PlanningPoker, members: int, tasks: int) -> None:
        self._server = server
        address = server.installation.address.replace("localhost", "127.0.0.1")
        facilitator, *others = [
            HttpUser(f"Member {number}", address) for number in range(1, members + 1)
        ]
        session_id = facilitator.starts_session("The whole department")
        self.path = facilitator.room
        for guest in others:
            guest.joins(session_id)
        for number in range(1, tasks + 1):
            facilitator.adds_task(f"What is to be done, {number}")
        state = facilitator.state
        self.cards = state["session"]["deck"]["cards"]
        self._task = facilitator.starts_vote(state["tasks"][0]["taskId"])
        self.guests = [facilitator, *others]

    def open_screens(self) -> list[Player]:
        """Each member's page: its live connection, with both channels, and its HTTP."""
        players = []
        for guest in self.guests:
            screen = self._server.line()
            screen.finish_handshake()
            socket_id = screen.next_message()["data"]["socket_id"]
            for protection in ("private", "presence"):
                channel = f"{protection}-{guest.channel}"
                auth = guest.asks_to_subscribe(socket_id, channel).json()
                data = {"channel": channel, **auth}
                screen.send({"event": "pusher:subscribe", "data": data})
            players.append(Player(guest, HttpLine(self._server.port), screen))
        for player in players:
            confirmed = 0
            while confirmed < 2:
                event = player.screen.next_message()["event"]
                confirmed += event == "pusher_internal:subscription_succeeded"
            player.screen.let_go()
        return players

    def vote_of(self, player: Player) -> bytes:
        """Their next vote as their browser sends it, always for another card."""
        player.votes += 1
        fields = {
            "card": self.cards[player.votes % len(self.cards)],
            "round": "1",
            "key": f"bench:{player.votes}",
        }
        return self._request(
            player.guest,
            "POST",
            f"tasks/{self._task}/vote/",
            body=urlencode(fields).encode(),
        )

    def state_of(self, guest: HttpUser, etag: str = "") -> bytes:
        """Their request for the state, with the ``etag`` of the one that they have."""
        return self._request(guest, "GET", "state/", etag=etag)

    def _request(
        self,
        guest: HttpUser,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        etag: str = "",
    ) -> bytes:
        headers = {"Accept": "application/json", "Cookie": cookie_of(guest)}
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["X-CSRFToken"] = guest.http.cookies["csrftoken"]
        if etag:
            headers["If-None-Match"] = etag
        address = self.path + path
        return request(method, address, self._server.port, headers=headers, body=body)


def cookie_of(guest: HttpUser) -> str:
    return "; ".join(f"{name}={value}" for name, value in guest.http.cookies.items())
