"""People who hear a session's events over real WebSockets."""

import json
from contextlib import ExitStack

from tests.players import Player
from tests.realtime.server.running import (
    PATIENCE_SECONDS,
    Client,
    RunningServer,
    wait_until,
)


class Ears:
    """The connections of those who listen to the sessions that a server carries."""

    def __init__(self, server: RunningServer, path: str) -> None:
        self._server = server
        self._url = server.url(path)
        self._clients: dict[Player, Client] = {}
        self._connections = ExitStack()

    def listen(self, player: Player) -> None:
        """Connect as her browser does, and subscribe with what the product signs."""
        client = self._connections.enter_context(Client(self._url))
        for prefix in ["private", "presence"]:
            channel = f"{prefix}-planning-poker-{player.session_id}"
            signed = player.client.post(
                "/realtime/auth/",
                {"socket_id": client.socket_id, "channel_name": channel},
            ).json()
            client.send("pusher:subscribe", {"channel": channel, **signed})
        self._clients[player] = client

    def hear(self) -> dict[Player, list[bytes]]:
        """What reached each of them since the last time, frame by frame."""
        # What was published from this thread waits for its turn in the loop's, and a
        # frame that arrives may be read before it; this call comes after it.
        self._server.in_loop(lambda: None)
        return {
            player: self._frames(client) for player, client in self._clients.items()
        }

    def close(self) -> None:
        self._connections.close()
        self._clients = {}
        wait_until(lambda: not self._server.connection_count)

    def _frames(self, client: Client) -> list[bytes]:
        # Whatever had been sent to this client comes before the pong.
        client.send("pusher:ping", {})
        frames: list[bytes] = []
        while True:
            frame = client.websocket.recv(PATIENCE_SECONDS)
            if json.loads(frame)["event"] == "pusher:pong":
                return frames
            frames.append(frame.encode() if isinstance(frame, str) else frame)
