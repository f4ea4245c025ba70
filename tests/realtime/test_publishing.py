import logging

import pytest
from django.db import transaction

from realtime import (
    RealtimeEvent,
    get_realtime_service,
    publish_on_commit,
    terminate_on_commit,
)
from realtime.providers.memory import MemoryService, Published

CHANNEL = "board-1"


class FailsAtFirst(MemoryService):
    def trigger(self, channel, event_name, data):
        if event_name == "first":
            raise ConnectionError("The provider is down.")
        super().trigger(channel, event_name, data)


class ClosesConnections(MemoryService):
    def __init__(self, **options):
        super().__init__(**options)
        self.closed = []

    def terminate_user(self, user_id):
        self.closed.append(user_id)
        if user_id == "nobody":
            raise ConnectionError("The provider is down.")


def event(name, **data):
    return RealtimeEvent(name, data)


def test_events_are_published_in_order_after_the_commit(transactional_db, outbox):
    with transaction.atomic():
        publish_on_commit(CHANNEL, event("drawn", line=1))
        publish_on_commit(CHANNEL, event("drawn", line=2))
        assert outbox == []

    assert outbox == [
        Published(CHANNEL, "drawn", {"line": 1}),
        Published(CHANNEL, "drawn", {"line": 2}),
    ]


def test_without_a_transaction_it_is_published_at_once(transactional_db, outbox):
    publish_on_commit(CHANNEL, event("drawn"))

    assert [published.type for published in outbox] == ["drawn"]


def test_a_rolled_back_event_is_not_published(transactional_db, outbox):
    with transaction.atomic():
        publish_on_commit(CHANNEL, event("drawn"))
        transaction.set_rollback(True)

    assert outbox == []


def test_an_event_of_a_rolled_back_savepoint_is_not_published(transactional_db, outbox):
    with transaction.atomic():
        publish_on_commit(CHANNEL, event("kept"))
        with transaction.atomic():
            publish_on_commit(CHANNEL, event("taken back"))
            transaction.set_rollback(True)

    assert [published.type for published in outbox] == ["kept"]


@pytest.mark.parametrize("name", ["first", "second"])
def test_a_provider_that_fails_is_logged_and_never_raised(
    name, transactional_db, settings, caplog
):
    settings.REALTIME = {
        **settings.REALTIME,
        "PROVIDER": f"{__name__}.FailsAtFirst",
    }
    with transaction.atomic():
        publish_on_commit(CHANNEL, event(name))
        publish_on_commit(CHANNEL, event("after it"))

    types = [published.type for published in get_realtime_service().outbox]
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    if name == "first":
        assert types == ["after it"]
        assert "The provider is down." in errors[0].getMessage()
    else:
        assert types == ["second", "after it"]
        assert errors == []


def test_anything_with_a_type_and_data_can_be_published(transactional_db, outbox):
    class Drawn:
        type = "drawn"
        data = {"line": 1}

    publish_on_commit(CHANNEL, Drawn())

    assert outbox == [Published(CHANNEL, "drawn", {"line": 1})]


@pytest.fixture
def closed(settings):
    """Whose connections were closed."""
    settings.REALTIME = {
        **settings.REALTIME,
        "PROVIDER": f"{__name__}.ClosesConnections",
    }
    return get_realtime_service().closed


def test_connections_are_closed_after_the_commit(transactional_db, closed):
    with transaction.atomic():
        terminate_on_commit("jonas")
        assert closed == []

    assert closed == ["jonas"]


def test_a_rollback_closes_no_connection(transactional_db, closed):
    with transaction.atomic():
        terminate_on_commit("jonas")
        transaction.set_rollback(True)

    assert closed == []


def test_a_failing_termination_does_not_raise(transactional_db, closed):
    with transaction.atomic():
        terminate_on_commit("nobody")
        terminate_on_commit("jonas")

    assert closed == ["nobody", "jonas"]
