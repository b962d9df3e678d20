"""The schema of the state as an ordered list of named steps, each applied once.

Functions rather than files, so that they also run inside a zipped egg. A step that was released is never changed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.schema import SchemaItem

from sessioncrawler.protocol.joinlinks import parse_join_link

Migration = Callable[[Connection], None]

_LOCK = 0x5E55_1047
"""Key of PostgreSQL's advisory lock: any number that no other program in the database uses."""

_applied = Table(
    "migrations",
    MetaData(),
    Column("name", Text, primary_key=True),
    Column("applied_at", BigInteger, nullable=False),
)


class SchemaTooNewError(Exception):
    """The database was written by a newer version; its arguments are the names of the unknown steps."""


def create_sightings(connection: Connection) -> None:
    """Join links and the sources that showed them."""
    Table(
        "sightings",
        MetaData(),
        Column("link", Text, primary_key=True),
        Column("source", Text, primary_key=True, index=True),
        Column("tags", Text, nullable=False),
        Column("first_seen", BigInteger, nullable=False),
        Column("last_seen", BigInteger, nullable=False),
    ).create(connection)


def create_polls(connection: Connection) -> None:
    """How each address was polled last."""
    Table(
        "polls",
        MetaData(),
        Column("netloc", Text, primary_key=True),
        Column("polled_at", BigInteger, nullable=False),
        Column("reached_at", BigInteger),
        Column("failing_since", BigInteger),
        Column("poll", Text, nullable=False),
    ).create(connection)


def create_listings(connection: Connection) -> None:
    """Communities that were published, and what happened to them."""
    Table(
        "listed",
        MetaData(),
        Column("public_key", Text, primary_key=True),
        Column("token", Text, primary_key=True),
        Column("facts", Text, nullable=False),
        Column("first_listed", BigInteger, nullable=False),
        Column("last_listed", BigInteger, nullable=False),
        Column("gone_at", BigInteger),
    ).create(connection)
    Table(
        "events",
        MetaData(),
        Column("number", Integer, primary_key=True, autoincrement=True),
        Column("at", BigInteger, nullable=False, index=True),
        Column("kind", Text, nullable=False),
        Column("public_key", Text, nullable=False),
        Column("token", Text, nullable=False),
        Column("facts", Text, nullable=False),
    ).create(connection)


def create_icons(connection: Connection) -> None:
    """Icons of rooms; an empty content stands for a picture that none could be made of."""
    Table(
        "icons",
        MetaData(),
        Column("room", Text, primary_key=True),
        Column("path", Text, nullable=False),
        Column("fetched_at", BigInteger, nullable=False),
        Column("content", LargeBinary, nullable=False),
    ).create(connection)


def create_runs(connection: Connection) -> None:
    """Runs that were published, with their figures."""
    Table(
        "runs",
        MetaData(),
        Column("number", Integer, primary_key=True, autoincrement=True),
        Column("at", BigInteger, nullable=False),
        Column("figures", Text, nullable=False),
    ).create(connection)


def icons_by_address(connection: Connection) -> None:
    """Icons by the address that gave them; those that were known by the digest of a key move over."""
    icons = Table(
        "room_icons",
        MetaData(),
        Column("netloc", Text, primary_key=True),
        Column("token", Text, primary_key=True),
        Column("public_key", Text, nullable=False),
        Column("image_id", BigInteger, nullable=False),
        Column("fetched_at", BigInteger, nullable=False),
        Column("content", LargeBinary, nullable=False),
    )
    icons.create(connection)
    if rows := list(_moved_icons(connection)):
        connection.execute(insert(icons), rows)
    Table("icons", MetaData(), Column("room", Text)).drop(connection)


def _moved_icons(connection: Connection) -> Iterator[dict[str, object]]:
    """Rows for ``room_icons``: the rooms of the old ones are named in the table of what is listed."""
    old = text("SELECT room, path, fetched_at, content FROM icons")
    by_room = {row.room: row for row in connection.execute(old)}
    moved: set[tuple[str, str]] = set()
    for row in connection.execute(text("SELECT public_key, token, facts FROM listed")):
        icon = by_room.get(f"icons/{sha256(row.public_key.encode()).hexdigest()[:16]}-{row.token}")
        link = parse_join_link(json.loads(row.facts)["join_url"])
        if icon is None or link is None or (link.address.netloc, row.token) in moved:
            continue
        moved.add((link.address.netloc, row.token))
        yield {
            "netloc": link.address.netloc,
            "token": row.token,
            "public_key": row.public_key,
            "image_id": int(icon.path.rpartition("-")[2].removesuffix(".webp")),
            "fetched_at": icon.fetched_at,
            "content": icon.content,
        }


def create_keys(connection: Connection) -> None:
    """Keys at addresses, and the log of what happened to them; what was published so far is the beginning."""
    keys = Table(
        "keys",
        MetaData(),
        Column("public_key", Text, primary_key=True),
        Column("netloc", Text, primary_key=True, index=True),
        Column("address", Text, nullable=False),
        Column("first_proven", BigInteger),
        Column("last_proven", BigInteger),
        Column("lost_at", BigInteger),
        Column("held_since", BigInteger),
        Column("shown_at", BigInteger, nullable=False),
        Column("published_at", BigInteger),
        Column("named", Text),
        Column("named_at", BigInteger),
        Column("has_preview", Boolean),
    )
    keys.create(connection)
    Table(
        "key_log",
        MetaData(),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("at", BigInteger, nullable=False),
        Column("change", Text, nullable=False),
        Column("address", Text, nullable=False, index=True),
        Column("public_key", Text, nullable=False),
        Column("former_key", Text),
        Column("how", Text, nullable=False),
        Column("previous", Text, nullable=False),
        Column("sha256", Text, nullable=False),
    ).create(connection)
    if rows := list(_published_keys(connection).values()):
        connection.execute(insert(keys), rows)


def _published_keys(connection: Connection) -> dict[tuple[str, str], dict[str, object]]:
    """Rows for ``keys`` by key and ``host[:port]``, of what is listed."""
    found: dict[tuple[str, str], dict[str, object]] = {}
    listed = text("SELECT public_key, facts, first_listed, last_listed FROM listed ORDER BY first_listed")
    for row in connection.execute(listed):
        link = parse_join_link(json.loads(row.facts)["join_url"])
        if link is None:
            continue
        times = {"published_at": row.first_listed, "shown_at": row.last_listed}
        own = {"public_key": row.public_key, "netloc": link.address.netloc, "address": link.address.base_url}
        found.setdefault((row.public_key, link.address.netloc), own | times)
    return found


def create_absences(connection: Connection) -> None:
    """Places whose servers are missing, and why the last run was withheld."""
    flags = (Column(name, Boolean, nullable=False) for name in ("away", "paused", "forced"))
    _create(connection, "absences", Column("place", Text, primary_key=True), *_counts("missed at"), *flags)
    _create(connection, "withheld", *_ids("at"), _text("run"))


def create_memory(connection: Connection) -> None:
    """What servers told last, how they were reached, and what Communities told, over time."""
    for column in ("whole BOOLEAN", "told TEXT", "told_at BIGINT"):
        connection.execute(text(f"ALTER TABLE polls ADD COLUMN {column}"))
    # Whoever was reached told all, as far as was known then.
    connection.execute(text("UPDATE polls SET whole = (failing_since IS NULL)"))
    create = partial(_create, connection)
    create("servers", _number(), _text("public_key", unique=True), *_counts("first_reached last_reached last_checked"))
    create("checks", *_ids("server span start"), *_counts("asked reached"), Column("seconds", Float, nullable=False))
    create("incidents", *_ids("server began"), Column("ended", BigInteger), _text("how"))
    room = _text("public_key"), _text("token"), UniqueConstraint("public_key", "token")
    create("communities", _number(), *room, *_numbers("last_day sequence sequence_at"))
    told, languages = (Column(name, Float) for name in ("users", "events", "days")), _text("languages")
    create("samples", *_ids("community span start"), *told, *_counts("flags"))
    create("totals", *_ids("day"), *_counts("communities servers reachable visitors"), *_numbers("events"), languages)


def _create(connection: Connection, name: str, *columns: SchemaItem) -> None:
    # Rows of a few small numbers take half the room without a rowid.
    Table(name, MetaData(), *columns, sqlite_with_rowid=name not in {"checks", "samples"}).create(connection)


def _number() -> Column[int]:
    return Column("number", Integer, primary_key=True, autoincrement=True)


def _ids(names: str) -> list[Column[int]]:
    return [Column(name, BigInteger, primary_key=True, autoincrement=False) for name in names.split()]


def _counts(names: str) -> list[Column[int]]:
    return [Column(name, BigInteger, nullable=False) for name in names.split()]


def _numbers(names: str) -> list[Column[int]]:
    return [Column(name, BigInteger) for name in names.split()]


def _text(name: str, *, unique: bool = False) -> Column[str]:
    return Column(name, Text, nullable=False, unique=unique)


MIGRATIONS: list[Migration] = [
    create_sightings,
    create_polls,
    create_listings,
    create_icons,
    create_runs,
    icons_by_address,
    create_keys,
    create_absences,
    create_memory,
]  # a new step goes to the end


def migrate(connection: Connection) -> list[str]:
    """Apply the steps that are missing and return their names; ``SchemaTooNewError`` where unknown ones were applied.

    ``connection`` is in a transaction. On SQLite it holds the write lock already; on PostgreSQL a lock is taken here:
    a second process waits, then finds nothing left to do.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    known = set(applied(connection))
    if unknown := known - {step.__name__ for step in MIGRATIONS}:
        raise SchemaTooNewError(*sorted(unknown))
    missing = [step for step in MIGRATIONS if step.__name__ not in known]
    for step in missing:
        step(connection)
        connection.execute(insert(_applied).values(name=step.__name__, applied_at=int(time.time())))
    return [step.__name__ for step in missing]


def applied(connection: Connection) -> list[str]:
    """Names of the steps that the database has seen, sorted; creates the table that remembers them."""
    if not inspect(connection).has_table(_applied.name):
        _applied.create(connection)
    return list(connection.scalars(select(_applied.c.name).order_by(_applied.c.name)))
