"""``scrapy crawl``: Scrapy's own, with an exit code that tells how it went."""

from __future__ import annotations

import argparse
import logging
from typing import Any

from scrapy import Spider
from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import Crawler

from sessioncrawler.commands._outcome import crawl_trouble
from sessioncrawler.discretion import CarefulCommand
from sessioncrawler.publish.outcome import publishes_site, report_of

logger = logging.getLogger(__name__)


class CrawlCommand(CarefulCommand, ScrapyCrawl):
    """Exit code 0 only if the crawl finished and stored all its feeds; else 1, with a sentence in the log.

    Scrapy's own ends with 0 however a crawl ended. Arguments and options are Scrapy's.
    """

    _ran: Crawler | None = None

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl, then look at what came of it."""
        super().run(args, opts)
        assert self._ran is not None  # noqa: S101 - Scrapy's own run made it
        feeds = self._ran.settings.getdict("FEEDS")
        run, publishes = report_of(self._ran), publishes_site(feeds)
        trouble = crawl_trouble(self._ran.spidercls.name, _stats(self._ran), run, publishes=publishes)
        if trouble:
            logger.error("%s", trouble)
            self.exitcode = 1

    def _create_crawler(self, spidercls: type[Spider] | str) -> Crawler:
        """Scrapy's hook for the crawler of a command; it is kept, since only it knows how the crawl went."""
        self._ran = super()._create_crawler(spidercls)
        return self._ran


def _stats(crawler: Crawler) -> dict[str, Any]:
    try:
        return crawler.stats.get_stats()
    except RuntimeError:  # the crawl could not begin
        return {}
