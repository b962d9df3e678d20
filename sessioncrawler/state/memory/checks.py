"""How servers were reached, crawl by crawl: the state's memory of availability."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from sessioncrawler.state.memory import incidents, tables
from sessioncrawler.state.memory.incidents import Incident
from sessioncrawler.state.memory.spans import DAY, HOUR, Span, day_of, merge
from sessioncrawler.state.memory.tables import checks, servers

HOURS_KEPT = 48
FORGOTTEN = 400 * DAY
"""Seconds after which a server that was never reached again is forgotten, with all that is known of it."""
BATCH = 200

_COUNTED = ("asked", "reached", "seconds")


@dataclass(frozen=True, slots=True)
class Check:
    """How one server was found in one crawl."""

    public_key: str
    at: int
    """Unix seconds."""
    reached: bool
    seconds: float = 0.0
    """How long it took to answer."""
    how: str = ""
    """The outcome, where it was not reached."""


@dataclass(frozen=True, slots=True)
class Checks:
    """The checks of one server in one stretch of time."""

    span: Span
    start: int
    """Number of the hour or day (UTC, from 1970) with which it begins."""
    asked: int
    reached: int
    seconds: float
    """Sum of the seconds that it took to answer, where it did."""


@dataclass(frozen=True, slots=True)
class Availability:
    """How often a server was reached: pairs of checks that reached it and of all checks."""

    first_reached: int
    last_reached: int
    """Unix seconds."""
    day: tuple[int, int] = (0, 0)
    """In the last 24 hours."""
    week: tuple[int, int] = (0, 0)
    month: tuple[int, int] = (0, 0)
    """In 30 days."""
    year: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class ServerHistory:
    """All that is remembered of how a server was reached, oldest first."""

    checks: tuple[Checks, ...] = ()
    incidents: tuple[Incident, ...] = ()


def record(connection: Connection, found: Iterable[Check]) -> None:
    """Count checks of servers. One that is no later than the last of its server was counted before.

    A server is remembered from the first time on that it is reached.
    """
    latest = {one.public_key: one for one in sorted(found, key=lambda one: (one.at, one.reached))}
    known = {row.public_key: row for row in connection.execute(select(servers))}
    new = [one for key, one in latest.items() if key not in known and one.reached]
    if new:
        connection.execute(insert(servers), [_server_row(one) for one in new])
        known = {row.public_key: row for row in connection.execute(select(servers))}
    fresh = [one for key, one in latest.items() if key in known and one.at > (known[key].last_checked or 0)]
    numbers = {key: row.number for key, row in known.items()}
    if not fresh:
        return
    _count(connection, fresh, numbers)
    incidents.note(
        connection,
        {numbers[one.public_key]: one.at for one in fresh if one.reached},
        {numbers[one.public_key]: (one.at, one.how) for one in fresh if not one.reached},
    )
    _note_times(connection, fresh, numbers)


def _note_times(connection: Connection, fresh: Sequence[Check], numbers: Mapping[str, int]) -> None:
    # One statement for all: thousands of servers, each by itself, would take seconds.
    for is_reached in (True, False):
        rows = [{"number_": numbers[one.public_key], "at": one.at} for one in fresh if one.reached is is_reached]
        times: dict[str, Any] = {"last_checked": bindparam("at")} | (
            {"last_reached": bindparam("at")} if is_reached else {}
        )
        if rows:
            connection.execute(update(servers).where(servers.c.number == bindparam("number_")).values(times), rows)


def _server_row(one: Check) -> dict[str, object]:
    return {"public_key": one.public_key, "first_reached": one.at, "last_reached": one.at, "last_checked": 0}


def _count(connection: Connection, fresh: Sequence[Check], numbers: Mapping[str, int]) -> None:
    rows: list[dict[str, object]] = [
        {
            "server": numbers[one.public_key],
            "span": int(span),
            "start": start,
            "asked": 1,
            "reached": int(one.reached),
            "seconds": one.seconds if one.reached else 0.0,
        }
        for one in fresh
        for span, start in ((Span.HOUR, one.at // HOUR), (Span.DAY, day_of(one.at)))
    ]
    _add(connection, rows)


def _add(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Add rows to what is counted of the same stretches."""
    upsert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = upsert(checks)
    added = {name: checks.c[name] + statement.excluded[name] for name in _COUNTED}
    statement = statement.on_conflict_do_update(index_elements=["server", "span", "start"], set_=added)
    connection.execute(statement, rows)


def availability(connection: Connection, now: int) -> dict[str, Availability]:
    """Public key → how its server was reached until ``now``."""
    hour, day = now // HOUR, day_of(now)
    stretches = {
        "day": and_(checks.c.span == Span.HOUR, checks.c.start > hour - 24),
        "week": and_(checks.c.span == Span.DAY, checks.c.start > day - 7),
        "month": and_(checks.c.span == Span.DAY, checks.c.start > day - 30),
        "year": and_(checks.c.span != Span.HOUR, checks.c.start > day - 365),
    }
    sums = [
        func.coalesce(func.sum(checks.c[what]).filter(stretch), 0).label(f"{name}_{what}")
        for name, stretch in stretches.items()
        for what in ("reached", "asked")
    ]
    wanted = select(checks.c.server, *sums).group_by(checks.c.server).subquery()
    found: dict[str, Availability] = {}
    joined = select(servers, wanted).join_from(servers, wanted, wanted.c.server == servers.c.number)
    for row in connection.execute(joined).mappings():
        shares = {name: (int(row[f"{name}_reached"]), int(row[f"{name}_asked"])) for name in stretches}
        found[row["public_key"]] = Availability(row["first_reached"], row["last_reached"], **shares)
    return found


def last_reached(connection: Connection) -> dict[str, int]:
    """Public key → when its server was reached last."""
    rows = connection.execute(select(servers.c.public_key, servers.c.last_reached))
    return {row.public_key: row.last_reached for row in rows}


def histories(connection: Connection, keys: Iterable[str]) -> dict[str, ServerHistory]:
    """Public key → what is remembered of its server; servers that are not known are left out."""
    found: dict[str, ServerHistory] = {}
    wanted = sorted(set(keys))
    for first in range(0, len(wanted), BATCH):
        batch = wanted[first : first + BATCH]
        known = select(servers.c.number, servers.c.public_key).where(servers.c.public_key.in_(batch))
        by_number = {row.number: row.public_key for row in connection.execute(known)}
        counted: dict[str, list[Checks]] = defaultdict(list)
        for row in connection.execute(select(checks).where(checks.c.server.in_(by_number))):
            one = Checks(Span(row.span), row.start, row.asked, row.reached, row.seconds)
            counted[by_number[row.server]].append(one)
        noted = incidents.of_servers(connection, by_number)
        for key in by_number.values():
            ordered = sorted(counted[key], key=lambda one: (-one.span, one.start))
            found[key] = ServerHistory(tuple(ordered), tuple(noted.get(key, ())))
    return found


def keep_up(connection: Connection, now: int) -> None:
    """Make days weeks and weeks months where they are old, and forget what is too old for anything."""
    connection.execute(delete(checks).where(checks.c.span == Span.HOUR, checks.c.start <= now // HOUR - HOURS_KEPT))
    merge(connection, checks, dict.fromkeys(_COUNTED, func.sum), _add, now)
    forgotten = select(servers.c.number).where(servers.c.last_reached < now - FORGOTTEN)
    for table in (checks, tables.incidents):
        connection.execute(delete(table).where(table.c.server.in_(forgotten)))
    connection.execute(delete(servers).where(servers.c.last_reached < now - FORGOTTEN))
