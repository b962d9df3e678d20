"""Which key was proven at which address, and the log of what happened to keys (docs/trust.md, "What is remembered")."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Integer,
    MetaData,
    Row,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from sessioncrawler.addresses import parse_bare_address
from sessioncrawler.items import RobotsItem
from sessioncrawler.model import Poll
from sessioncrawler.protocol.keys.log import KEPT, KeyEntry, KeyEvent, chained
from sessioncrawler.protocol.keys.memory import (
    DAY,
    FORGOTTEN,
    KnownKey,
    kept_at_address,
    kept_of_key,
    key_shown,
    learn,
    place_of,
)
from sessioncrawler.state.news import Facts

AT_ONCE = 500
"""Values in one question: databases take a limited number."""

MOST_A_DAY = 8
"""Entries of one address a day that are logged: a server that changes its key in every crawl fills no log."""

_metadata = MetaData()
_keys = Table(
    "keys",
    _metadata,
    Column("public_key", Text, primary_key=True),
    Column("netloc", Text, primary_key=True),
    Column("address", Text),
    Column("first_proven", BigInteger),
    Column("last_proven", BigInteger),
    Column("lost_at", BigInteger),
    Column("held_since", BigInteger),
    Column("shown_at", BigInteger),
    Column("published_at", BigInteger),
    Column("named", Text),
    Column("named_at", BigInteger),
    Column("has_preview", Boolean),
    Column("robots_at", BigInteger),
    Column("opted_out_at", BigInteger),
)
_OWN = frozenset({"robots_at", "opted_out_at"})
"""What is written by :func:`record_robots` alone."""
_log = Table(
    "key_log",
    _metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger),
    Column("change", Text),
    Column("address", Text),
    Column("public_key", Text),
    Column("former_key", Text),
    Column("how", Text),
    Column("previous", Text),
    Column("sha256", Text),
)

Memory = dict[tuple[str, str], KnownKey]
"""By key and ``host[:port]``."""


def record(connection: Connection, polls: Iterable[Poll], now: int) -> None:
    """Remember what the polls made at ``now`` prove, and log what happened."""
    connection.execute(delete(_keys).where(_keys.c.shown_at < now - FORGOTTEN))
    told = list(polls)
    places = {place_of(poll) for poll in told}
    before = _of(connection, _keys.c.netloc, places)
    after, events = _learnt(before, told, now)
    # Only who is new can be one too many.
    arrived = {key for key, _ in after.keys() - before.keys()}
    elsewhere = _of(connection, _keys.c.public_key, arrived).items()
    others = {place: one for place, one in elsewhere if place[1] not in places}
    everything = others | after
    kept = dict(_kept(everything, arrived)) if arrived else everything
    changed = {place: one for place, one in kept.items() if before.get(place, others.get(place)) != one}
    _write(connection, changed.values())
    gone = (before.keys() | others.keys()) - kept.keys()
    for key, netloc in sorted(gone):
        connection.execute(delete(_keys).where(_keys.c.public_key == key, _keys.c.netloc == netloc))
    _append(connection, events)


def published(connection: Connection, listed: Iterable[Facts], now: int) -> None:
    """Remember under which addresses keys were published at ``now``."""
    # A server has one address, and many rooms.
    places = {(facts.public_key, facts.base_url) for facts in listed}
    addresses = [(key, address) for key, url in sorted(places) if (address := parse_bare_address(url))]
    known = _of(connection, _keys.c.public_key, {key for key, _ in addresses})
    changed: list[KnownKey] = []
    for key, address in addresses:
        new = KnownKey(key, address, shown_at=now)
        one = known.get((key, new.netloc), new)
        if one.published_at is None:
            changed.append(replace(one, published_at=now))
    _write(connection, changed)


def record_robots(connection: Connection, told: Iterable[RobotsItem], now: int) -> None:
    """Remember what ``robots.txt`` of servers said at ``now``; of keys that are not known there, nothing."""
    for one in told:
        place = update(_keys).where(_keys.c.public_key == one.public_key, _keys.c.netloc == one.netloc)
        new: dict[str, Any] = {"robots_at": now}
        if one.opts_out is not None:
            new["opted_out_at"] = func.coalesce(_keys.c.opted_out_at, now) if one.opts_out else None
        connection.execute(place.values(new))


def read(connection: Connection) -> list[KnownKey]:
    """All that is remembered, sorted by key and address. What is no longer understood is left out."""
    found = filter(None, map(_known, connection.execute(select(_keys))))
    return sorted(found, key=lambda one: (one.public_key, one.netloc))


def log(connection: Connection, most: int | None = None) -> list[KeyEntry]:
    """The entries of the log in their order; the last ``most``, or all."""
    statement = select(_log).order_by(_log.c.number.desc())
    rows = connection.execute(statement if most is None else statement.limit(most))
    return [_entry(row) for row in rows][::-1]


def _learnt(before: Memory, polls: Sequence[Poll], now: int) -> tuple[Memory, list[KeyEvent]]:
    by_place: dict[str, list[KnownKey]] = defaultdict(list)
    for (_, netloc), one in before.items():
        by_place[netloc].append(one)
    events: list[KeyEvent] = []
    for poll in polls:
        place = place_of(poll)
        if by_place[place] or key_shown(poll):
            by_place[place], happened = learn(poll, by_place[place], now)
            events += happened
    kept = ((place, one) for place, known in by_place.items() for one in kept_at_address(known))
    return {(one.public_key, place): one for place, one in kept}, events


def _kept(memory: Memory, arrived: set[str]) -> Iterator[tuple[tuple[str, str], KnownKey]]:
    by_key: dict[str, list[KnownKey]] = defaultdict(list)
    for (key, _), one in memory.items():
        by_key[key].append(one)
    for key, known in by_key.items():
        for one in kept_of_key(known) if key in arrived else known:
            yield (key, one.netloc), one


def _append(connection: Connection, events: Sequence[KeyEvent]) -> None:
    if not events:
        return
    if connection.dialect.name == "postgresql":  # on SQLite whoever writes is alone
        connection.execute(text("LOCK TABLE key_log IN EXCLUSIVE MODE"))
    last = next(iter(log(connection, 1)), None)
    today = _logged_since(connection, {event.address for event in events}, events[0].at - DAY)
    rows: list[dict[str, object]] = []
    for event in events:
        today[event.address] += 1
        if today[event.address] > MOST_A_DAY:
            continue
        last = chained(event, last)
        rows.append(
            {
                "number": last.number,
                "at": event.at,
                "change": str(event.change),
                "address": event.address,
                "public_key": event.public_key,
                "former_key": event.former_key,
                "how": event.how,
                "previous": last.previous,
                "sha256": last.sha256,
            }
        )
    if rows and last:
        connection.execute(insert(_log), rows)
        connection.execute(delete(_log).where(_log.c.number <= last.number - KEPT))


def _logged_since(connection: Connection, addresses: Iterable[str], start: int) -> Counter[str]:
    """How many entries the log has of each address since ``start``."""
    wanted, found = sorted(addresses), Counter[str]()
    for begin in range(0, len(wanted), AT_ONCE):
        some = _log.c.address.in_(wanted[begin : begin + AT_ONCE])
        statement = (
            select(_log.c.address, func.count().label("entries"))
            .where(some, _log.c.at > start)
            .group_by(_log.c.address)
        )
        for row in connection.execute(statement):
            found[row.address] = row.entries
    return found


def _of(connection: Connection, column: Column[str], values: Iterable[str]) -> Memory:
    """The rows whose ``column`` is one of ``values``."""
    wanted, found = sorted(values), {}
    for start in range(0, len(wanted), AT_ONCE):
        for row in connection.execute(select(_keys).where(column.in_(wanted[start : start + AT_ONCE]))):
            if one := _known(row):
                found[row.public_key, row.netloc] = one
    return found


def _write(connection: Connection, known: Iterable[KnownKey]) -> None:
    rows = [_row(one) for one in known]
    if not rows:
        return
    upsert = (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(_keys)
    new = {
        column.name: upsert.excluded[column.name]
        for column in _keys.c
        if not column.primary_key and column.name not in _OWN
    }
    connection.execute(upsert.on_conflict_do_update(index_elements=["public_key", "netloc"], set_=new), rows)


def _row(one: KnownKey) -> dict[str, object]:
    return {
        "public_key": one.public_key,
        "netloc": one.netloc,
        "address": one.address.base_url,
        "first_proven": one.first_proven,
        "last_proven": one.last_proven,
        "lost_at": one.lost_at,
        "held_since": one.held_since,
        "shown_at": one.shown_at,
        "published_at": one.published_at,
        "named": one.named.base_url if one.named else None,
        "named_at": one.named_at,
        "has_preview": one.has_preview,
    }


def _known(row: Row[Any]) -> KnownKey | None:
    address = parse_bare_address(row.address)
    if address is None:
        return None
    named = parse_bare_address(row.named) if row.named else None
    return KnownKey(
        public_key=row.public_key,
        address=address,
        first_proven=row.first_proven,
        last_proven=row.last_proven,
        lost_at=row.lost_at,
        held_since=row.held_since,
        shown_at=row.shown_at,
        published_at=row.published_at,
        named=named,
        named_at=row.named_at,
        has_preview=row.has_preview is not False,
        robots_at=row.robots_at,
        opted_out_at=row.opted_out_at,
    )


def _entry(row: Row[Any]) -> KeyEntry:
    event = KeyEvent(row.at, row.change, row.address, row.public_key, row.former_key, row.how)
    return KeyEntry(row.number, event, row.previous, row.sha256)
