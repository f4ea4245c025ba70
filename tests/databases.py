"""Which database the tests run on: SQLite, or the one that TEST_DATABASE_URL names.

``python -m tools.postgres`` sets it. Tests with the marker ``database`` run on both.
"""

import os
import secrets
from pathlib import Path

import psycopg

URL = os.environ.get("TEST_DATABASE_URL", "")


def empty_database(folder: Path) -> str:
    """The DATABASE_URL of a new one, nobody else's: a file of that folder on SQLite."""
    if not URL:
        return f"sqlite:///{folder / 'db.sqlite3'}"
    name = f"poker_{secrets.token_hex(8)}"
    with psycopg.connect(URL, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    address, mark, options = URL.partition("?")
    return f"{address.rpartition('/')[0]}/{name}{mark}{options}"
