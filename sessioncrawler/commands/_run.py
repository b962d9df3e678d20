"""One refresh: the source spiders side by side, then ``sogs``, in one process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess, Crawler

from sessioncrawler.commands._outcome import RefreshReport, site_report, source_report
from sessioncrawler.publish.outcome import Stats, report_of
from sessioncrawler.spiders._source import SourceSpider
from sessioncrawler.spiders.sogs import Sogs

logger = logging.getLogger(__name__)

SERVERS = "sogs"


@dataclass
class Refresh:
    """Runs every source spider that there is, by name, then ``sogs``; ``urls`` are other pages for source spiders.

    Making it raises UsageError where ``directory.toml`` has mistakes, before anybody is asked for anything.
    """

    process: AsyncCrawlerProcess
    urls: Mapping[str, str] = field(default_factory=dict)
    stage: str = "Reading the sources"
    sources: tuple[str, ...] = field(init=False)
    crawlers: dict[str, Crawler] = field(init=False)

    def __post_init__(self) -> None:
        loader = self.process.spider_loader
        self.sources = tuple(name for name in sorted(loader.list()) if issubclass(loader.load(name), SourceSpider))
        self.crawlers = {name: self.process.create_crawler(name) for name in (*self.sources, SERVERS)}

    async def run(self) -> RefreshReport:
        """The report of the whole run; never raises for what the network does."""
        await self._crawl_all(self.sources)
        reports = tuple(source_report(name, self._stats(name)) for name in self.sources)
        if any(report.stopped for report in reports):
            return RefreshReport(sources=reports, published=False, sentence="Stopped before any server was asked.")
        self.stage = "Asking the servers"
        await self._crawl_all((SERVERS,))
        spider = _begun(self.crawlers[SERVERS], "spider")
        polls = spider.settled if isinstance(spider, Sogs) else ()
        run = report_of(self.crawlers[SERVERS])
        return site_report(reports, self._stats(SERVERS), run, self.process.settings, polls)

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
