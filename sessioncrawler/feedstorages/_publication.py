"""The feeds of one crawl go to their places together, once all of them are ready.

A disk that is full halfway, or a bucket that answers no more, must not leave a page beside data that does not belong
to it. So publishing has two steps: every feed is prepared, and only where all of that went well, everything is put in
its place, the front page last, and what is no longer published is removed at the very end.
"""

from __future__ import annotations

import asyncio
import logging
from abc import abstractmethod
from collections.abc import Callable
from tempfile import TemporaryFile
from typing import IO, Any, ClassVar, Protocol
from weakref import WeakKeyDictionary

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.extensions.feedexport import BlockingFeedStorage
from scrapy.utils.asyncio import run_in_thread

from sessioncrawler.feedstorages._guard import HeldBack

logger = logging.getLogger(__name__)

FRONT_PAGE = "index.html"
AT_ONCE = 2
"""Feeds that are prepared at the same time: each holds a file or two in memory."""


def rank_of(place: str) -> tuple[bool, int]:
    """Pages come after all else, that of the deepest folder first, so that none shows what is not there yet."""
    return place.rpartition("/")[2] == FRONT_PAGE, -place.count("/")


class Feed(Protocol):
    """One feed on its way. Its methods run in threads, one after the other, and raise ``NotPublished`` or anything."""

    rank: tuple[bool, int]
    """Feeds of a low rank are put in their places before those of a high one (:func:`rank_of`)."""

    def prepare(self) -> None:
        """Do all that may fail and that no reader notices."""
        ...

    def put(self) -> None:
        """Let readers have it."""
        ...

    def tidy(self) -> None:
        """Remove what is no longer published."""
        ...

    def close(self) -> None:
        """Let go of everything; what was prepared and not put leaves no trace."""
        ...

    @staticmethod
    def flush() -> None:
        """Make what was done outlive a power cut; called once for all feeds of a class."""
        ...


class _Batch:
    """Feeds that are published together."""

    def __init__(self) -> None:
        self.feeds: list[Feed] = []
        self.busy = 0
        self.ended = asyncio.Event()
        self.failures: dict[int, Exception] = {}

    def prepare(self, feed: Feed) -> None:
        """Prepare one feed, unless another has failed: then it would be for nothing."""
        if not self.failures:
            self._attempt(feed, feed.prepare)

    def complete(self) -> None:
        """Put everything in its place, if all of it is ready."""
        self._flush()
        for feed in sorted(self.feeds, key=lambda feed: feed.rank):
            self._step(feed, feed.put)
        self._flush()
        for feed in self.feeds:
            self._step(feed, feed.tidy)
        for feed in self.feeds:
            self._attempt(feed, feed.close)

    def verdict(self, feed: Feed) -> None:
        """Raise where ``feed`` failed, or was held back by the failure of another."""
        if id(feed) in self.failures:
            raise self.failures[id(feed)]
        if self.failures:
            raise HeldBack("another file of the site could not be stored")

    def _step(self, feed: Feed, action: Callable[[], None]) -> None:
        if not self.failures:
            self._attempt(feed, action)

    def _attempt(self, feed: Feed, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as error:
            logger.debug("A feed could not be stored:", exc_info=error)
            self.failures.setdefault(id(feed), error)

    def _flush(self) -> None:
        if not self.failures:
            for flush in {type(feed).flush for feed in self.feeds}:
                flush()


def publish_alone(feed: Feed) -> None:
    """Publish a feed that belongs to no site; raises what keeps it from its place."""
    batch = _Batch()
    batch.feeds.append(feed)
    batch.prepare(feed)
    batch.complete()
    batch.verdict(feed)


class Publication:
    """Gathers the feeds of a crawl. Scrapy closes all of them in one go, so the first to be ready is not alone."""

    _publications: ClassVar[WeakKeyDictionary[Crawler, Publication]] = WeakKeyDictionary()

    def __init__(self) -> None:
        self._batch: _Batch | None = None
        self._turns = asyncio.Semaphore(AT_ONCE)

    @classmethod
    def of(cls, crawler: Crawler) -> Publication:
        """The one publication of ``crawler``."""
        return cls._publications.setdefault(crawler, cls())

    async def publish(self, feed: Feed) -> None:
        """Return when ``feed`` is in its place together with all others; raise where it is not."""
        batch = self._batch = self._batch or _Batch()
        batch.feeds.append(feed)
        batch.busy += 1
        async with self._turns:
            await run_in_thread(batch.prepare, feed)
        batch.busy -= 1
        if not batch.busy:
            self._batch = None
            await run_in_thread(batch.complete)
            batch.ended.set()
        await batch.ended.wait()
        batch.verdict(feed)


class Together(BlockingFeedStorage):
    """Base of the storages behind the guard: publishes feeds of the site together, and others each for itself."""

    crawler: Crawler
    _options: dict[str, Any]

    def open(self, spider: Spider) -> IO[bytes]:
        """Open a temporary file in ``FEED_TEMPDIR`` that has no name, so that a crawl that is killed leaves none."""
        return TemporaryFile(prefix="feed-", dir=spider.crawler.settings["FEED_TEMPDIR"] or None)

    async def publish(self, file: IO[bytes]) -> None:
        """Store ``file``, an archive where the feed's option ``unpack`` says so."""
        feed = self.feed(file, tree=bool(self._options.get("unpack")))
        if self._options.get("site"):
            await Publication.of(self.crawler).publish(feed)
        else:
            await run_in_thread(publish_alone, feed)

    @abstractmethod
    def feed(self, file: IO[bytes], *, tree: bool) -> Feed:
        """The feed that brings ``file``, or the files of an archive, to this storage."""
