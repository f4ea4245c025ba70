import random

import pytest
from hypothesis import settings

from realtime import get_realtime_service
from tests.in_process_client import InProcessUser

# The same inputs in every run, however busy the machine, so that only a change of the
# code can fail. To look for new ones: pytest --hypothesis-profile=explore
settings.register_profile("explore", deadline=None)
settings.register_profile("gate", derandomize=True, deadline=None, database=None)
settings.load_profile("gate")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """``-m database``: what uses the database, whichever it is."""
    for item in items:
        uses = {"db", "transactional_db"}.intersection(item.fixturenames)
        if uses or item.get_closest_marker("django_db"):
            item.add_marker("database")


@pytest.fixture
def outbox():
    """What was published since the test began: (channel, type, data), in order."""
    outbox = get_realtime_service().outbox
    outbox.clear()
    return outbox


@pytest.fixture
def pinned_ids(monkeypatch):
    """The same ids in every run, so that whole states can be compared."""
    numbers = random.Random(1)
    monkeypatch.setattr("sessions.ids.secrets.choice", numbers.choice)


@pytest.fixture
def amira(transactional_db):
    """The facilitator of a session."""
    amira = InProcessUser("Amira")
    amira.starts_session()
    return amira


@pytest.fixture
def jonas(amira):
    """A voter in Amira's session."""
    return InProcessUser("Jonas").joins(amira.session_id)


@pytest.fixture
def tom(amira):
    """An observer in Amira's session."""
    return InProcessUser("Tom").joins(amira.session_id, role="observer")


@pytest.fixture
def stranger(amira):
    """Somebody with the link who has not joined."""
    return InProcessUser("Nobody", amira.session_id)
