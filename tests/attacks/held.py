"""The spider ``sogs`` that looks what Scrapy holds for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sessioncrawler.spiders.sogs import Sogs


class Held(Sogs):
    """Stat ``held``: bytes of responses in Scrapy's slot when most were there, as answers came and while all waited."""

    async def parse(self, *args: Any, **kwargs: Any) -> Any:
        """Look, then go on."""
        return await self._looking(super().parse, *args, **kwargs)

    async def _pause(self, seconds: float) -> None:
        await self._looking(super()._pause, seconds)

    async def _looking(self, go_on: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any:
        slot = self.crawler.engine.scraper.slot
        self.crawler.stats.max_value("held", slot.active_size)
        return await go_on(*args, **kwargs)
