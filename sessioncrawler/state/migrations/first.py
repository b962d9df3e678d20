"""The steps up to the first version that published: join links, polls, listings, icons, runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256

from sqlalchemy import BigInteger, Column, Connection, Integer, LargeBinary, MetaData, Table, Text, insert, text

from sessioncrawler.protocol.joinlinks import parse_join_link


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
