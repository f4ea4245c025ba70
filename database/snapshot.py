"""Reading several things as they were at one moment."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def snapshot() -> Iterator[None]:
    """All that is read within is of one moment, and nothing can be written.

    SQLite: a deferred transaction sees the database as it was at its first read (WAL;
    sqlite.org, isolation). PostgreSQL: REPEATABLE READ, which has to be the first
    statement of the transaction. Within another transaction there is nothing to do on
    SQLite, which has but one writer; tests that run in one are alone.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        # Not `atomic`: its IMMEDIATE would wait for writers, and hold them up.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                # After some errors, a disk's for one, SQLite has ended it by itself.
                if connection.connection.in_transaction:
                    cursor.execute("ROLLBACK")
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
                )
            yield
