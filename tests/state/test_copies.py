"""Copies of the state: every table, from either kind of database into either, while others write."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import BigInteger, Boolean, Float, Integer, LargeBinary, MetaData, create_engine, select, text

from sessioncrawler.model import Address, JoinLink, Sighting
from sessioncrawler.state import State, StateError
from sessioncrawler.state.copies import back_up, restore
from tests.support import postgresql

KINDS = ("sqlite", "postgresql")
LINK = JoinLink(Address("https", "sogs.example", 443), "lobby", "ab" * 32)
FIRST_VERSION = Path(__file__).with_name("first_version.sql")
ROWS = 1_001
"""Of each table: more than are in memory at a time."""


@pytest.fixture
def new(request, tmp_path):
    """Makes the URL of a new state, of either kind."""
    with ExitStack() as made:
        names = iter("abcdef")

        def make(kind):
            name = next(names)
            if kind == "sqlite":
                url = f"sqlite:///{tmp_path}/{name}.db"
            else:
                server = request.getfixturevalue("server")
                url = made.enter_context(postgresql.database(server, f"copy{name}{abs(hash(tmp_path))}"))
            State.open(url).close()
            return url

        yield make


@contextmanager
def connected(url):
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def tables(connection):
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != "migrations"]


def value(column, number):
    kind = column.type
    if isinstance(kind, Boolean):
        return number % 2 == 0
    if isinstance(kind, Float):
        return number + 0.25
    if isinstance(kind, BigInteger | Integer):
        return number + (0 if column.primary_key else 2**40 if isinstance(kind, BigInteger) else 7)
    if isinstance(kind, LargeBinary):
        return bytes([number % 256, 0, 255])
    return f"{column.name} {number} \u202eü🙂'"


def fill(url):
    """Rows in every table there is, with something in every column."""
    with connected(url) as connection:
        for table in tables(connection):
            rows = [{column.name: value(column, number) for column in table.c} for number in range(1, ROWS + 1)]
            connection.execute(table.insert(), rows)


def content(url):
    with connected(url) as connection:
        found = {table: [table.c[name] for name in sorted(table.c.keys())] for table in tables(connection)}
        return {table.name: sorted(map(repr, connection.execute(select(*row)))) for table, row in found.items()}


def sighting(number=0):
    return Sighting(JoinLink(LINK.address, f"room{number}", LINK.public_key), "source")


@pytest.mark.parametrize("to", KINDS)
@pytest.mark.parametrize("of", KINDS)
def test_a_copy_holds_everything_wherever_it_came_from(new, tmp_path, of, to):
    one, other = new(of), new(to)
    fill(one)
    before = content(one)
    assert len(before) > 10
    rows = back_up(one, tmp_path / "copy.db")
    assert rows == ROWS * len(before) == restore(other, tmp_path / "copy.db")
    assert content(other) == content(one) == before
    assert [path.name for path in tmp_path.iterdir() if "copy" in path.name] == ["copy.db"]


@pytest.mark.parametrize("kind", KINDS)
def test_numbering_goes_on_behind_what_was_restored(new, tmp_path, kind):
    one, other = new("sqlite"), new(kind)
    fill(one)
    back_up(one, tmp_path / "copy.db")
    restore(other, tmp_path / "copy.db")
    with connected(other) as connection:
        numbered = [table for table in tables(connection) if "number" in table.c and table.name in {"runs", "events"}]
        assert numbered
        for table in numbered:
            row = {column.name: value(column, 9) for column in table.c if column.name != "number"}
            made = connection.execute(table.insert().values(**row)).inserted_primary_key
            assert made is not None
            assert made[0] == ROWS + 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_is_of_one_moment_while_others_write(new, tmp_path, kind):
    """A crawl that writes pairs of rows: the copy never has one without the other."""
    url = new(kind)
    stop, wrote = threading.Event(), threading.Event()

    def write():
        with State.open(url) as state:
            number = 0
            while not stop.is_set():
                state.record_sightings([sighting(number), sighting(number + 1)], number)
                number += 2
                wrote.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert wrote.wait(30)
        back_up(url, tmp_path / "copy.db")
    finally:
        stop.set()
        writer.join()
    with State.open(f"sqlite:///{tmp_path}/copy.db") as copy:
        found = copy.sightings()
    assert found
    assert len(found) % 2 == 0


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_there_is_replaced_only_if_one_says_so(new, tmp_path, kind):
    url = new(kind)
    with State.open(url) as state:
        state.record_sightings([sighting(1)], 1)
    back_up(url, tmp_path / "copy.db")
    with State.open(url) as state:
        state.record_sightings([sighting(2)], 2)
    now = content(url)
    with pytest.raises(StateError, match=r"not empty.*--replace"):
        restore(url, tmp_path / "copy.db")
    assert content(url) == now
    assert restore(url, tmp_path / "copy.db", replace=True) == 1
    with State.open(url) as state:
        assert [one.link.token for one in state.sightings()] == ["room1"]


def test_what_goes_wrong_in_the_middle_leaves_all_as_it_was(new, tmp_path):
    one, other = new("sqlite"), new("sqlite")
    fill(one)
    back_up(one, tmp_path / "copy.db")
    fill(other)
    with connected(other) as connection:
        connection.execute(
            text("CREATE TRIGGER no BEFORE INSERT ON sightings BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
        )
    before = content(other)
    with pytest.raises(StateError, match="Free some space"):
        restore(other, tmp_path / "copy.db", replace=True)
    assert content(other) == before


def test_an_older_copy_is_brought_up_to_date_and_stays_as_it_was(new, tmp_path):
    old = tmp_path / "old.db"
    with closing(sqlite3.connect(old)) as database:
        database.executescript(FIRST_VERSION.read_text())
    was = old.read_bytes()
    restore(url := new("sqlite"), old)
    with State.open(url) as state:
        assert [one.link.token for one in state.sightings()] == ["attic", "lobby"]
    assert old.read_bytes() == was


class TestWhatIsNoCopy:
    def test_no_database(self, new, tmp_path):
        (tmp_path / "text").write_text("hello " * 100)
        with pytest.raises(StateError, match=r"no SQLite database, or damaged.*scrapy backup"):
            restore(new("sqlite"), tmp_path / "text")

    def test_another_database(self, new, tmp_path):
        with closing(sqlite3.connect(tmp_path / "other.db")) as other:
            other.execute("CREATE TABLE music (name)")
            other.commit()
        with pytest.raises(StateError, match="is not a copy of a state"):
            restore(new("sqlite"), tmp_path / "other.db")

    def test_a_copy_that_was_cut(self, new, tmp_path):
        url = new("sqlite")
        fill(url)
        back_up(url, tmp_path / "copy.db")
        whole = (tmp_path / "copy.db").read_bytes()
        (tmp_path / "copy.db").write_bytes(whole[: len(whole) // 2])
        with pytest.raises(StateError, match="damaged"):
            restore(new("sqlite"), tmp_path / "copy.db")

    def test_nothing(self, new, tmp_path):
        with pytest.raises(StateError, match="No such file"):
            restore(new("sqlite"), tmp_path / "none.db")

    def test_one_of_a_newer_version(self, new, tmp_path):
        url = new("sqlite")
        back_up(url, tmp_path / "copy.db")
        with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
            copy.execute("INSERT INTO migrations VALUES ('of_next_year', 1)")
            copy.commit()
        with pytest.raises(StateError, match=r"newer version.*of_next_year"):
            restore(url, tmp_path / "copy.db")


class TestWhereNoCopyCanBe:
    def test_a_file_is_not_overwritten(self, new, tmp_path):
        (tmp_path / "copy.db").write_text("mine")
        with pytest.raises(StateError, match="not overwritten"):
            back_up(new("sqlite"), tmp_path / "copy.db")
        assert (tmp_path / "copy.db").read_text() == "mine"

    def test_a_folder_that_is_not_there(self, new, tmp_path):
        with pytest.raises(StateError, match="cannot be written"):
            back_up(new("sqlite"), tmp_path / "none" / "copy.db")

    def test_no_state_is_made_for_it(self, tmp_path):
        with pytest.raises(StateError, match="There is no state"):
            back_up(f"sqlite:///{tmp_path}/none.db", tmp_path / "copy.db")
        assert list(tmp_path.iterdir()) == []
