"""Pipeline 50: join links go into the state."""

from __future__ import annotations

import logging
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.statscollectors import StatsCollector

from sessioncrawler.clock import crawl_time
from sessioncrawler.items import SightingItem
from sessioncrawler.model import Sighting
from sessioncrawler.state import State, StateError

logger = logging.getLogger(__name__)


class SightingsPipeline:
    """Collects the join links of a crawl and writes them to the state in one short transaction.

    That happens when the spider has nothing left to do, so that a failure becomes the finish reason ``state_failed``;
    what a cancelled crawl had found is written when it closes. A crawl without join links does not touch the state.

    Stats: ``state/sightings`` (pairs of link and source that were written), ``state/sightings_new``, ``state/failed``.
    """

    def __init__(self, url: str, now: int, stats: StatsCollector) -> None:
        self._url = url
        self._now = now
        self._stats = stats
        self._waiting: dict[tuple[str, str], Sighting] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read ``STATE_URL`` and the time of the crawl."""
        pipeline = cls(crawler.settings["STATE_URL"], crawl_time(crawler.settings), crawler.stats)
        crawler.signals.connect(pipeline.when_idle, signal=signals.spider_idle)
        return pipeline

    def process_item(self, item: Any) -> Any:
        """Keep a sighting until the end; every item goes on unchanged."""
        if isinstance(item, SightingItem):
            sighting = item.sighting
            self._waiting[sighting.link.url, sighting.source] = sighting
        return item

    def when_idle(self) -> None:
        """Write what has been collected; end the crawl as failed where that is impossible."""
        if not self._write():
            raise CloseSpider("state_failed")

    def close_spider(self) -> None:
        """Write what a crawl that was stopped early had found."""
        self._write()

    def _write(self) -> bool:
        """Write what waits, once, and return whether it is safe now."""
        waiting, self._waiting = self._waiting, {}
        if not waiting:
            return True
        try:
            with State.open(self._url) as state:
                new = state.record_sightings(waiting.values(), self._now)
        except StateError as error:
            self._stats.inc_value("state/failed")
            logger.error("%s No join link of this crawl was kept.", error)  # noqa: TRY400 - the sentence says it all
            return False
        self._stats.inc_value("state/sightings", len(waiting))
        self._stats.inc_value("state/sightings_new", new)
        return True
