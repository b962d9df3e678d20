"""Stretches of time for which something is counted: the older they are, the longer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from enum import IntEnum
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, func, select

DAY = 86_400
HOUR = 3_600
DAYS_KEPT = 90
"""Days after which days become weeks."""
WEEKS_KEPT = 2 * 365
"""Days after which weeks become months."""
_EPOCH = date(1970, 1, 1)


class Span(IntEnum):
    """How long a stretch is. The numbers stand in the database."""

    HOUR = 0
    DAY = 1
    WEEK = 2
    MONTH = 3


def day_of(at: int) -> int:
    """Number of the day (UTC) of a time in Unix seconds, counted from 1970."""
    return at // DAY


def week_of(day: int) -> int:
    """The day on which the week of ``day`` begins, a Monday."""
    return day - (day + 3) % 7


def month_of(day: int) -> int:
    """The first day of the month of ``day``."""
    return (_date(day).replace(day=1) - _EPOCH).days


def next_month(day: int) -> int:
    """The first day of the month after that of ``day``."""
    return month_of(month_of(day) + 31)


def iso_day(day: int) -> str:
    """``2026-01-22``."""
    return _date(day).isoformat()


def _date(day: int) -> date:
    return _EPOCH + timedelta(days=day)


def merge(
    connection: Connection,
    table: Table,
    sums: Mapping[str, Callable[[Any], Any]],
    write: Callable[[Connection, Sequence[Mapping[str, object]]], None],
    now: int,
) -> None:
    """Make days of a table weeks, and weeks months, where they are old at ``now`` (Unix seconds).

    The primary key of ``table`` is an owner, ``span`` and ``start``; ``sums`` says how each other column is made of
    those of the shorter stretches, ``write`` writes rows.
    """
    owner, columns, today = next(iter(table.primary_key)), table.c, day_of(now)
    for old, before in ((Span.DAY, week_of(today - DAYS_KEPT)), (Span.WEEK, month_of(today - WEEKS_KEPT))):
        stale = and_(columns.span == old, columns.start < before)
        while (first := connection.scalar(select(func.min(columns.start)).where(stale))) is not None:
            if old is Span.DAY:
                new, start, end = Span.WEEK, week_of(first), week_of(first) + 7
            else:
                new, start, end = Span.MONTH, month_of(first), next_month(first)
            within = and_(columns.span == old, columns.start >= first, columns.start < min(end, before))
            chosen = (how(columns[name]).label(name) for name, how in sums.items())
            merged = select(owner, *chosen).where(within).group_by(owner)
            rows = [{**row, "span": int(new), "start": start} for row in connection.execute(merged).mappings()]
            write(connection, rows)
            connection.execute(delete(table).where(within))
