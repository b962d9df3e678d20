"""How many requests may be under way at once, those aside that only wait for a stalling server."""

from __future__ import annotations

import asyncio


class Gate:
    """A semaphore whose place can be handed back early: a request that merely hangs costs no work."""

    def __init__(self, places: int) -> None:
        self._places = asyncio.Semaphore(places)

    async def enter(self) -> Ticket:
        """Wait for a place."""
        await self._places.acquire()
        return Ticket(self._places)


class Ticket:
    """One place; giving it back twice is the same as once."""

    __slots__ = ("_places",)

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places: asyncio.Semaphore | None = places

    def leave(self) -> None:
        """Hand the place to the next."""
        if self._places is not None:
            self._places.release()
            self._places = None
