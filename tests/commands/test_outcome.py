from __future__ import annotations

import pytest
from scrapy.settings import Settings

from sessioncrawler.commands._outcome import OutcomeReport, SourceReport, outcome_reports, site_report, source_report
from sessioncrawler.editorial.monitors import Figures
from sessioncrawler.model import Address, Outcome, Poll
from sessioncrawler.publish.outcome import Report

SETTINGS = Settings({"SITE_URI": "s3://bucket/site"})
STORED = {"finish_reason": "finished", "feedexport/success_count/Storage": 3}


class Told(Report):
    def __init__(self, communities, servers):
        self.figures = Figures(communities, servers, 1)


@pytest.mark.parametrize(
    ("reason", "trouble", "stopped"),
    [
        ("finished", "", False),
        ("source_down", "could not be read", False),
        ("source_nonsense", "shows no join link any more", False),
        ("closespider_timeout", "was not read to its end within CLOSESPIDER_TIMEOUT", False),
        ("shutdown", "was being read when the crawl was stopped", True),
        ("surprise", "ended with 'surprise': see the log", False),
    ],
)
def test_sources(reason, trouble, stopped):
    report = source_report("wiki", {"finish_reason": reason, "source/links": 7})
    assert report == SourceReport("wiki", 7, trouble, stopped)


def test_a_source_spider_that_could_not_be_started():
    assert source_report("wiki", {}) == SourceReport("wiki", 0, "ended with 'failed': see the log")


def test_what_was_published():
    report = site_report((), STORED, Told(12, 3), SETTINGS, ())
    assert report.published
    assert report.sentence == "Published 12 Communities on 3 servers to s3://bucket/site."


def test_what_was_not_published():
    report = site_report((), {"finish_reason": "no_candidates"}, None, SETTINGS, ())
    assert not report.published
    assert report.sentence.startswith("Nothing was published: there is no server to ask")


def test_outcomes_the_most_frequent_first_with_examples_of_failures():
    ends = [Outcome.TLS] * 5 + [Outcome.REACHED] * 2 + [Outcome.DNS, Outcome.REFUSED]
    polls = [Poll(Address("http", f"{9 - number}.example", 80), outcome) for number, outcome in enumerate(ends)]
    assert outcome_reports(polls) == (
        OutcomeReport(Outcome.TLS, 5, ("http://5.example", "http://6.example", "http://7.example")),
        OutcomeReport(Outcome.REACHED, 2),
        OutcomeReport(Outcome.DNS, 1, ("http://2.example",)),
        OutcomeReport(Outcome.REFUSED, 1, ("http://1.example",)),
    )
