"""What a refresh came to, read from Scrapy's stats and told in sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scrapy.settings import BaseSettings

from sessioncrawler.model import Outcome, Poll

EXAMPLES = 3
"""Addresses that are named for each class of failure; polls.json holds them all."""

Stats = Mapping[str, object]

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
_WHY_SITE = {
    "no_candidates": "there is no server to ask: no join link is known and directory.toml names no server",
    "no_communities": "no server told about any Community (is this machine connected to the network?)",
    "state_failed": "the state database could not be used: see the log",
    "shutdown": "the crawl was stopped",
    "closespider_timeout": "the crawl took longer than CLOSESPIDER_TIMEOUT allows",
    "memusage_exceeded": "the crawl took more memory than MEMUSAGE_LIMIT_MB allows",
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
    return ListingReport(name, _number(stats, "listing/links"), trouble, stopped=reason in _STOPPED)


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
    trouble = _trouble(stats)
    outcomes = outcome_reports(polls)
    if trouble:
        return Report(listings, published=False, sentence=f"Nothing was published: {trouble}.", outcomes=outcomes)
    communities, servers = _number(stats, "publish/communities"), _number(stats, "publish/servers")
    sentence = f"Published {communities} Communities on {servers} servers to {settings['SITE_URI']}."
    return Report(listings, published=True, sentence=sentence, outcomes=outcomes)


def _trouble(stats: Stats) -> str:
    """Why the site was not published; empty where it was."""
    reason = str(stats.get("finish_reason", "failed"))
    if reason != "finished":
        return _WHY_SITE.get(reason, f"the crawl ended with '{reason}': see the log")
    if any(_number(stats, key) for key in stats if key.startswith("feedexport/failed_count/")):
        return "a file of the site could not be written: see the log"
    if _number(stats, "spider_exceptions/count"):
        return "the crawl met an error of its own: see the log, and please report it"
    if not any(_number(stats, key) for key in stats if key.startswith("feedexport/success_count/")):
        return "no file of the site was written: every Community was left out by the rules of directory.toml"
    return ""


def _number(stats: Stats, key: str) -> int:
    value = stats.get(key, 0)
    return value if isinstance(value, int) else 0
