"""The same state on PostgreSQL: against a server of its own on loopback where one is installed."""

import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor

import pytest

from sessioncrawler.model import Address, JoinLink, Sighting
from sessioncrawler.state import SourceSummary, State, StateError

pytest.importorskip("psycopg", reason="needs psycopg, the driver for PostgreSQL")
LINK = JoinLink(Address("https", "sogs.example", 443), "room", "a" * 64)


USER = "nobody" if os.geteuid() == 0 else None
"""PostgreSQL refuses to run as root."""


@pytest.fixture(scope="module")
def url():
    """A new server that listens on nothing but a socket in its own folder."""
    if not (shutil.which("initdb") and shutil.which("pg_ctl")):
        pytest.skip("needs initdb and pg_ctl of PostgreSQL on the PATH")
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        if USER:
            shutil.chown(folder, USER)
        run("initdb", "-D", f"{folder}/data", "-A", "trust", "-U", "tester", "-N")
        control = ("pg_ctl", "-D", f"{folder}/data", "-w", "-l", f"{folder}/log")
        run(*control, "-o", f"-k {folder} -c listen_addresses='' -c fsync=off", "start")
        yield f"postgresql://tester@/postgres?host={folder}"
        run(*control, "-m", "immediate", "stop")


def run(*command):
    done = subprocess.run(
        command,
        user=USER,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_sightings_on_postgresql(url):
    def write(number: int) -> None:
        with State.open(url) as state:
            state.record_sightings([Sighting(LINK, "shared", ("x",)), Sighting(LINK, f"p{number}")], number)

    with ThreadPoolExecutor() as pool:
        list(pool.map(write, range(1, 6)))
    with State.open(url) as state:
        assert state.record_sightings([Sighting(LINK, "shared", ("y", "\ud800\0"))], 3) == 0
        [shared] = [one for one in state.sightings() if one.source == "shared"]
        assert (shared.tags, shared.last_seen) == (("y", "\ud800\0"), 5)
        assert SourceSummary("p2", 1, 1, 2, 2) in state.sources()


def test_an_unreachable_server_is_told(tmp_path):
    with pytest.raises(StateError, match="Check STATE_URL, and that the database server runs"):
        State.open(f"postgresql://user@/postgres?host={tmp_path}")
