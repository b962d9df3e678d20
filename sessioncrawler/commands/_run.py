"""One refresh: the listing spiders side by side, then ``sogs``, in one process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scrapy.crawler import AsyncCrawlerProcess, Crawler

from sessioncrawler.commands._outcome import Report, listing_report, site_report

logger = logging.getLogger(__name__)

LISTINGS = ("awesome_session_groups", "lokilocker", "session_directory", "sources")
SERVERS = "sogs"


@dataclass
class Refresh:
    """Runs the spiders of a refresh; ``urls`` are other pages for listing spiders, by their name."""

    process: AsyncCrawlerProcess
    urls: Mapping[str, str] = field(default_factory=dict)
    stage: str = "Reading the listing sites"
    crawlers: dict[str, Crawler] = field(default_factory=dict)

    async def run(self) -> Report:
        """The report of the whole run; never raises for what the network does."""
        await self._crawl_all(LISTINGS)
        reports = tuple(listing_report(name, self._stats(name)) for name in LISTINGS)
        if any(report.stopped for report in reports):
            return Report(listings=reports, published=False, sentence="Stopped before any server was asked.")
        self.stage = "Asking the servers"
        await self._crawl_all((SERVERS,))
        return site_report(reports, self._stats(SERVERS), self.process.settings)

    @property
    def sogs(self) -> Crawler | None:
        """The crawl of the servers, once it has begun."""
        return self.crawlers.get(SERVERS)

    async def _crawl_all(self, names: Sequence[str]) -> None:
        ended = await asyncio.gather(*(self._crawl(name) for name in names), return_exceptions=True)
        for name, error in zip(names, ended, strict=True):
            if isinstance(error, Exception):
                logger.error("The spider %s could not be started: %s", name, error, exc_info=error)

    def _crawl(self, name: str) -> asyncio.Task[None]:
        crawler = self.crawlers[name] = self.process.create_crawler(name)
        arguments = {"url": self.urls[name]} if name in self.urls else {}
        return self.process.crawl(crawler, **arguments)

    def _stats(self, name: str) -> dict[str, object]:
        stats = self.crawlers[name].stats
        return dict(stats.get_stats()) if stats is not None else {}
