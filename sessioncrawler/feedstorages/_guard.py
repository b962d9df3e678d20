"""The guard in front of every storage: a crawl that went wrong replaces nothing."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import IO, Any, ClassVar, Self
from weakref import WeakKeyDictionary

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.extensions.feedexport import BlockingFeedStorage
from scrapy.utils.defer import deferred_from_coro
from twisted.internet.defer import Deferred

from sessioncrawler.items import CommunityItem
from sessioncrawler.publish.outcome import MONITORS_FAILED

logger = logging.getLogger(__name__)


class NotPublished(Exception):  # noqa: N818 - a decision, not an error of the program
    """A feed was not stored, on purpose; the message is a sentence that says why."""


class HeldBack(NotPublished):
    """A feed was not stored for a reason that was told of another one; the log need not repeat it for each."""


class _Sentence(logging.Filter):
    """Turns Scrapy's traceback about a :class:`NotPublished` into its sentence. Scrapy offers no other way."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record, or drop it where it says nothing new."""
        reason = record.exc_info[1] if record.exc_info else None
        if isinstance(reason, NotPublished):
            record.msg, record.args = "%s: %s", (record.getMessage(), str(reason))
            record.exc_info = record.exc_text = None
        return not isinstance(reason, HeldBack)


_SENTENCE = _Sentence()


class _Counter:
    """Counts the Communities that come through the pipelines of one crawl.

    One for all feeds of a crawl: Scrapy makes a task for each receiver of each item. ``told`` says whether the log has
    the reason why nothing is published.
    """

    _counters: ClassVar[WeakKeyDictionary[Crawler, _Counter]] = WeakKeyDictionary()

    def __init__(self) -> None:
        self.communities = 0
        self.told = False

    @classmethod
    def of(cls, crawler: Crawler) -> _Counter:
        """The counter of ``crawler``, which begins to count when it is first asked for."""
        counter = cls._counters.get(crawler)
        if counter is None:
            counter = cls._counters[crawler] = cls()
            crawler.signals.connect(counter.count, signals.item_scraped)
        return counter

    def count(self, item: Any) -> None:
        """Count an item, if it is a Community."""
        self.communities += isinstance(item, CommunityItem)


class Guarded(BlockingFeedStorage):
    """Mixin that goes in front of a storage class: stores only what a whole and healthy crawl has made.

    Only feeds with the option ``"site": True`` are guarded; those that a person asks for with ``-o`` are not. A feed
    with ``"unpack": True`` is an archive of files, which are stored below its URI (:mod:`sessioncrawler.publish.archive`).

    Vetoed with :class:`NotPublished`: a crawl that did not finish or that monitors object to (its finish reason is then
    ``monitors_failed``), an exception in a spider, a feed that could not be written (stat ``publish/errors``), no
    Community at all, fewer Communities in a feed than were scraped.
    The temporary file is discarded, and ``feedexport/failed_count/CLASS`` counts as for any failure.
    """

    crawler: Crawler
    _counter: _Counter
    _options: dict[str, Any]

    @classmethod
    def from_crawler(cls, crawler: Crawler, uri: str, *, feed_options: dict[str, Any] | None = None) -> Self:
        """Make the storage as its own class does, and let it count the Communities that are scraped."""
        storage: Self = super().from_crawler(crawler, uri, feed_options=feed_options)  # type: ignore[misc]  # every class behind the mixin has it
        storage.crawler = crawler
        storage._counter = _Counter.of(crawler)
        site = (feed_options or {}).get("format") == "site"
        storage._options = {**(feed_options or {}), "site": site, "unpack": site}
        logging.getLogger("scrapy.extensions.feedexport").addFilter(_SENTENCE)
        return storage

    def open(self, spider: Spider) -> IO[bytes]:
        """Open a temporary file. A failure is counted as ``publish/errors``, since Scrapy forgets it."""
        try:
            return super().open(spider)
        except OSError as error:
            logger.error(  # noqa: TRY400 - a sentence; Scrapy logs the traceback
                "No temporary file could be opened, so nothing is published: %s. Check the setting FEED_TEMPDIR.", error
            )
            self.crawler.stats.inc_value("publish/errors")
            raise

    def store(self, file: IO[bytes]) -> Deferred[None]:
        """Store the file unless there is a reason against it."""
        return deferred_from_coro(self._store(file))

    async def _store(self, file: IO[bytes]) -> None:
        # Scrapy makes one task a feed, which renders and then stores. One step aside, and all have rendered.
        await asyncio.sleep(0)
        reason = self.veto() if self._options.get("site") else None
        if reason:
            with suppress(OSError):  # it may not have been written to its end
                file.close()
            told, self._counter.told = self._counter.told, True
            raise (HeldBack if told else NotPublished)(reason)
        await self.publish(file)

    async def publish(self, file: IO[bytes]) -> None:
        """Store the file: the part of the storage behind the guard (``_publication.py``)."""
        await super().publish(file)  # type: ignore[misc]  # every class behind the mixin has it

    def veto(self) -> str | None:
        """The sentence that says why nothing may be published; None where all is well."""
        finish_reason = self._stat("finish_reason")
        if finish_reason != "finished":
            return self._unfinished(finish_reason)
        if exceptions := self._stat("spider_exceptions/count"):
            return f"exceptions in the spider: {exceptions}, so what is published stays as it was. See the log above."
        if errors := self._stat("publish/errors"):
            return f"feeds that could not be made: {errors}, so what is published stays as it was. See the log above."
        if not (scraped := self._counter.communities):
            return (
                "the crawl found no Community, so what is published stays as it was. "
                "Check the connection and the sources, and run it again."
            )
        return None

    def _unfinished(self, reason: str) -> str:
        if reason != MONITORS_FAILED:
            return f"the crawl did not finish ({reason}), so what is published stays as it was. Run it again."
        return "monitors failed, so what is published stays as it was. See the log above."

    def _stat(self, key: str) -> Any:
        return self.crawler.stats.get_value(key, 0)
