"""Runs that were published, and what they came to: what later runs are compared with; and the same day by day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import BigInteger, Column, Connection, Integer, MetaData, Table, Text, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from sessioncrawler.editorial.monitors import Figures
from sessioncrawler.state import codec
from sessioncrawler.state.memory.samples import samples
from sessioncrawler.state.memory.spans import Span

KEPT = 1_000
"""Runs that are remembered."""

_runs = Table(
    "runs",
    MetaData(),
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", BigInteger),
    Column("figures", Text),
)


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was published at ``at`` (Unix seconds)."""

    at: int
    figures: Figures


def record(connection: Connection, run: Run) -> None:
    """Remember ``run``, and forget all but the last :data:`KEPT`."""
    figures = codec.encode(replace(run.figures, polls=dict(run.figures.polls)))
    connection.execute(insert(_runs).values(at=run.at, figures=figures))
    oldest = select(_runs.c.number).order_by(_runs.c.number.desc()).offset(KEPT).limit(1).scalar_subquery()
    connection.execute(delete(_runs).where(_runs.c.number <= oldest))


def read(connection: Connection, most: int) -> list[Run]:
    """The last ``most`` runs, the latest first. Those that are no longer understood are left out."""
    found: list[Run] = []
    for row in connection.execute(select(_runs).order_by(_runs.c.number.desc()).limit(most)):
        try:
            found.append(Run(row.at, codec.decode(row.figures, Figures)))
        except ValueError:
            continue
    return found


_totals = Table(
    "totals",
    MetaData(),
    Column("day", Integer, primary_key=True),
    Column("communities", Integer),
    Column("servers", Integer),
    Column("reachable", Integer),
    Column("visitors", BigInteger),
    Column("events", BigInteger),
    Column("languages", Text),
)


@dataclass(frozen=True, slots=True)
class Total:
    """All that was listed on one day, in the last publication of that day."""

    day: int
    """Number of the day (UTC, from 1970)."""
    communities: int
    servers: int
    reachable: int
    """Servers that answered."""
    visitors: int
    """Sum of the weekly active users."""
    events: int | None = None
    """Of all Communities that day, so far; None where nothing is known of them."""
    languages: Mapping[str, int] = field(default_factory=dict)
    """BCP 47 code → listed Communities; those without a language under ``""``."""


def record_day(connection: Connection, total: Total) -> bool:
    """Remember a day, in place of what was known of it; return whether it is the first of that day.

    One before the last that is known is that of a clock which is wrong, and is not.
    """
    last: int | None = connection.scalar(select(func.max(_totals.c.day)))
    if last is not None and last > total.day:
        return False
    events = select(func.sum(samples.c.events)).where(samples.c.span == Span.DAY, samples.c.start == total.day)
    happened = connection.scalar(events)
    row = {
        "day": total.day,
        "communities": total.communities,
        "servers": total.servers,
        "reachable": total.reachable,
        "visitors": total.visitors,
        "events": None if happened is None else round(happened),
        "languages": json.dumps(dict(sorted(total.languages.items()))),
    }
    upsert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = upsert(_totals).values(**row)
    connection.execute(statement.on_conflict_do_update(index_elements=["day"], set_=row))
    return last != total.day


def days(connection: Connection) -> list[Total]:
    """All days, oldest first."""
    return [
        Total(**{**row, "languages": json.loads(row["languages"])})
        for row in connection.execute(select(_totals).order_by(_totals.c.day)).mappings()
    ]
