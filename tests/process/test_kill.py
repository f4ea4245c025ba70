"""A server that is killed while everybody votes."""

import threading

import pytest
import requests

from tests.http_client import HttpUser
from tests.serving import Server

pytestmark = [pytest.mark.process, pytest.mark.database]

CARDS = ["1", "2", "3", "5", "8", "13"]
VOTES_BEFORE_THE_KILL = 60


class Voter(threading.Thread):
    """Votes one card after the other, until the server is gone."""

    def __init__(self, person, task, enough):
        super().__init__()
        self.person = person
        self.task = task
        self.enough = enough
        self.acknowledged = self.sent = None

    def run(self):
        while True:
            for card in CARDS:
                self.sent = card
                try:
                    self.person.votes(card, self.task)
                except requests.RequestException:
                    return
                self.acknowledged = card
                self.enough.release()


@pytest.fixture
def server(tmp_path):
    with Server(tmp_path).running() as server:
        yield server


def test_every_acknowledged_vote_is_there_after_the_restart(server):
    amira = HttpUser("Amira", server.address)
    session_id = amira.starts_session()
    task = amira.starts_quick_vote()
    enough = threading.Semaphore(0)
    voters = [
        Voter(HttpUser(name, server.address).joins(session_id), task, enough)
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
        # The vote under way may have been saved, though its answer was lost.
        assert voter.person.vote in {voter.acknowledged, voter.sent}
    amira.reveals()
    assert len(amira.revealed_cards) == len(voters)
