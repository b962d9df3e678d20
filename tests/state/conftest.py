from __future__ import annotations

import pytest

from sessioncrawler.state import State
from tests.support import postgresql


@pytest.fixture(scope="session")
def server():
    pytest.importorskip("psycopg", reason="needs psycopg, the driver for PostgreSQL")
    if not postgresql.installed():
        pytest.skip(postgresql.MISSING)
    with postgresql.server() as url:
        yield url


@pytest.fixture(scope="session")
def shared_database(server):
    """URL of the database that all tests use, one after the other."""
    with postgresql.database(server, "state") as url:
        yield url


@pytest.fixture
def database(shared_database):
    """URL of an empty database."""
    postgresql.empty(shared_database)
    return shared_database


@pytest.fixture(params=["sqlite", "postgresql"])
def state(request, tmp_path):
    """An empty state, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        with State.open(f"sqlite:///{tmp_path}/state.db") as state:
            yield state
        return
    with State.open(request.getfixturevalue("database")) as state:
        yield state
