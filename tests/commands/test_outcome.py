from __future__ import annotations

import pytest
from scrapy.settings import Settings

from sessioncrawler.commands._outcome import ListingReport, OutcomeReport, outcome_reports, site_report, source_report
from sessioncrawler.model import Address, Outcome, Poll

SETTINGS = Settings({"SITE_URI": "s3://bucket/site"})
STORED = {"finish_reason": "finished", "feedexport/success_count/Storage": 3}


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
def test_listings(reason, trouble, stopped):
    report = source_report("wiki", {"finish_reason": reason, "source/links": 7})
    assert report == ListingReport("wiki", 7, trouble, stopped)


def test_a_listing_spider_that_could_not_be_started():
    assert source_report("wiki", {}) == ListingReport("wiki", 0, "ended with 'failed': see the log")


def test_what_was_published():
    report = site_report((), {**STORED, "publish/communities": 12, "publish/servers": 3}, SETTINGS, ())
    assert report.published
    assert report.sentence == "Published 12 Communities on 3 servers to s3://bucket/site."


@pytest.mark.parametrize(
    ("stats", "words"),
    [
        ({}, "the crawl ended with 'failed': see the log"),
        ({"finish_reason": "no_candidates"}, "there is no server to ask"),
        ({"finish_reason": "memusage_exceeded"}, "more memory than MEMUSAGE_LIMIT_MB allows"),
        ({**STORED, "feedexport/failed_count/Storage": 1}, "a file of the site could not be written: see the log"),
        ({**STORED, "spider_exceptions/count": 1}, "an error of its own: see the log, and please report it"),
        ({"finish_reason": "finished"}, "every Community was left out by the rules of directory.toml"),
        ({"finish_reason": "finished", "figures/communities": 3}, "could not use the storage that SITE_URI names"),
        ({**STORED, "feedexport/success_count/Storage": "many"}, "no file of the site was written"),
    ],
)
def test_what_was_not_published(stats, words):
    report = site_report((), stats, SETTINGS, ())
    assert not report.published
    assert report.sentence.startswith("Nothing was published: ")
    assert words in report.sentence


def test_outcomes_the_most_frequent_first_with_examples_of_failures():
    ends = [Outcome.TLS] * 5 + [Outcome.REACHED] * 2 + [Outcome.DNS, Outcome.REFUSED]
    polls = [Poll(Address("http", f"{9 - number}.example", 80), outcome) for number, outcome in enumerate(ends)]
    assert outcome_reports(polls) == (
        OutcomeReport(Outcome.TLS, 5, ("http://5.example", "http://6.example", "http://7.example")),
        OutcomeReport(Outcome.REACHED, 2),
        OutcomeReport(Outcome.DNS, 1, ("http://2.example",)),
        OutcomeReport(Outcome.REFUSED, 1, ("http://1.example",)),
    )
