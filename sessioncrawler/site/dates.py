"""Times as pages show them: always UTC, with the machine's form beside the reader's."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from babel import Locale
from babel.dates import format_timedelta
from markupsafe import Markup

MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905 - a line is easier to read than a list
)
"""Not ``strftime``: its month names follow the machine's locale, and the same inputs must give the same bytes."""


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


def time_tag(seconds: float | None) -> Markup:
    """``<time datetime="…">22 January 2026, 08:05 UTC</time>``; empty where the time is unknown."""
    if moment(seconds) is None:
        return Markup()
    return Markup('<time datetime="{}">{}</time>').format(iso(seconds), day_and_minute(seconds))


def age(created: float | None, now: int, locale: Locale) -> tuple[int | None, str]:
    """Seconds from ``created`` to ``now`` and their text, ``3 years``; None and empty where no age can be told.

    What was created after ``now``, by a server's clock, is as old as a day.
    """
    when = moment(created)
    if when is None:
        return None, ""
    seconds = max(0, now - int(when.timestamp()))
    return seconds, _days(max(1, seconds // 86_400), str(locale))


@lru_cache
def _days(days: int, locale: str) -> str:
    return format_timedelta(timedelta(days=days), granularity="day", locale=locale)
