"""Queries about join links and the sources that showed them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    MetaData,
    Row,
    Table,
    Text,
    and_,
    bindparam,
    case,
    delete,
    func,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from sessioncrawler.editorial.monitors import place_of
from sessioncrawler.model import Sighting
from sessioncrawler.protocol.candidates import plain
from sessioncrawler.protocol.joinlinks import parse_join_link
from sessioncrawler.state.bounds import kept
from sessioncrawler.state.memory.fared import fared_table
from sessioncrawler.state.memory.spans import DAY

_sightings = Table(
    "sightings",
    MetaData(),
    Column("link", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("tags", Text),
    Column("first_seen", BigInteger),
    Column("last_seen", BigInteger),
)


FORGOTTEN = 400 * DAY
"""Seconds after which a join link is forgotten that no source showed, where its address was not reached either."""
MOST_OF_ADDRESS = 8
"""Such links that are kept of an address that was reached, those that were seen first: it is still to be asked."""
MOST_PAST = 10_000
"""Links of one source that it shows no more."""
WE_WORK = 30 * DAY
"""Seconds within which anybody must have been reached: else nobody crawled, and nothing is forgotten for that."""


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
    new = _count(connection) - before
    _forget(connection, now)
    return new


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


def _forget(connection: Connection, now: int) -> None:
    """Forget links that nobody shows any more: those that led nowhere for long, and what is too much of one source."""
    reached = {row.netloc: row.reached_at for row in connection.execute(select(fared_table)) if row.reached_at}
    if max(reached.values(), default=0) < now - WE_WORK:
        return
    row = _sightings.c
    read_at = select(row.source, func.max(row.last_seen)).group_by(row.source)
    newest = {source: int(at) for source, at in connection.execute(read_at)}
    crowds = sorted(source for source, many in _past(connection, newest).items() if many > MOST_PAST)
    old = now - FORGOTTEN
    of_address: Counter[tuple[str, str]] = Counter()
    gone: list[Row[Any]] = []
    past: dict[str, list[tuple[bool, int, Row[Any], str]]] = {}
    some = select(_sightings).where(or_(row.last_seen < old, row.source.in_(crowds)))
    for one in connection.execute(some.order_by(row.first_seen, row.link)).all():
        if one.last_seen == newest[one.source]:
            continue
        link = parse_join_link(one.link)
        netloc = plain(link.address).netloc if link else ""
        is_alive = reached.get(netloc, 0) >= old
        of_address[netloc, one.source] += 1
        is_kept = one.last_seen >= old or (is_alive and of_address[netloc, one.source] <= MOST_OF_ADDRESS)
        if link is None or not is_kept:
            gone.append(one)
        elif one.source in crowds:
            past.setdefault(one.source, []).append((not is_alive, -one.last_seen, one, place_of(link.address)))
    for own in past.values():
        own.sort(key=lambda each: (each[:2], each[2].link))
        places = kept(((place,) for *_, place in own), MOST_PAST, MOST_PAST)
        gone += [each[2] for number, each in enumerate(own) if number not in places]
    if gone:
        which = and_(row.link == bindparam("link_"), row.source == bindparam("source_"))
        values = [{"link_": one.link, "source_": one.source} for one in gone]
        connection.execute(delete(_sightings).where(which), values)


def _past(connection: Connection, newest: dict[str, int]) -> Counter[str]:
    """Source → its links that it did not show when it was read last."""
    row = _sightings.c
    told = select(row.source, row.last_seen, func.count()).group_by(row.source, row.last_seen)
    found: Counter[str] = Counter()
    for source, last_seen, many in connection.execute(told):
        found[source] += many if last_seen < newest[source] else 0
    return found


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
