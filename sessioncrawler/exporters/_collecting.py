"""What the project's exporters share: they collect, write at the end, and never lose a failure."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, BinaryIO, Self

from scrapy.crawler import Crawler
from scrapy.exporters import BaseItemExporter

from sessioncrawler.exporters._crawl import Crawl
from sessioncrawler.items import CommunityItem

logger = logging.getLogger(__name__)

ERRORS = "publish/errors"
"""Stat: failures while a feed was made. One is enough to keep everything as it was."""
COMMUNITIES = "publish/communities"
"""Stat: Communities in the feed that holds the fewest. The storages compare it with what was scraped."""
SERVERS = "publish/servers"
"""Stat: servers of the Communities in that feed."""


class CollectingExporter(BaseItemExporter):
    """Keeps the items of its feed and hands them, sorted, to :meth:`write` when the crawl is over.

    Items may come in any order (asynchronous pipelines overtake each other): they are sorted by their ``identifier``,
    and those without one come last in the order of their arrival.

    Scrapy runs ``finish_exporting`` in a task whose exception nobody reads. So failures are caught here, logged as one
    sentence (with a traceback at level DEBUG) and counted in the stat ``publish/errors``.

    A feed that holds Communities is expected to hold all of them.
    """

    def __init__(self, file: BinaryIO, *, crawler: Crawler, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.file = file
        self.crawler = crawler
        self._items: list[Any] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler, file: BinaryIO, **kwargs: Any) -> Self:
        """Make the exporter of one feed; ``kwargs`` are the feed's options and its ``item_export_kwargs``."""
        try:
            return cls(file, crawler=crawler, **kwargs)
        except Exception as error:
            report(crawler, f"A feed of {cls.__name__}", error)
            file.close()
            raise

    @abstractmethod
    def write(self, items: Sequence[Any]) -> None:
        """Write the whole feed into ``self.file``; may raise anything."""

    @property
    def subject(self) -> str:
        """What is written, for messages."""
        return type(self).__name__

    def export_item(self, item: Any) -> None:
        """Keep an item until the end."""
        self._items.append(item)

    def finish_exporting(self) -> None:
        """Write what was collected, and report how many Communities that were."""
        items = Crawl.of(self.crawler).sorted(self._items)
        try:
            self.write(items)
        except Exception as error:  # noqa: BLE001 - a template can raise anything, and nobody above would hear it
            report(self.crawler, self.subject, error)
        else:
            self._count(items)

    def _count(self, items: Sequence[Any]) -> None:
        communities = [item for item in items if isinstance(item, CommunityItem)]
        # A feed of other things says nothing about Communities; an empty feed of any kind does.
        if communities or not items:
            self.crawler.stats.min_value(COMMUNITIES, len(communities))
            self.crawler.stats.min_value(SERVERS, len({item.server for item in communities}))


def report(crawler: Crawler, subject: str, error: Exception) -> None:
    """Log that ``subject`` could not be written, and count it."""
    kind, text = type(error).__name__, str(error).rstrip(".")
    logger.error("%s could not be written, so nothing is published: %s: %s.", subject, kind, text)
    logger.debug("The failure of %s in full:", subject, exc_info=error)
    crawler.stats.inc_value(ERRORS)
