"""What a refresh came to, read from Scrapy's stats and told in sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from scrapy.settings import BaseSettings

from sessioncrawler.model import Outcome, Poll
from sessioncrawler.publish.outcome import Stats, number, publication_trouble

EXAMPLES = 3
"""Addresses that are named for each class of failure; polls.json holds them all."""

_STOPPED = frozenset({"shutdown", "cancelled"})
_WHY_LISTING = {
    "listing_down": "could not be read",
    "listing_empty": "answered nothing",
    "listing_nonsense": "shows no join link any more",
    "listing_bad_url": "has no valid address",
    "state_failed": "was read, but its links could not be kept: see the log",
    "shutdown": "was being read when the crawl was stopped",
    "closespider_timeout": "was not read to its end within CLOSESPIDER_TIMEOUT",
}


@dataclass(frozen=True, slots=True)
class ListingReport:
    """What one listing spider brought."""

    name: str
    links: int
    trouble: str = ""
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class OutcomeReport:
    """How many addresses ended in the same way; ``examples`` are some of them, for failures only."""

    outcome: Outcome
    addresses: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What a refresh came to."""

    listings: tuple[ListingReport, ...]
    published: bool
    sentence: str
    outcomes: tuple[OutcomeReport, ...] = ()
    """The most frequent first; empty where the crawl did not come to its end."""


def listing_report(name: str, stats: Stats) -> ListingReport:
    """Sum up a listing spider's run from its stats."""
    reason = str(stats.get("finish_reason", "failed"))
    trouble = "" if reason == "finished" else _WHY_LISTING.get(reason, f"ended with '{reason}': see the log")
    return ListingReport(name, number(stats, "listing/links"), trouble, stopped=reason in _STOPPED)


def outcome_reports(polls: Iterable[Poll]) -> tuple[OutcomeReport, ...]:
    """Count polls by their outcome."""
    addresses: dict[Outcome, list[str]] = defaultdict(list)
    for poll in polls:
        addresses[poll.outcome].append(poll.address.base_url)
    reports = (
        OutcomeReport(outcome, len(urls), () if outcome is Outcome.REACHED else tuple(sorted(urls)[:EXAMPLES]))
        for outcome, urls in addresses.items()
    )
    return tuple(sorted(reports, key=lambda report: (-report.addresses, report.outcome)))


def site_report(
    listings: tuple[ListingReport, ...], stats: Stats, settings: BaseSettings, polls: Iterable[Poll]
) -> Report:
    """Sum up the crawl of the servers; the site was published only where every feed was stored."""
    trouble = publication_trouble(stats)
    outcomes = outcome_reports(polls)
    if trouble:
        return Report(listings, published=False, sentence=f"Nothing was published: {trouble}.", outcomes=outcomes)
    communities, servers = number(stats, "publish/communities"), number(stats, "publish/servers")
    sentence = f"Published {communities} Communities on {servers} servers to {settings['SITE_URI']}."
    return Report(listings, published=True, sentence=sentence, outcomes=outcomes)


def crawl_trouble(name: str, stats: Stats, *, publishes: bool) -> str:
    """What went wrong in one crawl of the spider ``name``, as a sentence; empty where all went well."""
    if publishes:
        trouble = publication_trouble(stats)
        return f"Nothing was published: {trouble}." if trouble else ""
    trouble = listing_report(name, stats).trouble
    if not trouble and any(number(stats, key) for key in stats if key.startswith("feedexport/failed_count/")):
        trouble = "could not write a feed: see the log"
    if not trouble and number(stats, "spider_exceptions/count"):
        trouble = "met an error of its own: see the log, and please report it"
    return f"{name} {trouble}." if trouble else ""
