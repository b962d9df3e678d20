"""Looking for cyclic garbage more rarely than Python does by itself (docs/cost.md)."""

from __future__ import annotations

import atexit
import gc
from typing import ClassVar, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

# Nor is it worth looking through all there is when the process ends: its memory goes with it.
atexit.register(gc.freeze)


class RareGarbageCollection:
    """While a crawl runs, garbage is looked for after ``threshold`` new objects (Python's own number is 700).

    Most of what a crawl makes lives until its end, so that looking is in vain, and looking costs a tenth of its CPU
    time. What was there before the crawl, modules above all, is never looked at again. The threshold belongs to the
    process: the last crawl that ends puts it back. NotConfigured where ``GARBAGE_THRESHOLD`` is 0.
    """

    _crawls: ClassVar[int] = 0
    _before: ClassVar[tuple[int, int, int]]

    def __init__(self, threshold: int) -> None:
        self._threshold = threshold

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read ``GARBAGE_THRESHOLD`` and wait for the crawl to begin."""
        threshold = crawler.settings.getint("GARBAGE_THRESHOLD")
        if threshold <= 0:
            raise NotConfigured
        extension = cls(threshold)
        crawler.signals.connect(extension.begin, signal=signals.engine_started)
        crawler.signals.connect(extension.end, signal=signals.engine_stopped)
        return extension

    def begin(self) -> None:
        """Look more rarely from now on."""
        if not RareGarbageCollection._crawls:
            RareGarbageCollection._before = gc.get_threshold()
            gc.freeze()
            gc.set_threshold(self._threshold, *self._before[1:])
        RareGarbageCollection._crawls += 1

    def end(self) -> None:
        """Put the threshold back where no other crawl runs."""
        RareGarbageCollection._crawls -= 1
        if not RareGarbageCollection._crawls:
            gc.set_threshold(*self._before)
            gc.unfreeze()
