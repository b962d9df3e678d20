"""Runs that were published, and what they came to: what later runs are compared with."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import BigInteger, Column, Connection, Integer, MetaData, Table, Text, delete, insert, select

from sessioncrawler.editorial.monitors import Figures
from sessioncrawler.state import codec

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
