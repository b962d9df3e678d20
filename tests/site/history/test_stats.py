"""The page about the whole network, as a browser's parser reads it."""

from __future__ import annotations

import pytest

from sessioncrawler.site.history.stats import MOST_LANGUAGES, MOST_POINTS, points, stats_page
from sessioncrawler.site.i18n.languages import LOCALES, site_language
from sessioncrawler.state import Total
from tests.support.knowing import DAY, NOW, knowledge
from tests.support.site_pages import assert_policy, environment, parse, words

TODAY = NOW // DAY


def total(days_ago, communities=10, **more):
    facts = {"servers": 4, "reachable": 3, "visitors": 1234, "events": 50, "languages": {"de": 6, "": 4}, **more}
    return Total(TODAY - days_ago, communities, **facts)


def render(*totals, code="en"):
    page = stats_page(knowledge(totals=totals), site_language(code))
    return parse(environment(code).get_template("stats.html").render(page=page))


def rows(tree, name):
    table = tree.xpath(f"//h2[@id='{name}']/following-sibling::details[1]//tbody/tr")
    return [[cell.text_content() for cell in row.xpath("td")] for row in table]


def test_it_shows_the_network_day_by_day():
    tree = render(total(2, 8), total(1, 9), total(0))
    assert "Communities that are listed: 10. Servers: 4, of which 3 were reached. Visitors a week: 1,234." in words(
        tree
    )
    assert rows(tree, "communities") == [["22 January 2026", "10"], ["21 January 2026", "9"], ["20 January 2026", "8"]]
    assert rows(tree, "servers")[0] == ["22 January 2026", "3", "4"]
    assert [title.text for title in tree.xpath("//svg[@class='lines']/title")] == [
        "Communities", "Servers", "Visitors a week", "Events a day",
    ]  # fmt: skip
    assert "No message is ever read." in words(tree)
    assert_policy(tree)


def test_today_has_no_events_yet_and_a_day_without_a_publication_has_nothing():
    tree = render(total(2, events=70), total(0, events=3))
    assert [row[1] for row in rows(tree, "events")] == ["–", "–", "70"]
    assert [row[1] for row in rows(tree, "communities")] == ["10", "–", "10"]


def test_many_days_are_taken_together():
    totals = [total(days_ago, communities=days_ago, events=days_ago) for days_ago in range(200, -1, -1)]
    seen = points(totals, NOW, 7)
    assert len(seen) == 29 <= MOST_POINTS
    assert (seen[-1].day, seen[-1].total, seen[-1].events) == (TODAY * DAY, totals[-1], 3.5)
    assert seen[-2].total.communities == 7
    tree = render(*totals)
    assert "Each point of the lines stands for 7 days." in words(tree)
    assert len(rows(tree, "visitors")) == 29


def test_years_fit_on_the_page_as_well():
    assert len(stats_page(knowledge(totals=(total(4000), total(0))), site_language("en")).charts[0].rows) <= MOST_POINTS


def test_languages_are_counted_and_drawn():
    tree = render(total(1, languages={"de": 5}), total(0, languages={"de": 6, "fr": 7, "": 4}))
    table = [
        [cell.text_content().split() for cell in row.xpath("td")]
        for row in tree.xpath("//table[@class='languages']//tr")
    ]
    assert [row[0][1] for row in table if row] == ["French", "German"]
    assert tree.xpath("//table[@class='languages']//svg/title/text()") == ["French", "German"]
    many = {f"q{chr(97 + n // 26)}{chr(97 + n % 26)}": 1 for n in range(MOST_LANGUAGES + 5)}
    assert len(render(total(0, languages=many)).xpath("//table[@class='languages']/tbody/tr")) == MOST_LANGUAGES


def test_a_directory_that_published_nothing_yet_has_the_page_too():
    tree = render()
    assert "Nothing so far." in words(tree)
    assert not tree.xpath("//svg")


@pytest.mark.parametrize("code", LOCALES)
def test_it_is_there_in_every_language(code):
    tree = render(total(1), total(0), code=code)
    assert tree.get("lang") == code
    assert len(tree.xpath("//link[@rel='alternate'][@hreflang]")) == len(LOCALES) + 1
    assert len(tree.xpath("//svg[@class='lines']")) == 4
