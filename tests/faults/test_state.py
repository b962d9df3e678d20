"""A state that cannot be used: nothing is published, a sentence says why, and what is damaged is left for its owner."""

from __future__ import annotations

import shutil
import sqlite3
from random import Random

import pytest

from tests.faults.disks import make_read_only, tmpfs
from tests.faults.runs import Run, faults, files, state_rows

NOT_PUBLISHED = "Nothing was published: the state database could not be used: see the log."
DAMAGED = "is damaged or no SQLite database. Put a backup in its place, or move it away and a new one is made"


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    with faults(tmp_path_factory.mktemp("state")) as it:
        yield it


@pytest.fixture
def failing(faulty, folder):
    """Run a refresh that fails, and publishes nothing."""

    def run(*sentences: str, **settings: str) -> Run:
        before = files(folder / "site")
        done = faulty.run(folder, **settings)
        assert done.code == 1, done.output
        assert "Traceback" not in done.output
        assert done.last_line == NOT_PUBLISHED
        for sentence in sentences:
            assert sentence in done.output
        assert files(folder / "site") == before
        return done

    return run


def state_files(folder):
    return {path.name: path.read_bytes() for path in folder.glob("state.db*")}


def test_locked_for_longer_than_anybody_waits(failing, faulty, folder):
    url = f"sqlite:///{folder}/state.db"
    before = state_rows(folder)
    other = sqlite3.connect(folder / "state.db", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        failing(
            "is locked by another program. Wait until the other crawl has finished, or stop it, and try again",
            "No join link of this crawl was kept.",
            STATE_URL=f"{url}?timeout=0.2",
        )
        other.execute("ROLLBACK")
    finally:
        other.close()
    assert state_rows(folder) == before
    assert faulty.run(folder).code == 0


def test_a_file_that_is_no_database(failing, folder):
    path = folder / "state.db"
    path.write_bytes(Random(1).randbytes(100) + path.read_bytes()[100:])
    before = state_files(folder)
    failing(DAMAGED)
    assert state_files(folder) == before


def test_a_file_that_was_cut(failing, folder):
    path = folder / "state.db"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    before = state_files(folder)["state.db"]
    failing(DAMAGED)
    assert state_files(folder)["state.db"] == before


@pytest.mark.parametrize("page", [2, 5, 8, 11])
def test_a_page_of_noise(faulty, folder, page):
    """Wherever the noise is, no site comes of it. Where nobody reads it, nothing is harmed."""
    path = folder / "state.db"
    content = bytearray(path.read_bytes())
    assert len(content) >= 4096 * page
    content[4096 * (page - 1) : 4096 * page] = Random(page).randbytes(4096)
    path.write_bytes(content)
    before = files(folder / "site")
    run = faulty.run(folder)
    assert run.code == 1, run.output
    assert "Traceback" not in run.output
    assert DAMAGED in run.output
    assert files(folder / "site") == before
    assert path.read_bytes() == content


def test_a_state_of_a_newer_version(failing, folder):
    connection = sqlite3.connect(folder / "state.db")
    with connection:
        connection.execute("INSERT INTO migrations VALUES ('something_of_tomorrow', 0)")
    connection.close()
    failing("comes from a newer version of sessioncrawler (unknown changes: something_of_tomorrow). Install that")


def test_a_state_folder_that_is_read_only(failing, folder):
    data = folder / "data"
    data.mkdir()
    shutil.copy(folder / "state.db", data)
    with tmpfs(data, "4m"):
        make_read_only(data)
        before = state_files(data)
        failing("cannot be written. Give this user the right to write", STATE_URL=f"sqlite:///{data}/state.db")
        assert state_files(data) == before


def test_patience_that_is_no_number(failing, folder):
    failing(
        "STATE_URL has an option that is not understood (could not convert string to float: 'long'). Mend what follows",
        STATE_URL=f"sqlite:///{folder}/state.db?timeout=long",
    )
