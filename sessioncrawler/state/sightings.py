"""Queries about join links and the sources that showed them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, MetaData, Row, Table, Text, case, func, select
from sqlalchemy.dialects import postgresql, sqlite

from sessioncrawler.model import Sighting
from sessioncrawler.protocol.joinlinks import parse_join_link

_sightings = Table(
    "sightings",
    MetaData(),
    Column("link", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("tags", Text),
    Column("first_seen", BigInteger),
    Column("last_seen", BigInteger),
)


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """What is known from one source. Times are Unix seconds."""

    source: str
    links: int
    """Join links that it ever showed."""
    current: int
    """Those among them that it showed when it was last read."""
    first_seen: int
    last_seen: int


def record(connection: Connection, sightings: Iterable[Sighting], now: int) -> int:
    """Insert or update sightings as of ``now`` and return how many (link, source) pairs are new.

    ``first_seen`` stays; ``last_seen`` only grows, so that a clock that went backwards harms nothing; tags are
    replaced. The times inside the given sightings are not read.
    """
    rows = list({(row["link"], row["source"]): row for row in (_to_row(one, now) for one in sightings)}.values())
    if not rows:
        return 0
    before = _count(connection)
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(_sightings)
    known, seen = _sightings.c.last_seen, statement.excluded.last_seen
    statement = statement.on_conflict_do_update(
        index_elements=["link", "source"],
        set_={"tags": statement.excluded.tags, "last_seen": case((known > seen, known), else_=seen)},
    )
    connection.execute(statement, rows)
    return _count(connection) - before


def read(connection: Connection) -> list[Sighting]:
    """All sightings, sorted by link, then source. Links that are no longer understood are left out."""
    found = (_from_row(row) for row in connection.execute(select(_sightings)))
    return sorted(filter(None, found), key=lambda sighting: (sighting.link, sighting.source))


def summarize(connection: Connection) -> list[SourceSummary]:
    """One summary a source, sorted by its name."""
    row = _sightings.c
    newest = select(row.source, func.max(row.last_seen).label("at")).group_by(row.source).subquery()
    statement = (
        select(
            row.source,
            func.count(),
            func.sum(case((row.last_seen == newest.c.at, 1), else_=0)),
            func.min(row.first_seen),
            func.max(row.last_seen),
        )
        .join(newest, newest.c.source == row.source)
        .group_by(row.source)
    )
    return sorted((SourceSummary(*values) for values in connection.execute(statement)), key=lambda one: one.source)


def _count(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(_sightings)) or 0


def _to_row(sighting: Sighting, now: int) -> dict[str, Any]:
    tags = json.dumps(sighting.tags, ensure_ascii=True)  # ASCII keeps what no database would take as text
    times = {"first_seen": now, "last_seen": now}
    return {"link": sighting.link.url, "source": sighting.source, "tags": tags, **times}


def _from_row(row: Row[Any]) -> Sighting | None:
    link = parse_join_link(row.link)
    if link is None:
        return None
    return Sighting(link, row.source, tuple(json.loads(row.tags)), row.first_seen, row.last_seen)
