"""One refresh: the listing spiders side by side, then ``sogs``, in one process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess, Crawler

from sessioncrawler.commands._outcome import Report, listing_report, site_report
from sessioncrawler.publish.outcome import Stats
from sessioncrawler.spiders.sogs import Sogs

logger = logging.getLogger(__name__)

LISTINGS = ("awesome_session_groups", "lokilocker", "session_directory", "sources")
SERVERS = "sogs"


@dataclass
class Refresh:
    """Runs the spiders of a refresh; ``urls`` are other pages for listing spiders, by their name.

    Making it raises UsageError where ``directory.toml`` has mistakes, before anybody is asked for anything.
    """

    process: AsyncCrawlerProcess
    urls: Mapping[str, str] = field(default_factory=dict)
    stage: str = "Reading the listing sites"
    crawlers: dict[str, Crawler] = field(init=False)

    def __post_init__(self) -> None:
        self.crawlers = {name: self.process.create_crawler(name) for name in (*LISTINGS, SERVERS)}

    async def run(self) -> Report:
        """The report of the whole run; never raises for what the network does."""
        await self._crawl_all(LISTINGS)
        reports = tuple(listing_report(name, self._stats(name)) for name in LISTINGS)
        if any(report.stopped for report in reports):
            return Report(listings=reports, published=False, sentence="Stopped before any server was asked.")
        self.stage = "Asking the servers"
        await self._crawl_all((SERVERS,))
        spider = _begun(self.crawlers[SERVERS], "spider")
        polls = spider.settled if isinstance(spider, Sogs) else ()
        return site_report(reports, self._stats(SERVERS), self.process.settings, polls)

    def count(self, stat: str, *names: str) -> int:
        """The sum of ``stat`` over the crawls of the spiders ``names`` as far as they have come."""
        return sum(number for name in names if isinstance(number := self._stats(name).get(stat, 0), int))

    async def _crawl_all(self, names: Sequence[str]) -> None:
        ended = await asyncio.gather(*(self._crawl(name) for name in names), return_exceptions=True)
        for name, error in zip(names, ended, strict=True):
            if isinstance(error, Exception):
                logger.error("The spider %s could not be started: %s", name, error, exc_info=error)

    def _crawl(self, name: str) -> asyncio.Task[None]:
        arguments = {"url": self.urls[name]} if name in self.urls else {}
        return self.process.crawl(self.crawlers[name], **arguments)

    def _stats(self, name: str) -> Stats:
        stats = _begun(self.crawlers[name], "stats")
        return stats.get_stats() if stats is not None else {}


def _begun(crawler: Crawler, part: str) -> Any:
    """A part that a crawler has from the beginning of its crawl on; None before, and where it could not begin."""
    try:
        return getattr(crawler, part)
    except RuntimeError:
        return None
