"""What the stats of a crawl say about its publication."""

from __future__ import annotations

import pytest

from sessioncrawler.editorial.monitors import Figures, Verdict
from sessioncrawler.publish.outcome import (
    MONITORS,
    figures_of,
    publication_trouble,
    publishes_site,
    stats_of,
    verdicts_of,
)

FIGURES = Figures(20, 4, 3, {"dns": 1, "reached": 4})
VERDICTS = (
    Verdict("servers", "Servers: 4."),
    Verdict("communities"),
    Verdict("sources", "Sources: 3."),
    Verdict("failures"),
)


def test_figures_and_verdicts_travel_in_the_stats():
    stats = {**stats_of(FIGURES, VERDICTS), "start_time": None}
    assert figures_of(stats) == FIGURES
    assert verdicts_of(stats) == VERDICTS
    assert tuple(verdict.name for verdict in VERDICTS) == MONITORS


def test_a_crawl_that_broke_off_has_neither():
    assert figures_of({"finish_reason": "shutdown"}) is None
    assert verdicts_of({"monitors/failed": 2}) == ()


def test_failed_monitors_are_named_with_their_sentences():
    stats = {"finish_reason": "monitors_failed", **stats_of(FIGURES, VERDICTS)}
    assert publication_trouble(stats) == "monitors failed (servers: Servers: 4; sources: Sources: 3)"


@pytest.mark.parametrize(
    ("feeds", "publishes"),
    [({}, False), ({"a": {"site": True}}, True), ({"a": {"format": "json"}, "b": {"site": False}}, False)],
)
def test_feeds_of_the_site_are_marked(feeds, publishes):
    assert publishes_site(feeds) is publishes
