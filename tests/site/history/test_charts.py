"""Charts: what is drawn for which numbers, and that a stranger's word stays text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from sessioncrawler.site.history.charts import Bar, Line, ceiling, plot, sparkline, strip

EVIL = '</title><script>"&'


def path(svg, kind=""):
    return html.fromstring(svg).xpath(f"string(//path[not(@class='grid')]{kind}/@d)")


def test_a_sparkline_goes_from_nothing_to_the_greatest():
    assert path(sparkline([0, 5, 10], label="x")) == "M0 31L2 16L4 1"


def test_a_sparkline_has_gaps_where_nothing_is_known_and_dots_between_them():
    assert path(sparkline([10, 5, None, 10, None, 0, 0], label="x")) == "M0 1L2 16M6 1h0M10 31L12 31"
    assert path(sparkline([3], label="x")) == "M0 1h0"


def test_where_nothing_is_known_nothing_is_drawn():
    assert sparkline([None, None], label="x") == ""
    assert sparkline([], label="x") == ""
    assert plot([Line("a", [None])], ["1 May"], label="x", number=str) is None


def test_numbers_that_are_all_zero_are_a_line_at_the_bottom():
    assert path(sparkline([0, 0], label="x")) == "M0 31L2 31"


@given(st.lists(st.none() | st.floats(0, 1e12), max_size=90))
def test_a_sparkline_stays_in_its_frame(values):
    svg = sparkline(values, label="x")
    for _, y in re.findall(r"[ML](\d+) (-?\d+)", svg):
        assert 1 <= int(y) <= 31


@pytest.mark.parametrize(
    ("reached", "asked", "kind", "height"),
    [
        (24, 24, "up", 28),
        (23, 24, "part", 20),
        (12, 24, "part", 14),
        (1, 500, "part", 3),
        (0, 24, "down", 27),
        (0, 0, "unknown", 3),
    ],
)
def test_a_bar_tells_by_its_shape_how_a_day_was(reached, asked, kind, height):
    (bar,) = html.fromstring(strip([Bar(reached, asked, "a day")], label="x")).xpath("//path")
    assert bar.get("class") == kind
    assert re.search(r"v(\d+)", bar.get("d"))[1] == str(height)
    assert bar.findtext("title") == "a day"


def test_bars_stand_side_by_side():
    svg = html.fromstring(strip([Bar(1, 1, "a"), Bar(1, 1, "b")], label="x"))
    assert [bar.get("d")[:3] for bar in svg.xpath("//path")] == ["M0 ", "M4 "]
    assert svg.get("viewbox") == "0 0 8 28"


def test_a_chart_of_lines_has_labels_around():
    chart = plot(
        [Line("all", [10, 70]), Line("some", [None, 35])], ["1 May", "2 May"], label="Servers", number="{} here".format
    )
    assert chart.names == ("all", "some")
    assert chart.heights == ("80 here", "40 here", "0 here")
    assert chart.times == ("1 May", "2 May")
    assert path(chart.svg, "[@class='line-0']") == "M0 88L10 12"
    assert path(chart.svg, "[@class='line-1']") == "M10 56h0"


def test_a_chart_names_its_beginning_its_middle_and_its_end():
    def times(number):
        return plot([Line("a", [1] * number)], [*map(str, range(number))], label="x", number=str).times

    assert times(1) == ("0",)
    assert times(5) == ("0", "2", "4")


@pytest.mark.parametrize(
    ("greatest", "top"), [(0, 2), (2, 2), (2.5, 4), (11, 12), (81, 100), (1234, 1600), (1601, 2000)]
)
def test_an_axis_ends_with_a_round_number(greatest, top):
    assert ceiling(greatest) == top


@pytest.mark.parametrize(
    "svg",
    [
        sparkline([1, 2], label=EVIL),
        strip([Bar(1, 1, EVIL)], label=EVIL),
        plot([Line(EVIL, [1])], [EVIL], label=EVIL, number=str).svg,
    ],
)
def test_a_chart_has_a_title_and_no_word_of_it_is_markup(svg):
    tree = html.fromstring(svg)
    assert tree.get("role") == "img"
    assert [title.text for title in tree.xpath("//title")] == [EVIL] * len(tree.xpath("//title"))
    assert tree.find("title") is not None
    assert not tree.xpath("//script | //style | //@style | //@id")
