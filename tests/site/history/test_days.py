"""The days of a strip and of the table behind it."""

from __future__ import annotations

from sessioncrawler.site.history.days import Day, bars, last_days, runs
from sessioncrawler.site.i18n.languages import site_language
from sessioncrawler.state import Checks, Span
from tests.support.knowing import DAY, NOW

TODAY = NOW // DAY


def checks(days_ago, reached, asked, span=Span.DAY):
    return Checks(span, TODAY - days_ago, asked, reached, 1.0)


def test_the_last_days_are_there_with_and_without_checks():
    days = last_days([checks(2, 23, 24), checks(0, 3, 4), checks(3, 9, 9), checks(1, 5, 5, Span.WEEK)], NOW, 3)
    assert [(day.first // DAY - TODAY, day.reached, day.asked) for day in days] == [(-2, 23, 24), (-1, 0, 0), (0, 3, 4)]
    assert len(last_days([], NOW)) == 90


def test_days_that_are_alike_are_one_row_and_the_newest_comes_first():
    told = [(4, 4), (4, 4), (3, 4), (2, 4), (0, 4), (0, 2), (0, 0), (0, 0), (4, 4)]
    days = [Day(place * DAY, place * DAY, *counts) for place, counts in enumerate(told)]
    rows = [(row.kind, row.first // DAY, row.last // DAY, row.reached, row.asked) for row in runs(days)]
    assert rows == [
        ("up", 8, 8, 4, 4),
        ("unknown", 6, 7, 0, 0),
        ("down", 4, 5, 0, 6),
        ("part", 3, 3, 2, 4),
        ("part", 2, 2, 3, 4),
        ("up", 0, 1, 8, 8),
    ]


def test_bars_speak_the_language_of_the_page():
    days = [Day(NOW, NOW, 23, 24), Day(NOW, NOW, 0, 0)]
    assert [bar.title for bar in bars(days, site_language("en"))] == [
        "22 January: reached 23 of 24",
        "22 January: not checked",
    ]
    assert bars(days, site_language("fa"))[0].title.startswith("۲۲ ژانویه")
