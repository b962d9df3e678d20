"""The page about the whole network over time: Communities, servers, visitors, events, languages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from sessioncrawler.editorial.languages import LanguageTable
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.site.history.charts import Line, Plot, plot, sparkline
from sessioncrawler.site.i18n.languages import SiteLanguage
from sessioncrawler.site.pages.every_page import Page, site_view
from sessioncrawler.site.pages.paths import STATS, Place
from sessioncrawler.state import Total
from sessioncrawler.text.dates import DAY
from sessioncrawler.text.messages import N_

MOST_POINTS = 120
"""Points of a line: more days than that are taken together."""
_STEPS = (1, 7, 28, 84, 364)
"""Days that one point stands for."""
MOST_LANGUAGES = 20
"""Languages that are shown, those with most Communities."""
_YEAR = 365 * DAY


@dataclass(frozen=True, slots=True)
class Point:
    """The network at the end of some days on end. None where nothing was published then."""

    day: int
    """The last of them, in Unix seconds."""
    total: Total | None
    """What was listed last in these days."""
    events: float | None
    """Of a day, on average; today does not count, since it is not over."""


@dataclass(frozen=True, slots=True)
class ChartView:
    """A chart with its heading and its table."""

    id: str
    heading: str
    plot: Plot
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[int | None, ...]], ...]
    """A day in Unix seconds and a number for each of ``columns``, the newest first."""


@dataclass(frozen=True, slots=True)
class LanguageView:
    """The Communities of one language now, and over time."""

    flag: str
    name: str
    communities: int
    line: Markup


@dataclass(frozen=True, slots=True)
class StatsPage(Page):
    """The whole network in one language."""

    latest: Total | None
    """None where nothing was published yet."""
    step: int
    """Days that each point of the charts stands for."""
    charts: tuple[ChartView, ...]
    languages: tuple[LanguageView, ...]


def stats_page(known: Knowledge, language: SiteLanguage) -> StatsPage:
    """The whole network day by day, in ``language``."""
    site = known.directory.site
    step = _step(known.totals)
    seen = points(known.totals, known.now, step)
    return StatsPage(
        place=Place(site.url, language, STATS),
        site=site_view(site),
        checked=known.now,
        structured={},
        latest=known.totals[-1] if known.totals else None,
        step=step,
        charts=tuple(filter(None, (_chart(seen, language, *one) for one in _CHARTS))),
        languages=_languages(seen, language, LanguageTable(known.directory)),
    )


def _step(totals: Sequence[Total]) -> int:
    days = totals[-1].day - totals[0].day + 1 if totals else 1
    return next((step for step in _STEPS if days <= step * MOST_POINTS), _STEPS[-1])


def points(totals: Sequence[Total], now: int, step: int) -> tuple[Point, ...]:
    """``totals``, oldest first, in stretches of ``step`` days that end with the last of them.

    Stretches in which nothing was published are there too.
    """
    if not totals:
        return ()
    first, last = totals[0].day, totals[-1].day
    ends = range(last, first - 1, -step)
    grouped: dict[int, list[Total]] = {end: [] for end in ends}
    for total in totals:
        end = last - (last - total.day) // step * step
        grouped[end].append(total)
    return tuple(_point(end, grouped[end], now) for end in reversed(ends))


def _point(end: int, totals: Sequence[Total], now: int) -> Point:
    events = [total.events for total in totals if total.day < now // DAY and total.events is not None]
    return Point(end * DAY, totals[-1] if totals else None, sum(events) / len(events) if events else None)


def _of(total: Callable[[Total], int]) -> Callable[[Point], float | None]:
    return lambda point: total(point.total) if point.total else None


_CHARTS: tuple[tuple[str, str, tuple[tuple[str, Callable[[Point], float | None]], ...]], ...] = (
    ("communities", N_("Communities"), ((N_("Communities"), _of(lambda total: total.communities)),)),
    ("servers", N_("Servers"), (
        (N_("reached"), _of(lambda total: total.reachable)),
        (N_("listed"), _of(lambda total: total.servers)),
    )),
    ("visitors", N_("Visitors a week"), ((N_("Visitors a week"), _of(lambda total: total.visitors)),)),
    ("events", N_("Events a day"), ((N_("Events a day"), lambda point: point.events),)),
)  # fmt: skip


def _chart(
    seen: Sequence[Point],
    language: SiteLanguage,
    name: str,
    heading: str,
    columns: Sequence[tuple[str, Callable[[Point], float | None]]],
) -> ChartView | None:
    lines = [Line(language.gettext(column), [value(point) for point in seen]) for column, value in columns]
    # Days of one year need not name it.
    written = language.day if seen and seen[-1].day - seen[0].day >= _YEAR else language.short_day
    days = [written(point.day) for point in seen]
    title = language.gettext(heading)
    drawn = plot(lines, days, label=title, number=language.number)
    if drawn is None:
        return None
    rows = [
        (point.day, tuple(None if value is None else round(value) for value in (line.values[place] for line in lines)))
        for place, point in enumerate(seen)
    ]
    return ChartView(name, title, drawn, tuple(line.name for line in lines), tuple(reversed(rows)))


def _languages(seen: Sequence[Point], language: SiteLanguage, table: LanguageTable) -> tuple[LanguageView, ...]:
    now = seen[-1].total.languages if seen and seen[-1].total else {}
    most = sorted(((code, number) for code, number in now.items() if code), key=lambda one: (-one[1], one[0]))
    return tuple(
        LanguageView(
            flag=table.flag(code),
            name=(name := language.language_name(code)),
            communities=number,
            line=sparkline([point.total.languages.get(code, 0) if point.total else None for point in seen], label=name),
        )
        for code, number in most[:MOST_LANGUAGES]
    )
