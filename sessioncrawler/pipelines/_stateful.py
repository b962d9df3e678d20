"""What the pipelines share that write to the state when the spider has nothing left to do."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.statscollectors import StatsCollector

from sessioncrawler.clock import crawl_time
from sessioncrawler.state import State, StateError

logger = logging.getLogger(__name__)


class StatefulPipeline(ABC):
    """Collects items and writes what they tell in one short transaction, when the spider is idle or closes.

    Being idle comes first, so that a failure can become the finish reason ``state_failed``. Stat: ``state/failed``.
    """

    lost = "What this crawl learned was not kept."
    """What a failure means, for the log."""

    def __init__(self, url: str, now: int, stats: StatsCollector) -> None:
        self._url = url
        self._now = now
        self.stats = stats
        self._failed = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read ``STATE_URL`` and the time of the crawl."""
        assert crawler.stats is not None  # noqa: S101 - a crawler has stats before it has pipelines
        pipeline = cls(crawler.settings["STATE_URL"], crawl_time(crawler.settings), crawler.stats)
        crawler.signals.connect(pipeline.when_idle, signal=signals.spider_idle)
        return pipeline

    @abstractmethod
    def process_item(self, item: Any) -> Any:
        """Take what is worth remembering from an item; every item goes on unchanged."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether there is anything to write."""

    @abstractmethod
    def write(self, state: State, now: int) -> None:
        """Write what was collected, and forget it."""

    def when_idle(self) -> None:
        """Write what has been collected; end the crawl as failed where that is impossible."""
        if not self._write():
            raise CloseSpider("state_failed")

    def close_spider(self) -> None:
        """Write what a crawl that was stopped early had found."""
        self._write()

    def _write(self) -> bool:
        """Write what waits, once, and return whether it is safe now."""
        if self._failed or not self.ready():
            return not self._failed
        try:
            with State.open(self._url) as state:
                self.write(state, self._now)
        except StateError as error:
            self._give_up(error)
            return False
        return True

    def _give_up(self, error: StateError) -> None:
        """Count and log that the state cannot be used; it is not tried again."""
        self._failed = True
        self.stats.inc_value("state/failed")
        logger.error("%s %s", error, self.lost)
