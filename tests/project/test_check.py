"""``make test`` asks PostgreSQL too, or says that it cannot."""

import re
from pathlib import Path

import psycopg
import pytest

from tools import check, set_up


@pytest.fixture
def runs(monkeypatch):
    """The arguments and the environment of each time that pytest was run."""
    runs = []

    def run(*arguments, **environment):
        runs.append((arguments, environment))
        return "TEST_DATABASE_URL" not in environment or is_up(environment)

    def is_up(environment):
        with psycopg.connect(environment["TEST_DATABASE_URL"]) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)

    monkeypatch.setattr(check, "pytest", run)
    return runs


@pytest.fixture
def no_postgresql(monkeypatch):
    monkeypatch.setattr(set_up, "postgres", lambda: None)


@pytest.mark.skipif(set_up.postgres() is None, reason="there is no PostgreSQL here")
def test_what_uses_the_database_runs_on_postgresql_of_which_nothing_is_left(runs):
    assert list(check.failed_tests()) == []

    [(arguments, environment), (others, nothing)] = runs
    assert arguments[:2] == ("-m", "database")
    assert "-m" not in others
    assert nothing == {}
    folder = re.search("host=(.*)&", environment["TEST_DATABASE_URL"])[1]
    assert not Path(folder).exists()


def test_whoever_has_no_postgresql_is_told_that_its_tests_are_skipped(
    no_postgresql, runs, monkeypatch, capsys
):
    monkeypatch.delenv("CI", raising=False)

    assert list(check.failed_tests()) == []
    assert [environment for _, environment in runs] == [{}]
    first, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith("skipped pytest on PostgreSQL: there is no PostgreSQL")


def test_continuous_integration_fails_without_postgresql(
    no_postgresql, runs, monkeypatch
):
    monkeypatch.setenv("CI", "true")

    assert list(check.failed_tests()) == ["pytest on PostgreSQL"]
    assert [environment for _, environment in runs] == [{}]
