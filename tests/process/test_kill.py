"""A server that is killed while everybody votes."""

import threading

import pytest
import requests

from tests.guests import Guest
from tests.serving import Server

pytestmark = [pytest.mark.process, pytest.mark.database]

CARDS = ["1", "2", "3", "5", "8", "13"]
VOTES_BEFORE_THE_KILL = 60


class Voter(threading.Thread):
    """Lays one card after the other, until nobody answers any more."""

    def __init__(self, guest, task, enough):
        super().__init__()
        self.guest = guest
        self.path = f"tasks/{task}/vote/"
        self.enough = enough
        self.acknowledged = self.sent = None

    def run(self):
        while True:
            for card in CARDS:
                self.sent = card
                try:
                    self.guest.does(self.path, card=card)
                except requests.RequestException:
                    return
                self.acknowledged = card
                self.enough.release()


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path)
    server.start()
    yield server
    assert server.stop() == 0
    assert server.complaints == []


def test_every_acknowledged_vote_is_there_when_it_comes_back(server):
    amira = Guest("Amira", server.address)
    room = amira.starts("Payments refinement")
    amira.does("quick-vote/")
    task = amira.state()["round"]["taskId"]
    enough = threading.Semaphore(0)
    voters = [
        Voter(Guest(name, server.address).joins(room), task, enough)
        for name in ("Jonas", "Sofía", "Lukas", "Priya")
    ]
    for voter in voters:
        voter.start()
    for _ in range(VOTES_BEFORE_THE_KILL):
        assert enough.acquire(timeout=30)
    server.kill()
    for voter in voters:
        voter.join()
    server.start()

    for voter in voters:
        # What was on its way may have arrived, though nobody was told any more.
        assert voter.guest.state()["me"]["vote"] in {voter.acknowledged, voter.sent}
    amira.does(f"tasks/{task}/reveal/")
    assert len(amira.state()["round"]["votes"]) == len(voters)
