"""Engines for the databases that the state may live in: SQLite and PostgreSQL."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from sessioncrawler.state.errors import StateError

DEFAULT_BUSY_SECONDS = 10.0
MOST_BUSY_SECONDS = 3600.0
_CHECKED: set[tuple[int, int]] = set()
"""Device and inode of SQLite files that this process has found whole."""
_DIALECTS = ("sqlite", "postgresql")


def parse_url(text: str) -> URL:
    """Read ``STATE_URL``; ``postgresql://`` without a driver means psycopg. ``StateError`` if it is no such URL."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise StateError(
            "STATE_URL is not a database URL. Write it like sqlite:///data/state.db or "
            "postgresql://user:password@host/name."
        ) from error
    if url.get_backend_name() not in _DIALECTS:
        raise StateError(f"STATE_URL names {url.get_backend_name()}; use SQLite or PostgreSQL.")
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


class _Engines:
    """Engines by what they are for, used by whoever has the same database open.

    An engine knows the SQL of what it was asked before, and making that SQL takes longer than asking: a crawl opens the
    state for each batch of answers.
    """

    MOST = 4
    """That are kept although nobody uses them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: dict[tuple[URL, float], Engine] = {}
        self._users = Counter[Engine]()

    def take(self, url: URL, busy_seconds: float) -> Engine:
        with self._lock:
            engine = self._known.pop((url, busy_seconds), None) or _new_engine(url, busy_seconds)
            if url.get_backend_name() != "sqlite" or _file_of(url):  # each database in memory is one of its own
                self._known[url, busy_seconds] = engine  # the last one again
            for old in [kind for kind, one in self._known.items() if not self._users[one]][: -self.MOST]:
                del self._known[old]
            self._users[engine] += 1
            return engine

    def release(self, engine: Engine) -> None:
        with self._lock:
            self._users[engine] -= 1
            if not self._users[engine]:
                del self._users[engine]
                engine.dispose()


_ENGINES = [_Engines()]
# Connections bear no fork, and neither does a lock; those of the parent are left alone.
os.register_at_fork(after_in_child=lambda: _ENGINES.append(_Engines()))


@contextmanager
def an_engine(url: URL, busy_seconds: float = DEFAULT_BUSY_SECONDS) -> Iterator[Engine]:
    """An engine whose transactions are short and wait up to ``busy_seconds`` for those of other processes.

    An SQLite URL may say otherwise: ``sqlite:///data/state.db?timeout=60`` waits for a minute. All connections are
    closed when nobody uses it any more.

    Creates the folder of an SQLite file. Raises ``StateError`` where the driver is missing or an option of the URL is
    not understood, ``OSError`` where the folder cannot be made.
    """
    engines = _ENGINES[-1]
    engine = engines.take(url, busy_seconds)
    try:
        if url.get_backend_name() == "sqlite":
            _prepare_folder(url)
        yield engine
    finally:
        engines.release(engine)


def _new_engine(url: URL, busy_seconds: float) -> Engine:
    try:
        engine = create_engine(url)
    except (ImportError, NoSuchModuleError) as error:
        raise StateError(
            f"The driver for {url.drivername} is not installed. Install it (for PostgreSQL: pip install "
            "'psycopg[binary]'), or set STATE_URL to an SQLite file."
        ) from error
    except ValueError as error:
        raise StateError(f"STATE_URL has an option that is not understood ({error}). Mend what follows '?'.") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connected(_patience(url, busy_seconds)))
        event.listen(engine, "begin", _sqlite_begin)
    return engine


def _patience(url: URL, default: float) -> float:
    """Seconds to wait for other processes; SQLAlchemy has seen to it that the URL names a number of them."""
    return min(max(float(str(url.query.get("timeout", default))), 0.0), MOST_BUSY_SECONDS)


def is_there(url: URL) -> bool:
    """Whether the file of an SQLite database exists; True where that cannot be known without asking a server."""
    path = _file_of(url)
    return path is None or path.exists()


def _file_of(url: URL) -> Path | None:
    """The file of an SQLite database; None for one in memory or named by an SQLite URI of its own."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return None if str(url.database).startswith("file:") else Path(str(url.database))


def _prepare_folder(url: URL) -> None:
    """Create the folder of an SQLite file."""
    if path := _file_of(url):
        path.parent.mkdir(parents=True, exist_ok=True)


def _sqlite_connected(busy_seconds: float) -> Any:
    """Make the listener that sets up every new connection to SQLite."""

    def listener(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy says BEGIN, not the driver, which would do so too late
        connection.execute(f"PRAGMA busy_timeout = {int(busy_seconds * 1000)}")
        _check_once(connection)
        _use_wal(connection, time.monotonic() + busy_seconds)
        connection.execute("PRAGMA synchronous = NORMAL")  # safe with WAL; loses nothing but the last moments
        connection.execute("PRAGMA foreign_keys = ON")

    return listener


def _check_once(connection: Any) -> None:
    """Look for damage before anything is written into a file: it would be made worse. Once a process and file."""
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    if not path:
        return  # in memory
    status = Path(path).stat()
    if (status.st_dev, status.st_ino) in _CHECKED:
        return
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise connection.DatabaseError(f"database disk image is malformed: {found}")
    _CHECKED.add((status.st_dev, status.st_ino))


def _use_wal(connection: Any, deadline: float) -> None:
    """Switch to write-ahead logging; SQLite does not wait for others on its own while it switches."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except connection.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _sqlite_begin(connection: Connection) -> None:
    """Take the write lock at once where something will be written: a late change of mind fails under WAL."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
