"""What the monitors remember from run to run: places whose servers are missing, and why the last run was withheld."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import BigInteger, Boolean, Column, Connection, MetaData, Table, Text, delete, insert, select

from sessioncrawler.editorial.monitors import Absence, Verdict
from sessioncrawler.state import codec

_metadata = MetaData()
_absences = Table(
    "absences",
    _metadata,
    Column("place", Text, primary_key=True),
    Column("missed", BigInteger),
    Column("at", BigInteger),
    Column("away", Boolean),
    Column("paused", Boolean),
    Column("forced", Boolean),
)
_withheld = Table("withheld", _metadata, Column("at", BigInteger, primary_key=True), Column("run", Text))


@dataclass(frozen=True, slots=True)
class Withheld:
    """The last run to be judged was not fit to be published."""

    at: int
    """Unix seconds."""
    verdicts: tuple[Verdict, ...]
    """Those of the monitors that object."""


def record(connection: Connection, absences: Iterable[Absence], withheld: Withheld | None) -> None:
    """Put these in the place of what is known."""
    connection.execute(delete(_absences))
    connection.execute(delete(_withheld))
    if rows := [{column.name: getattr(one, column.name) for column in _absences.columns} for one in absences]:
        connection.execute(insert(_absences), rows)
    if withheld:
        connection.execute(insert(_withheld).values(at=withheld.at, run=codec.encode(withheld)))


def read(connection: Connection) -> list[Absence]:
    """All absences, sorted by place."""
    rows = connection.execute(select(_absences))
    known = [Absence(row.place, row.missed, row.at, bool(row.away), bool(row.paused), bool(row.forced)) for row in rows]
    return sorted(known, key=lambda one: one.place)


def withheld(connection: Connection) -> Withheld | None:
    """Why the last run that was judged was withheld; None where it was not, or is no longer understood."""
    for row in connection.execute(select(_withheld)):
        try:
            return codec.decode(row.run, Withheld)
        except ValueError:
            continue
    return None
