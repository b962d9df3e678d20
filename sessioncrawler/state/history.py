"""Communities that came, went and came back.

What is not listed any more is gone at once: a server that only misses a crawl or two keeps its Communities
(docs/memory.md).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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
    delete,
    insert,
    select,
    update,
)

from sessioncrawler.state import codec, news
from sessioncrawler.state.bounds import Bounds, kept
from sessioncrawler.state.memory import samples
from sessioncrawler.state.memory.spans import DAY
from sessioncrawler.state.news import Event, EventKind, Facts

Key = tuple[str, str]
"""Public key and lower-case token."""

_metadata = MetaData()
listed_table = Table(
    "listed",
    _metadata,
    Column("public_key", Text, primary_key=True),
    Column("token", Text, primary_key=True),
    Column("facts", Text),
    Column("first_listed", BigInteger),
    Column("last_listed", BigInteger),
    Column("gone_at", BigInteger),
)
_OWN = and_(listed_table.c.public_key == bindparam("key_"), listed_table.c.token == bindparam("token_"))
MOST_GONE = 200_000
"""Communities of all servers together that are remembered when they are no longer listed."""


@dataclass(frozen=True, slots=True)
class Listed:
    """When a Community was published. Times are Unix seconds; ``gone_at`` is None while it is there."""

    facts: Facts
    first_listed: int
    last_listed: int
    gone_at: int | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What a publication changed in the history."""

    happened: tuple[Event, ...]
    """What is new, returned or gone: all of it."""
    in_short: int
    """How many of these have no entry of their own in the news."""
    forgotten: int
    """Communities that are remembered no longer, since they are too many or went too long ago."""


def record(
    connection: Connection,
    listed: Iterable[Facts],
    withdrawn: Iterable[Key],
    now: int,
    bounds: Bounds | None = None,
    *,
    silenced: Collection[str] = (),
) -> Changes:
    """Bring the history up to ``now`` and return what happened. The very first listing is no event.

    What is remembered of the keys ``silenced``, and is not listed, stays as it is.
    """
    bounds = bounds or Bounds()
    present = {facts.key: facts for facts in listed}
    unnamed = {(key, token.lower()) for key, token in withdrawn} - set(present)
    news.forget(connection, unnamed)
    _forget(connection, unnamed)
    known: Mapping[Key, Row[Any]] = {
        (row.public_key, row.token): row for row in connection.execute(select(listed_table))
    }
    away = {key: row for key, row in known.items() if key not in present and key[0] not in silenced}
    happened = [*_arrivals(present, known, now), *_departures(away, now)]
    _write_present(connection, present, known, now)
    if left := [{"key_": key, "token_": token, "gone_at": now} for key, token in _keys(happened, EventKind.GONE)]:
        connection.execute(update(listed_table).where(_OWN), left)
    in_short = news.record(connection, happened, now, bounds)
    gone = {key: now if row.gone_at is None else row.gone_at for key, row in away.items()}
    forgotten = _forgotten({key: (at, known[key]) for key, at in gone.items()}, now, bounds)
    _forget(connection, forgotten)
    return Changes(tuple(happened), in_short, len(forgotten))


def listings(connection: Connection) -> list[Listed]:
    """All that was ever listed and is remembered, sorted by key and token."""
    rows = sorted(connection.execute(select(listed_table)), key=lambda row: (row.public_key, row.token))
    return [Listed(codec.decode(row.facts, Facts), row.first_listed, row.last_listed, row.gone_at) for row in rows]


def _forgotten(gone: Mapping[Key, tuple[int, Row[Any]]], now: int, bounds: Bounds) -> list[Key]:
    """What is no longer listed, and not to be remembered: what went too long ago, or is too much of one server."""
    old = [key for key, (at, _) in gone.items() if at < now - samples.FORGOTTEN * DAY]
    if len(gone) <= min(bounds.remembered, MOST_GONE):
        return old
    # Of what went at once, what was listed for longest is kept.
    latest = sorted(gone, key=lambda key: (-gone[key][0], gone[key][1].first_listed, key))
    owners = (codec.decode(gone[key][1].facts, Facts).owners for key in latest)
    places = kept(owners, bounds.remembered, MOST_GONE)
    return [*{*old, *(key for place, key in enumerate(latest) if place not in places)}]


def _forget(connection: Connection, keys: Iterable[Key]) -> None:
    """Forget Communities, with what they told."""
    rows = [{"key_": key, "token_": token} for key, token in sorted(keys)]
    if rows:
        connection.execute(delete(listed_table).where(_OWN), rows)
        samples.forget(connection, ((row["key_"], row["token_"]) for row in rows))


def _keys(happened: Iterable[Event], kind: EventKind) -> list[Key]:
    return [event.facts.key for event in happened if event.kind is kind]


def _arrivals(present: Mapping[Key, Facts], known: Mapping[Key, Row[Any]], now: int) -> list[Event]:
    found: list[Event] = []
    for key, facts in sorted(present.items()):
        if key not in known:
            if known:
                found.append(Event(now, EventKind.NEW, facts))
        elif known[key].gone_at is not None:
            found.append(Event(now, EventKind.RETURNED, facts))
    return found


def _departures(away: Mapping[Key, Row[Any]], now: int) -> list[Event]:
    return [
        Event(now, EventKind.GONE, codec.decode(row.facts, Facts))
        for _, row in sorted(away.items())
        if row.gone_at is None and row.last_listed < now
    ]


def _write_present(
    connection: Connection, present: Mapping[Key, Facts], known: Mapping[Key, Row[Any]], now: int
) -> None:
    new = [
        {
            "public_key": key[0],
            "token": key[1],
            "facts": codec.encode(facts),
            "first_listed": now,
            "last_listed": now,
            "gone_at": None,
        }
        for key, facts in sorted(present.items())
        if key not in known
    ]
    if new:
        connection.execute(insert(listed_table), new)
    again = [
        {
            "key_": key[0],
            "token_": key[1],
            "facts": codec.encode(facts),
            "last_listed": max(now, known[key].last_listed),
            "gone_at": None,
        }
        for key, facts in sorted(present.items())
        if key in known
    ]
    if again:
        connection.execute(update(listed_table).where(_OWN), again)
