"""How long a crawl waits for the last ones: those that stall must not hold up what all others told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from sessioncrawler.protocol.visit import Visit

LOOK = 0.25
"""Seconds between two looks at who is still being asked."""

MOST_TIMES = 3
"""How many times the grace may last where known servers wait for a place, and have not had it on their own clocks."""


class LastGrace:
    """Ends all patience ``seconds`` after every server that is waited for has answered or stalls; 0 stands for never.

    Who is waited for are the ``host[:port]`` of servers that are known. Newcomers are not: any number of them may
    stall, and a crawl goes on without them. Patience ends for who was asked before, so that the state remembers what
    it told, and for newcomers, who are asked again in the next crawl. ``tell`` is called then. An answer that is being
    read may end where it is that of a server that was reached lately; those of others are called off.

    The seconds are for those that are waited for, and for ``newcomers``. Where neither are left there are none:
    whoever was silent in all its last crawls has the time that the others take, and once a day is among these.
    """

    def __init__(
        self,
        seconds: float = 0,
        awaited: Iterable[str] = (),
        tell: Callable[[], object] = lambda: None,
        *,
        newcomers: Iterable[str] = (),
    ) -> None:
        self.over = False
        self._tell = tell
        self._seconds = seconds
        self._awaited: dict[str, Visit | None] = dict.fromkeys(awaited)
        self._newcomers = set(newcomers)
        self._others: set[Visit] = set()
        """Those under way that may be called off."""
        self._watching = asyncio.get_running_loop().create_task(self._watch()) if seconds > 0 else None

    def begins(self, visit: Visit, *, newcomer: bool, remembered: bool) -> None:
        """Note who is asked, and whether patience with it ends; who was silent before is not waited for."""
        visit.together.leaves_last = self._watching is not None and (newcomer or remembered)
        if visit.netloc in self._awaited:
            self._awaited[visit.netloc] = visit
        else:
            self._others.add(visit)
            if not visit.together.silent:
                self._newcomers.add(visit.netloc)  # others may have led to it

    def ended(self, visit: Visit) -> None:
        """Note that all is known of a server."""
        self._awaited.pop(visit.netloc, None)
        self._newcomers.discard(visit.netloc)
        self._others.discard(visit)

    def ends(self, visit: Visit) -> bool:
        """Whether a server is asked nothing more."""
        return self.over and visit.leaves_last and visit.stalls

    def close(self) -> None:
        """Look no more."""
        if self._watching is not None:
            self._watching.cancel()

    async def _watch(self) -> None:
        await _until(lambda: all(visit is not None and visit.stalls for visit in self._awaited.values()))
        now = asyncio.get_running_loop().time
        ends, latest = now() + self._seconds, now() + self._seconds * MOST_TIMES
        await _until(lambda: now() >= ends or not (self._awaited or self._newcomers))
        await _until(lambda: now() >= latest or not self._waits())
        self.over = True
        self._tell()
        for visit in filter(self.ends, tuple(self._others)):
            for one in tuple(visit.together.running):
                one.call_off()

    def _waits(self) -> bool:
        """Whether a known server has not had the grace, since there was no place or connection for it."""
        return any(visit is not None and visit.spent < self._seconds for visit in self._awaited.values())


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - nobody sets an event
        await asyncio.sleep(LOOK)
