"""Times as pages show them, always in UTC, and as programs read them (ISO 8601)."""

from __future__ import annotations

import math
from datetime import UTC, datetime

MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905 - a line is easier to read than a list
)
"""Not ``strftime``: its month names follow the machine's locale, and the same inputs must give the same bytes."""


DAY = 86_400
"""Seconds."""


def moment(seconds: float | None) -> datetime | None:
    """Unix seconds as a time; None for None and for what is no time between the years 1970 and 9999."""
    if seconds is None or not math.isfinite(seconds) or seconds < 0:
        return None
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (OverflowError, ValueError, OSError):
        return None


def iso(seconds: float | None) -> str:
    """``2026-01-22T08:05:00Z``; empty where the time is unknown."""
    when = moment(seconds)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ") if when else ""


def day(seconds: float | None) -> str:
    """``22 January 2026``; empty where the time is unknown."""
    when = moment(seconds)
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}" if when else ""


def day_and_minute(seconds: float | None) -> str:
    """``22 January 2026, 08:05 UTC``; empty where the time is unknown."""
    when = moment(seconds)
    return f"{day(seconds)}, {when.hour:02}:{when.minute:02} UTC" if when else ""


def age(created: float | None, now: int) -> int | None:
    """Seconds from ``created`` to ``now``, at least 0; None where no age can be told.

    A server's clock may be ahead of ours.
    """
    when = moment(created)
    return None if when is None else max(0, now - int(when.timestamp()))
