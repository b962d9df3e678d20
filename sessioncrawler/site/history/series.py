"""Visitors and events of a Community over the last weeks, as the page of the Community shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from sessioncrawler.site.history.charts import sparkline
from sessioncrawler.site.i18n.languages import SiteLanguage
from sessioncrawler.state import Week
from sessioncrawler.text import dates
from sessioncrawler.text.messages import N_

FEWEST = 2
"""Weeks of which something must be known: a single one is no line."""
VISITORS = N_("Visitors a week in the last twelve weeks: between %(low)s and %(high)s")
EVENTS = N_("Events a day in the last twelve weeks: between %(low)s and %(high)s")


@dataclass(frozen=True, slots=True)
class WeekRow:
    """One week in the table: what is written there."""

    begins: Markup
    """The day, as a ``<time>``."""
    visitors: str
    events: str
    """A day, as :func:`a_day` writes it."""


@dataclass(frozen=True, slots=True)
class Spark:
    """A line, and its least and greatest value as they are written."""

    svg: Markup
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Series:
    """The charts, each None where too little is known of it, and the table behind them."""

    visitors: Spark | None
    events: Spark | None
    rows: tuple[WeekRow, ...]
    """From the first week of which anything is known, oldest first."""


def series(weeks: Sequence[Week], language: SiteLanguage) -> Series | None:
    """The charts of ``weeks``, oldest first; None where too little is known."""
    known = [place for place, week in enumerate(weeks) if week.users is not None or week.a_day is not None]
    if len(known) < FEWEST:
        return None
    visitors = [week.users for week in weeks]
    events = [week.a_day for week in weeks]
    rows = (
        WeekRow(
            begins=_begins(week.first_day, language),
            visitors=language.number(None if week.users is None else round(week.users)),
            events=a_day(week.a_day, language),
        )
        for week in weeks[known[0] :]
    )
    return Series(_chart(visitors, VISITORS, language), _chart(events, EVENTS, language), tuple(rows))


def a_day(events: float | None, language: SiteLanguage) -> str:
    """So many events a day: ``12``, ``less than 1``; a dash where it is not known."""
    if events is None or not 0 < events < 1:
        return language.number(None if events is None else round(events))
    return language.gettext("less than %(number)s", number=language.number(1))


@lru_cache(1024)
def _begins(day: int, language: SiteLanguage) -> Markup:
    """Thousands of pages tell of the same weeks."""
    at = day * dates.DAY
    return Markup('<time datetime="{}">{}</time>').format(dates.iso(at), language.day(at))


def _chart(values: Sequence[float | None], label: str, language: SiteLanguage) -> Spark | None:
    known = [value for value in values if value is not None]
    if len(known) < FEWEST:
        return None
    low, high = (language.number(round(number)) for number in (min(known), max(known)))
    return Spark(sparkline(values, label=language.gettext(label, low=low, high=high)), low, high)
