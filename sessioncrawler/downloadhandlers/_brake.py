"""Ending what is under way when a crawl is stopped.

Scrapy waits until every request has ended by itself, and sends no signal when it begins to wait. A server that stalls
would keep a stopped crawl running for ``SERVER_BUDGET`` seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sessioncrawler.downloadhandlers._patience import Patiently

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

INTERVAL = 0.2
"""Seconds between two looks at whether the crawl is being stopped."""


class Brake:
    """Makes every request under way give up once the crawl is being stopped, for whatever reason."""

    def __init__(self, crawler: Crawler, hurry: Callable[[], None] = lambda: None) -> None:
        """``hurry`` is called then, too."""
        self._crawler = crawler
        self._hurry = hurry
        self._under_way: set[Patiently[Any]] = set()
        self._watching: asyncio.Task[None] | None = None

    @contextmanager
    def on(self, patiently: Patiently[Any]) -> Iterator[None]:
        """Stop ``patiently`` when the crawl is stopped, and at once where it is being stopped already."""
        if self._watching is None:
            self._watching = asyncio.get_running_loop().create_task(self._watch())
        self._under_way.add(patiently)
        if self._watching.done():
            patiently.stop()
        try:
            yield
        finally:
            self._under_way.discard(patiently)

    def close(self) -> None:
        """Stop looking."""
        if self._watching is not None:
            self._watching.cancel()

    async def _watch(self) -> None:
        while not self._stopping():  # noqa: ASYNC110 - nobody sets an event
            await asyncio.sleep(INTERVAL)
        self._hurry()
        for patiently in tuple(self._under_way):
            patiently.stop()

    def _stopping(self) -> bool:
        # Private, and the only thing that Ctrl-C, CLOSESPIDER_TIMEOUT and MEMUSAGE_LIMIT_MB have in common.
        slot = getattr(getattr(self._crawler, "engine", None), "_slot", None)
        return getattr(slot, "closing", None) is not None
