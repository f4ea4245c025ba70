"""Publishing after the commit."""

from django.db import transaction

from .events import Event
from .factory import get_realtime_service


def publish_on_commit(channel: str, event: Event) -> None:
    """Send an event once the transaction is committed; never if it is rolled back.

    Outside a transaction it is sent at once. The commit stands, whatever becomes of the
    event: Django logs what a provider raises (``robust``), and neither the caller nor
    the next event is affected.
    """

    def publish() -> None:
        get_realtime_service().broadcast(channel, event)

    transaction.on_commit(publish, robust=True)


def terminate_on_commit(user_id: str) -> None:
    """Close the connections of a user who may no longer subscribe, after the commit."""

    def terminate() -> None:
        get_realtime_service().terminate_user(user_id)

    transaction.on_commit(terminate, robust=True)
