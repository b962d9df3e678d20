"""The steps since: keys and their log, what monitors remember, the memory of servers and Communities, bounded news."""

from __future__ import annotations

import json
from functools import partial

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
    insert,
    text,
)
from sqlalchemy.schema import SchemaItem

from sessioncrawler.protocol.joinlinks import parse_join_link


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


def bound_news(connection: Connection) -> None:
    """Entries that stand for many, and how an incident ended where its server was not reached again."""
    connection.execute(text("ALTER TABLE events ADD COLUMN more BIGINT"))
    connection.execute(text("ALTER TABLE incidents ADD COLUMN replaced BOOLEAN"))


def create_fared(connection: Connection) -> None:
    """How addresses fared; what was known of their last polls is the beginning."""
    numbers = _numbers("reached_at failing_since full_at early_at")
    netloc = Column("netloc", Text, primary_key=True)
    _create(connection, "fared", netloc, *_counts("asked_at misses"), *numbers)
    insert_fared = text(
        "INSERT INTO fared (netloc, asked_at, reached_at, failing_since, misses, full_at) "
        "SELECT netloc, polled_at, reached_at, failing_since, "
        "CASE WHEN reached_at IS NULL THEN 8 ELSE 0 END, polled_at FROM polls "
        "WHERE poll NOT LIKE :crowded AND poll NOT LIKE :abandoned"
    )
    ours = {name: f'%"outcome":"{name}"%' for name in ("crowded", "abandoned")}
    connection.execute(insert_fared, ours)


def create_guesses(connection: Connection) -> None:
    """Languages that were guessed, by the hash of the text."""
    guess = Column("code", Text), Column("confidence", Float), *_counts("used_at")
    _create(connection, "guesses", Column("text_hash", Text, primary_key=True), *guess)


def create_posters(connection: Connection) -> None:
    """Pictures of Communities for links elsewhere."""
    content = Column("content", LargeBinary)
    _create(connection, "posters", Column("name", Text, primary_key=True), _text("digest"), content)


def add_opt_outs(connection: Connection) -> None:
    """When servers were asked for robots.txt, and since when that asks not to list them."""
    for column in ("robots_at", "opted_out_at"):
        connection.execute(text(f"ALTER TABLE keys ADD COLUMN {column} BIGINT"))


def add_lost_tries(connection: Connection) -> None:
    """When addresses answered last though they had let tries hang."""
    connection.execute(text("ALTER TABLE fared ADD COLUMN swallowed_at BIGINT"))


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
