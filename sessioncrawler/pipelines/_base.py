"""What the pipelines about Communities share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.statscollectors import StatsCollector

from sessioncrawler.clock import crawl_time
from sessioncrawler.editorial.config import configured_directory
from sessioncrawler.editorial.judge import Judge
from sessioncrawler.items import CommunityItem


class Repeated(DropItem):
    """A Community is shown a second time: nothing is said against naming it."""


class CommunityPipeline(ABC):
    """Hands every :class:`~sessioncrawler.items.CommunityItem` to ``process_community``; other items pass through.

    ``judge`` knows the rules. ``stats`` are the crawl's; each pipeline counts under its own name.
    """

    def __init__(self, judge: Judge, stats: StatsCollector) -> None:
        self.judge = judge
        self.stats = stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline from ``DIRECTORY_CONFIG``, ``CRAWL_TIME`` and ``GUESS_LANGUAGES``."""
        settings = crawler.settings
        guess = settings.getbool("GUESS_LANGUAGES", True)
        return cls(
            Judge(configured_directory(settings["DIRECTORY_CONFIG"]), crawl_time(settings), guess=guess), crawler.stats
        )

    def process_item(self, item: Any) -> Any:
        """Process one item; raises :class:`~scrapy.exceptions.DropItem` where the Community is not to be listed."""
        if isinstance(item, CommunityItem):
            self.process_community(item)
        return item

    @abstractmethod
    def process_community(self, item: CommunityItem) -> None:
        """Change ``item`` in place, or raise :class:`~scrapy.exceptions.DropItem` with a sentence."""
