"""How a server was reached day by day, as strips and tables show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from sessioncrawler.site.history.charts import Bar
from sessioncrawler.site.i18n.languages import SiteLanguage
from sessioncrawler.state import Checks, Span
from sessioncrawler.text.dates import DAY

SHOWN = 90
"""Days of a strip: the state holds days no longer than that."""
_REMEMBERED = 20_000
"""Bars whose words are remembered: most servers are asked equally often on the same days."""


class Day(NamedTuple):
    """The checks of one day, or of several days on end that were alike."""

    first: int
    last: int
    """Unix seconds at which the first and the last of these days begin."""
    reached: int
    asked: int

    @property
    def kind(self) -> str:
        """``up``, ``part``, ``down`` or ``unknown``: the days on which all, some, none of the checks reached it."""
        if not self.asked:
            return "unknown"
        if not self.reached:
            return "down"
        return "up" if self.reached >= self.asked else "part"


def last_days(checks: Iterable[Checks], now: int, shown: int = SHOWN) -> tuple[Day, ...]:
    """The last ``shown`` days up to ``now`` (Unix seconds), oldest first; those without a check are there too."""
    found = {one.start: one for one in checks if one.span is Span.DAY}
    today = now // DAY
    return tuple(_day(day, found.get(day)) for day in range(today - shown + 1, today + 1))


def _day(day: int, found: Checks | None) -> Day:
    return Day(day * DAY, day * DAY, found.reached if found else 0, found.asked if found else 0)


def runs(days: Sequence[Day]) -> tuple[Day, ...]:
    """The same for reading, newest first: days on end become one where all checks, or none, reached the server."""
    return tuple(_runs(days))[::-1]


def _runs(days: Sequence[Day]) -> Iterator[Day]:
    for kind, group in groupby(days, key=lambda day: day.kind):
        alike = list(group)
        if kind == "part":
            yield from alike
        else:
            reached, asked = sum(day.reached for day in alike), sum(day.asked for day in alike)
            yield Day(alike[0].first, alike[-1].last, reached, asked)


def bars(days: Iterable[Day], language: SiteLanguage) -> list[Bar]:
    """The bars of a strip with their words in ``language``."""
    return [_bar(day, language) for day in days]


@lru_cache(_REMEMBERED)
def _bar(day: Day, language: SiteLanguage) -> Bar:
    date = language.short_day(day.first)
    if not day.asked:
        return Bar(0, 0, language.gettext("%(day)s: not checked", day=date))
    counts = {"reached": language.number(day.reached), "asked": language.number(day.asked)}
    title = language.gettext("%(day)s: reached %(reached)s of %(asked)s", day=date, **counts)
    return Bar(day.reached, day.asked, title)
