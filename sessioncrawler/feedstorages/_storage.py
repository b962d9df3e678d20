"""What all storages have in common: Scrapy's side of them."""

from __future__ import annotations

import logging
from abc import abstractmethod
from contextlib import suppress
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, Any, Self

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.extensions.feedexport import BlockingFeedStorage
from twisted.internet.defer import Deferred

from sessioncrawler.feedstorages._site import AS_IT_WAS, NotPublished, Target, objection, store_file, store_site

logger = logging.getLogger(__name__)

SITE = "site"
"""The format of a feed that is an archive of a whole site (:mod:`sessioncrawler.publish.archive`)."""


class PlaceStorage(BlockingFeedStorage):
    """Stores a feed of the format ``site`` file by file, if the crawl was healthy, and any other as it is.

    An exporter that fails closes its file: then nothing is stored. Files are always replaced, whatever the feed's
    option ``overwrite`` says. What keeps a feed from its place is a :class:`NotPublished`; Scrapy logs it and counts
    ``feedexport/failed_count/CLASS``.
    """

    def __init__(self, crawler: Crawler, uri: str, *, is_site: bool) -> None:
        self.crawler = crawler
        self.uri = uri
        self.is_site = is_site
        self._unopened: NotPublished | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, uri: str, *, feed_options: dict[str, Any] | None = None) -> Self:
        """Make the storage of a feed, or of a file that an extension writes."""
        options = feed_options or {}
        if options.get("overwrite", True) is False:
            logger.warning("%s is always replaced, never appended to: remove overwrite=False from its feed.", uri)
        return cls(crawler, uri, is_site=options.get("format") == SITE)

    def open(self, spider: Spider) -> IO[bytes]:
        """Open a temporary file in ``FEED_TEMPDIR`` that has no name, so that a crawl that is killed leaves none.

        Where that fails, the feed is written into memory and never stored: Scrapy would forget what is raised here, and
        try again for each item.
        """
        try:
            return TemporaryFile(prefix="feed-", dir=spider.crawler.settings["FEED_TEMPDIR"] or None)
        except OSError as error:
            self._unopened = NotPublished(
                f"no temporary file could be opened ({error}), so {AS_IT_WAS}. Check the setting FEED_TEMPDIR."
            )
            return BytesIO()

    def store(self, file: IO[bytes]) -> Deferred[None]:
        """Store the file unless there is a reason against it."""
        if self._unopened:
            raise self._unopened
        if file.closed:
            raise NotPublished(f"the feed could not be made, so {AS_IT_WAS}. See the log above.")
        if self.is_site and (reason := objection(self.crawler.stats.get_stats())):
            _close(file)
            raise NotPublished(reason)
        return super().store(file)

    def _store_in_thread(self, file: IO[bytes]) -> None:
        try:
            if self.is_site:
                store_site(file, self.place(self.uri))
            else:
                folder, _, name = self.uri.rpartition("/")
                store_file(file, self.place(folder), name)
        finally:
            _close(file)

    @abstractmethod
    def place(self, uri: str) -> Target:
        """What is at ``uri``: the feed's own, or that of the folder above it where the feed is one file."""


def _close(file: IO[bytes]) -> None:
    with suppress(OSError):  # it may not have been written to its end
        file.close()
