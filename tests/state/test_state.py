import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Timer

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from sessioncrawler.model import Address, JoinLink, Sighting
from sessioncrawler.state import SourceSummary, State, StateError, migrations
from sessioncrawler.state.engine import an_engine, parse_url

ADDRESSES = st.sampled_from(
    [Address("https", "sogs.example", 443), Address("http", "203.0.113.7", 8081), Address("http", "2001:db8::1", 80)]
)
LINKS = st.builds(
    JoinLink,
    ADDRESSES,
    st.from_regex(r"[0-9A-Za-z_-]{1,64}", fullmatch=True),
    st.text("0123456789abcdef", min_size=64, max_size=64),
)
SIGHTINGS = st.builds(
    Sighting,
    LINKS,
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    st.lists(st.text()).map(tuple),
)


def link(token: str) -> JoinLink:
    return JoinLink(Address("https", "sogs.example", 443), token, "a" * 64)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/data/state.db"


def test_the_folder_the_file_and_the_schema_come_by_themselves(url, tmp_path):
    with State.open(url) as state:
        assert state.sightings() == []
        assert state.sources() == []
    assert (tmp_path / "data" / "state.db").exists()
    with sqlite3.connect(tmp_path / "data" / "state.db") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        names = [row[0] for row in connection.execute("SELECT name FROM migrations")]
    connection.close()
    assert sorted(names) == sorted(step.__name__ for step in migrations.MIGRATIONS)


def test_sightings_are_remembered_sorted(url):
    with State.open(url) as state:
        found = [Sighting(link("b"), "two", ("x", "y")), Sighting(link("b"), "one"), Sighting(link("a"), "two")]
        assert state.record_sightings(found, 100) == 3
    with State.open(url) as state:
        assert state.sightings() == [
            Sighting(link("a"), "two", (), 100, 100),
            Sighting(link("b"), "one", (), 100, 100),
            Sighting(link("b"), "two", ("x", "y"), 100, 100),
        ]


def test_first_seen_stays_last_seen_grows_and_tags_are_replaced(url):
    with State.open(url) as state:
        state.record_sightings([Sighting(link("a"), "one", ("old",))], 100)
        assert state.record_sightings([Sighting(link("a"), "one", ("new",)), Sighting(link("b"), "one")], 300) == 1
        state.record_sightings([Sighting(link("a"), "one", ("newest",))], 200)  # the clock went backwards
        assert state.sightings()[0] == Sighting(link("a"), "one", ("newest",), 100, 300)


def test_an_empty_or_repeated_finding_is_fine(url):
    with State.open(url) as state:
        assert state.record_sightings([], 1) == 0
        assert (
            state.record_sightings(iter([Sighting(link("a"), "one", ("x",)), Sighting(link("a"), "one", ("y",))]), 2)
            == 1
        )
        assert state.sightings() == [Sighting(link("a"), "one", ("y",), 2, 2)]


def test_sources_are_summed_up(url):
    with State.open(url) as state:
        state.record_sightings(
            [Sighting(link("a"), "two"), Sighting(link("b"), "two"), Sighting(link("a"), "one")], 100
        )
        state.record_sightings([Sighting(link("b"), "two")], 200)
        assert state.sources() == [SourceSummary("one", 1, 1, 100, 100), SourceSummary("two", 2, 1, 100, 200)]


def test_links_that_are_no_longer_understood_are_left_out(url):
    with State.open(url) as state:
        state.record_sightings([Sighting(link("a"), "one")], 1)
        with state._writing.begin() as connection:
            connection.execute(text("UPDATE sightings SET link = 'gopher://x'"))
        assert state.sightings() == []


@settings(max_examples=25, deadline=None)
@given(st.lists(SIGHTINGS, max_size=8), st.integers(0, 2**40))
def test_whatever_is_recorded_comes_back(found, now):
    with State.open("sqlite://") as state:
        state.record_sightings(found, now)
        expected = {(one.link, one.source): Sighting(one.link, one.source, one.tags, now, now) for one in found}
        assert state.sightings() == [expected[key] for key in sorted(expected)]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 1000), min_size=1))
def test_times_hold_whatever_the_clock_does(clock):
    with State.open("sqlite://") as state:
        for now in clock:
            state.record_sightings([Sighting(link("a"), "one")], now)
        [sighting] = state.sightings()
        assert (sighting.first_seen, sighting.last_seen) == (clock[0], max(clock))


def test_new_steps_are_applied_once_and_in_order(url, monkeypatch):
    State.open(url).close()

    def add_notes(connection):
        connection.execute(text("CREATE TABLE notes (id INTEGER)"))

    def fill_notes(connection):
        connection.execute(text("INSERT INTO notes VALUES (1)"))

    monkeypatch.setattr(migrations, "MIGRATIONS", [*migrations.MIGRATIONS, add_notes, fill_notes])
    for _ in range(2):
        State.open(url).close()
    engine = create_engine(url)
    with engine.connect() as connection:
        assert list(connection.scalars(text("SELECT id FROM notes"))) == [1]
        assert "fill_notes" in migrations.applied(connection)
    engine.dispose()


def test_a_step_that_fails_leaves_nothing_behind(url, monkeypatch):
    State.open(url).close()

    def half(connection):
        connection.execute(text("CREATE TABLE half (id INTEGER)"))
        connection.execute(text("INSERT INTO nowhere VALUES (1)"))

    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", [*migrations.MIGRATIONS, half])
        with pytest.raises(StateError, match="no such table: nowhere"):
            State.open(url)
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM sqlite_master WHERE name = 'half'")) == 0
    engine.dispose()


def test_a_database_of_a_newer_version_is_not_touched(url, monkeypatch):
    State.open(url).close()
    monkeypatch.setattr(migrations, "MIGRATIONS", [])
    with pytest.raises(StateError, match=r"newer version .*create_sightings.*Install that version"):
        State.open(url)


WRITER = """
import sys
from sessioncrawler.model import Address, JoinLink, Sighting
from sessioncrawler.state import State
url, name = sys.argv[1:]
link = JoinLink(Address("https", "sogs.example", 443), "room", "a" * 64)
for now in range(15):
    with State.open(url) as state:
        state.record_sightings([Sighting(link, name), Sighting(link, "shared")], now)
"""


def test_several_processes_create_migrate_and_write_at_once(url):
    def write(name: str) -> None:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", WRITER, url, name], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    names = ["p0", "p1", "p2", "p3"]
    with ThreadPoolExecutor() as pool:
        list(pool.map(write, names))
    with State.open(url) as state:
        assert [(one.source, one.last_seen) for one in state.sources()] == [(name, 14) for name in [*names, "shared"]]


def test_a_locked_database_is_told(url, tmp_path):
    State.open(url).close()
    other = sqlite3.connect(tmp_path / "data" / "state.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StateError, match=r"locked by another program\. Wait"):
        State.open(url, busy_seconds=0.1)
    other.execute("ROLLBACK")
    other.close()
    with State.open(url) as state:
        assert state.sightings() == []


@pytest.fixture
def held(tmp_path):
    """A connection that holds the write lock of a new file, which is not in WAL mode yet."""
    other = sqlite3.connect(tmp_path / "state.db", isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE other (id)")
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


def test_a_lock_while_wal_is_switched_on_is_told(held, tmp_path):
    with pytest.raises(StateError, match="locked by another program"):
        State.open(f"sqlite:///{tmp_path}/state.db", busy_seconds=0.1)


def test_a_lock_while_wal_is_switched_on_is_waited_for(held, tmp_path):
    timer = Timer(0.2, held.execute, ["ROLLBACK"])
    timer.start()
    with State.open(f"sqlite:///{tmp_path}/state.db") as state:
        assert state.sightings() == []
    timer.join()


def test_a_damaged_database_is_told(tmp_path):
    (tmp_path / "state.db").write_bytes(b"this is no database " * 1000)
    with pytest.raises(StateError, match=r"is damaged or no SQLite database\. Put a backup in its place"):
        State.open(f"sqlite:///{tmp_path}/state.db")


def test_a_database_that_was_damaged_inside_is_told(tmp_path):
    path = tmp_path / "state.db"
    with State.open(f"sqlite:///{path}") as state:
        state.record_sightings([Sighting(link(f"room{number}"), "one") for number in range(500)], 1)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    with pytest.raises(StateError, match="is damaged"), State.open(f"sqlite:///{path}") as state:
        state.sightings()


@pytest.mark.parametrize("name", ["file/state.db", "file/deeper/state.db"])
def test_a_folder_that_cannot_be_made_is_told(tmp_path, name):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StateError, match=r"cannot be written\. Give this user the right"):
        State.open(f"sqlite:///{tmp_path}/{name}")


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path):
    with pytest.raises(StateError, match=r"cannot be written.*set STATE_URL to another"):
        State.open(f"sqlite:///{tmp_path}")


def test_a_read_only_database_can_be_read_and_says_why_it_cannot_be_written(tmp_path):
    with State.open(f"sqlite:///{tmp_path}/state.db") as state:
        state.record_sightings([Sighting(link("a"), "one")], 1)
        with State.open(f"sqlite:///file:{tmp_path}/state.db?mode=ro&uri=true") as read_only:
            assert read_only.sightings() == state.sightings()
            with pytest.raises(StateError, match="cannot be written"):
                read_only.record_sightings([Sighting(link("b"), "one")], 2)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("state.db", "STATE_URL is not a database URL. Write it like"),
        ("", "STATE_URL is not a database URL"),
        ("sqlite://host:port/x", "STATE_URL is not a database URL"),
        ("mysql://user@host/x", "STATE_URL names mysql; use SQLite or PostgreSQL."),
        ("sqlite+nosuch:///x", r"driver for sqlite\+nosuch is not installed"),
        ("sqlite://host/x", "cannot be used. Check STATE_URL"),
    ],
)
def test_urls_that_cannot_work_are_told(url, sentence):
    with pytest.raises(StateError, match=sentence):
        State.open(url)


def test_a_missing_driver_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StateError, match=r"pip install 'psycopg\[binary\]'"):
        State.open("postgresql://user:secret@localhost/state")


def test_passwords_are_hidden():
    url = parse_url("postgresql://user:secret@localhost/state")
    assert "secret" not in url.render_as_string()
    assert url.drivername == "postgresql+psycopg"
    assert parse_url("postgresql+psycopg2://localhost/x").drivername == "postgresql+psycopg2"


def test_sqlite_connections_wait_and_check_references(tmp_path):
    with an_engine(parse_url(f"sqlite:///{tmp_path}/state.db"), 1.5) as engine, engine.connect() as connection:
        assert connection.scalar(text("PRAGMA busy_timeout")) == 1500
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
