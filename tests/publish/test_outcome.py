"""What is said of a crawl's publication."""

from __future__ import annotations

from collections import Counter

import pytest

from sessioncrawler.editorial.monitors import Figures, Verdict
from sessioncrawler.publish.outcome import Report, publication_trouble, publishes_site

VERDICTS = (
    Verdict("servers", "Servers: 4."),
    Verdict("communities"),
    Verdict("sources", "Sources: 3."),
    Verdict("failures"),
)


class Told(Report):
    def __init__(self, communities=20, *, forced=False):
        self.figures = Figures(communities, 4, 3, {"dns": 1, "reached": 4})
        self.verdicts = VERDICTS
        self.left_out = Counter()
        self.forced = forced


def test_monitors_that_object_are_named_with_their_sentences():
    stats = {"finish_reason": "monitors_failed"}
    assert publication_trouble(stats, Told()) == "monitors failed (servers: Servers: 4; sources: Sources: 3)"
    assert Told(forced=True).withheld == ()


@pytest.mark.parametrize(
    ("stats", "trouble"),
    [
        ({}, "the crawl ended with 'failed': see the log"),
        ({"finish_reason": "shutdown"}, "the crawl was stopped"),
        ({"finish_reason": "no_polls"}, "the state holds no poll"),
        ({"finish_reason": "finished", "spider_exceptions/count": 1}, "please report it"),
        ({"finish_reason": "finished", "feedexport/failed_count/X": 1}, "could not be rendered or stored"),
        ({"finish_reason": "finished"}, "could not use the storage that SITE_URI names"),
    ],
)
@pytest.mark.parametrize("report", [None, Told()])
def test_why_nothing_was_published(stats, trouble, report):
    assert trouble in publication_trouble(stats, report)


def test_a_site_that_was_stored_is_published():
    stats = {"finish_reason": "finished", "feedexport/success_count/X": 1}
    assert publication_trouble(stats, Told()) == ""
    assert "left out by the rules" in publication_trouble(stats, Told(communities=0))


@pytest.mark.parametrize(
    ("feeds", "publishes"),
    [({}, False), ({"a": {"format": "site"}}, True), ({"a": {"format": "json"}, "b": {"format": "jinja"}}, False)],
)
def test_the_feed_of_the_site_is_known_by_its_format(feeds, publishes):
    assert publishes_site(feeds) is publishes
