"""Copies of a state: all rows of all tables, from any database into any other (docs/faults.md, "Backups").

A copy in a file is an SQLite database with the same schema, whatever the state lives in.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, MetaData, Table, func, inspect, select, text

from sessioncrawler.state.database import State
from sessioncrawler.state.engine import an_engine, parse_url
from sessioncrawler.state.errors import StateError, sentences
from sessioncrawler.state.migrations import TABLE

_CHUNK = 1_000
"""Rows that are in memory at a time."""


def back_up(url: str, path: Path) -> int:
    """Copy all of the state at ``url``, as it is at one moment, into a new SQLite file; how many rows it has.

    Others may write meanwhile. Raises ``StateError`` where there is no state, where the file is there already, and
    where it cannot be written.
    """
    State.open(url, create=False).close()
    if path.exists():
        raise StateError(f"{path} is there already, and is not overwritten: remove it, or give another name.")
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise StateError(f"{path.parent} cannot be written: {error.strerror}. Give another place.") from error
    os.close(handle)
    part = Path(name)
    try:
        State.open(f"sqlite:///{part}").close()
        with _connected(url) as source, _connected(f"sqlite:///{part}", writes=True) as target:
            rows = _copy(source, target)
        _finish(part)
        part.replace(path)
    finally:
        for tail in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                part.with_name(part.name + tail).unlink()
    return rows


def restore(url: str, path: Path, *, replace: bool = False) -> int:
    """Put a copy in place of all that the state at ``url`` holds; how many rows it has. The copy stays as it is.

    Who writes meanwhile waits, and goes on with what was restored. Raises ``StateError`` where ``path`` is no copy, and
    where the state is not empty and ``replace`` is off.
    """
    State.open(url).close()
    # To open a state may change it, so that an older copy is brought up to date aside.
    with tempfile.TemporaryDirectory(prefix="state-") as folder:
        aside = Path(folder, "state.db")
        _set_aside(path, aside)
        State.open(f"sqlite:///{aside}").close()
        with _connected(f"sqlite:///{aside}") as source, _connected(url, writes=True) as target:
            if not replace and _anything_in(target):
                raise StateError(
                    "The state is not empty. Keep a copy of it ('scrapy backup FILE') and say --replace, or set "
                    "STATE_URL to a new one."
                )
            return _copy(source, target)


@contextmanager
def _connected(url: str, *, writes: bool = False) -> Iterator[Connection]:
    """One transaction that sees one moment."""
    parsed = parse_url(url)
    with sentences(parsed), an_engine(parsed) as engine:
        level = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" and not writes else {}
        with engine.execution_options(writes=writes, **level).begin() as connection:
            yield connection


def _copy(source: Connection, target: Connection) -> int:
    """Put all rows of ``source`` in place of those of ``target``; how many. Both have the newest schema."""
    there, copied = _tables(source), 0
    for name, table in _tables(target).items():
        target.execute(table.delete())
        # Streamed: a state may be larger than the memory.
        rows = source.execute(select(there[name]), execution_options={"yield_per": _CHUNK})
        for chunk in rows.mappings().partitions():
            target.execute(table.insert(), [dict(row) for row in chunk])
            copied += len(chunk)
        _count_on(target, table)
    return copied


def _finish(path: Path) -> None:
    """Make one file of an SQLite database that nobody has open, and see to it that it is on the disk."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _set_aside(path: Path, aside: Path) -> None:
    """Copy a copy. Raises ``StateError`` with a remedy where ``path`` is no copy of a state."""
    try:
        shutil.copyfile(path, aside)
        with closing(sqlite3.connect(aside)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            whole = connection.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
    except (OSError, sqlite3.DatabaseError) as error:
        why = "it is no SQLite database, or damaged" if isinstance(error, sqlite3.DatabaseError) else error.strerror
        raise StateError(f"{path} cannot be read: {why}. Give a file that 'scrapy backup' wrote.") from error
    if TABLE not in tables or not whole:
        why = "is damaged" if TABLE in tables else "is not a copy of a state"
        raise StateError(f"{path} {why}. Give another file that 'scrapy backup' wrote.")


def _anything_in(connection: Connection) -> bool:
    """Whether anything was ever written into a state."""
    return any(connection.execute(select(table).limit(1)).first() for table in _tables(connection).values())


def _tables(connection: Connection) -> dict[str, Table]:
    """All tables of a state but the one that knows its schema, by name."""
    names = [name for name in inspect(connection).get_table_names() if name != TABLE]
    found = MetaData()
    found.reflect(connection, only=names)
    return {table.name: table for table in found.sorted_tables}


def _count_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL go on numbering behind the rows that were put in with their numbers; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for column in table.primary_key:
        sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
        if sequence:
            last = connection.scalar(select(func.max(column)))
            # The third argument: whether the number was given away already.
            connection.execute(
                text("SELECT setval(:sequence, :last, :given)"),
                {"sequence": sequence, "last": last or 1, "given": last is not None},
            )
