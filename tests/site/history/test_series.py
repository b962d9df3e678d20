"""Activity, and the last weeks, on the page of a Community."""

import pytest
from lxml import html

from sessioncrawler.publish.outputs import OUTPUTS, files
from sessioncrawler.site.history.series import a_day, series
from sessioncrawler.site.i18n.languages import site_language
from sessioncrawler.state import Week
from tests.support.knowing import KEY
from tests.support.remembered import edition, item_of, known, weeks
from tests.support.site_pages import words

ENGLISH = site_language("en")


def page_of(token, told=()):
    one = edition(known(), weekly=lambda keys: {key: told for key in keys if key == (KEY, token)})
    shown = [output for output in OUTPUTS if output.path == ""]
    return html.document_fromstring(dict(files(one, shown))[f"c/{item_of(one, token).identifier}/index.html"].decode())


def fact(tree, name):
    return tree.xpath(f"normalize-space(//dt[.='{name}']/following-sibling::dd[1])")


def test_activity_is_told_in_words():
    tree = page_of("cats")
    told = "busy, more than the week before; events a day: 100 (posts, edits, deletions and reactions)"
    assert fact(tree, "Activity") == told
    assert fact(page_of("chess"), "Activity").startswith("quiet, as the week before; events a day: less than 1 (")
    assert page_of("dogs").xpath("//dt[.='Activity']") == []


def test_charts_have_a_table_behind_them():
    tree = page_of("cats", weeks(3))
    assert tree.xpath("//figure/*[name()='svg']/*[name()='title']/text()") == [
        "Visitors a week in the last twelve weeks: between 33 and 47",
        "Events a day in the last twelve weeks: between 0 and 37",
    ]
    assert [words(one, ".") for one in tree.xpath("//figcaption")] == [
        "Visitors a week 33\N{EN DASH}47",
        "Events a day 0\N{EN DASH}37",
    ]
    rows = tree.xpath("//details[@class='weeks'][@class='weeks']//tbody/tr")
    assert [[cell.text_content() for cell in row] for row in rows] == [
        ["1 January 2026", "33", "31"],
        ["8 January 2026", "40", "less than 1"],
        ["15 January 2026", "47", "37"],
    ]


@pytest.mark.parametrize("count", [0, 1])
def test_a_single_week_is_no_line(count):
    assert page_of("cats", weeks(count)).xpath("//figure | //details[@class='weeks']") == []


def test_where_one_of_both_is_unknown_the_other_is_shown():
    told = [Week(one.first_day, None, one.events, one.days) for one in weeks()]
    found = series(told, ENGLISH)
    assert (bool(found.visitors), bool(found.events)) == (False, True)
    assert {row.visitors for row in found.rows} == {"\N{EN DASH}"}


@pytest.mark.parametrize(
    ("events", "text"), [(None, "\N{EN DASH}"), (0, "0"), (0.2, "less than 1"), (1.4, "1"), (1234.5, "1,234")]
)
def test_events_a_day(events, text):
    assert a_day(events, ENGLISH) == text


def test_what_was_not_reached_in_the_last_round_says_so():
    told = "Its server was not reached since 22 January 2026, 09:00 UTC. This is what it told then."
    tree = page_of("books")
    assert told in words(tree)
    assert tree.xpath("//p[@class='lost']/time/@datetime") == ["2026-01-22T09:00:00Z"]
    assert page_of("cats").xpath("//p[@class='lost']") == []
