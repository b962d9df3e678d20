"""How many requests are made to one server at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class _Slot:
    places: asyncio.Semaphore
    users: int = 0
    """Who holds a place or waits for one."""


class Turns:
    """Lets ``places`` requests of a download slot through at a time; the others wait in order.

    Scrapy's downloader means to do this. But it counts a request only when its task has begun, so all those that are
    queued before the event loop comes around again pass ``CONCURRENT_REQUESTS_PER_DOMAIN`` together.
    """

    def __init__(self, places: int) -> None:
        self._places = places
        self._slots: dict[str, _Slot] = {}

    @asynccontextmanager
    async def turn(self, slot: str) -> AsyncIterator[None]:
        """Wait for a place in ``slot``, and hold it."""
        here = self._slots.setdefault(slot, _Slot(asyncio.Semaphore(self._places)))
        here.users += 1
        try:
            async with here.places:
                yield
        finally:
            here.users -= 1
            if not here.users:
                del self._slots[slot]
