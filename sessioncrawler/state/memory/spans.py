"""Stretches of time for which something is counted: the older they are, the longer."""

from __future__ import annotations

from datetime import date, timedelta
from enum import IntEnum

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


def begins(span: Span, start: int) -> int:
    """Unix seconds at which a stretch begins; ``start`` counts hours or days."""
    return start * (HOUR if span is Span.HOUR else DAY)


def iso_day(day: int) -> str:
    """``2026-01-22``."""
    return _date(day).isoformat()


def _date(day: int) -> date:
    return _EPOCH + timedelta(days=day)
