"""What the pipelines share that write into the state."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider

from sessioncrawler.clock import crawl_time
from sessioncrawler.state import State, StateError

logger = logging.getLogger(__name__)


class StatefulPipeline(ABC):
    """Collects items and writes what they tell in one short transaction, when the spider is idle or closes.

    Being idle comes first, so that a failure can become the finish reason ``state_failed``. Stat: ``state/failed``.
    """

    lost = "What this crawl learned was not kept."
    """What a failure means, for the log."""

    def __init__(self, crawler: Crawler) -> None:
        assert crawler.stats is not None  # noqa: S101 - a crawler has stats before it has pipelines
        self.crawler = crawler
        self.stats = crawler.stats
        self.url: str = crawler.settings["STATE_URL"]
        self.now = crawl_time(crawler.settings)
        self.failed = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the pipeline, and write when the spider is idle."""
        pipeline = cls(crawler)
        crawler.signals.connect(pipeline.when_idle, signal=signals.spider_idle)
        return pipeline

    @abstractmethod
    def process_item(self, item: Any) -> Any:
        """Take what is worth remembering from an item; every item goes on unchanged."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether there is anything to write."""

    @abstractmethod
    def write(self, state: State) -> None:
        """Write what was collected, and forget it."""

    def when_idle(self) -> None:
        """Write what has been collected; end the crawl as failed where that is impossible."""
        self._write()
        if self.failed:
            raise CloseSpider("state_failed")

    def close_spider(self) -> None:
        """Write what a crawl that was stopped early had found."""
        self._write()

    def _write(self) -> None:
        """Write what waits; what failed once is not tried again."""
        if self.failed or not self.ready():
            return
        try:
            with State.open(self.url) as state:
                self.write(state)
        except StateError as error:
            self.give_up(error)

    def give_up(self, error: StateError) -> None:
        """Count and log that the state cannot be used."""
        self.failed = True
        self.stats.inc_value("state/failed")
        logger.error("%s %s", error, self.lost)
