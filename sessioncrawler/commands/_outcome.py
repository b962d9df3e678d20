"""What a refresh came to, read from Scrapy's stats and told in sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from scrapy.settings import BaseSettings

from sessioncrawler.model import Outcome, Poll
from sessioncrawler.publish.outcome import Report, Stats, number, publication_trouble

EXAMPLES = 3
"""Addresses that are named for each class of failure; polls.json holds them all."""

_STOPPED = frozenset({"shutdown", "cancelled"})
_WHY_SOURCE = {
    "source_down": "could not be read",
    "source_forbidden": "forbids robots to read it (robots.txt): ask those who run it, or remove it from the sources",
    "source_empty": "answered nothing",
    "source_nonsense": "shows no join link any more",
    "source_bad_url": "has no valid address",
    "state_failed": "was read, but its links could not be kept: see the log",
    "shutdown": "was being read when the crawl was stopped",
    "closespider_timeout": "was not read to its end within CLOSESPIDER_TIMEOUT",
}


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What one source spider brought."""

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
class RefreshReport:
    """What a refresh came to."""

    sources: tuple[SourceReport, ...]
    published: bool
    sentence: str
    outcomes: tuple[OutcomeReport, ...] = ()
    """The most frequent first; empty where the crawl did not come to its end."""


def source_report(name: str, stats: Stats) -> SourceReport:
    """Sum up a source spider's run from its stats."""
    reason = str(stats.get("finish_reason", "failed"))
    trouble = "" if reason == "finished" else _WHY_SOURCE.get(reason, f"ended with '{reason}': see the log")
    return SourceReport(name, number(stats, "source/links"), trouble, stopped=reason in _STOPPED)


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
    sources: tuple[SourceReport, ...], stats: Stats, run: Report | None, settings: BaseSettings, polls: Iterable[Poll]
) -> RefreshReport:
    """Sum up the crawl of the servers; the site was published only where it was stored."""
    trouble = publication_trouble(stats, run)
    outcomes = outcome_reports(polls)
    if trouble:
        return RefreshReport(sources, published=False, sentence=f"Nothing was published: {trouble}.", outcomes=outcomes)
    counts = f"{run.figures.communities} Communities on {run.figures.servers} servers" if run and run.figures else "it"
    sentence = f"Published {counts} to {settings['SITE_URI']}."
    return RefreshReport(sources, published=True, sentence=sentence, outcomes=outcomes)


def crawl_trouble(name: str, stats: Stats, run: Report | None, *, publishes: bool) -> str:
    """What went wrong in one crawl of the spider ``name``, as a sentence; empty where all went well."""
    if publishes:
        trouble = publication_trouble(stats, run)
        return f"Nothing was published: {trouble}." if trouble else ""
    trouble = source_report(name, stats).trouble
    if not trouble and any(number(stats, key) for key in stats if key.startswith("feedexport/failed_count/")):
        trouble = "could not write a feed: see the log"
    if not trouble and number(stats, "spider_exceptions/count"):
        trouble = "met an error of its own: see the log, and please report it"
    return f"{name} {trouble}." if trouble else ""
