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


@pytest.fixture(params=["sqlite", "postgresql"])
def state(request, tmp_path):
    """An empty state, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        with State.open(f"sqlite:///{tmp_path}/state.db") as state:
            yield state
        return
    with (
        postgresql.database(request.getfixturevalue("server"), f"state{abs(hash(tmp_path))}") as url,
        State.open(url) as state,
    ):
        yield state
