"""How long a request is waited for, and how its tries follow each other."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sessioncrawler.protocol.asking import HASTY_TRIES

OVERLAP = 4
"""Connections at a time to a server that stalls."""
LOOK = 0.1
"""Seconds between two looks at how late this process is."""
LATE = 0.05
"""Seconds of which it counts: every clock of a machine that does other work is some milliseconds late."""
QUICK = 1 / 3
"""The share of ``timeout`` after which a try begins beside the first one, and that the second try has for itself."""
GROWN = 12
"""Tries after which each has all of ``timeout``.

A connection that bad routing swallows is known as such sooner than one of a slow server: so the first try has all its
time, those beside it have little, and the more of them hang, the more a slow answer is what is waited for.
"""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait; seconds but for ``times``, the number of tries."""

    times: int
    """Of this request."""
    together: int
    """Tries of requests by both schemes, until one of them is answered."""
    timeout: float
    """For the head of the answer, from the beginning of a try."""
    pause: float
    """After a try that broke off, before the next; then twice as long each time."""
    most_pause: float
    connect_timeout: float
    answer_timeout: float
    """For the whole answer, from the beginning of the try that brings it."""

    @property
    def look(self) -> float:
        """Seconds after which a first try is looked at: a slow server need not stall."""
        return self.timeout * QUICK

    def time_of(self, number: int, quick: float | None = None) -> float:
        """Seconds that the try of that number, counted from 1, has for the head of the answer.

        The first has all of them, but of a server that is known to answer some tries only, and those in ``quick``.
        """
        if number > 1:
            return self.timeout * min(1.0, max(QUICK, number / GROWN))
        return self.timeout if quick is None else min(self.timeout, max(self.timeout * QUICK, quick * OVERLAP))

    def time_to_connect(self, *, silent: bool) -> float:
        """Seconds until a connection is given up; half of them where the address was ``silent`` in its last crawls."""
        return self.connect_timeout * (0.5 if silent else 1.0)

    def pace(self, number: int) -> float:
        """Seconds between the beginning of the try of that number and the next, so that ``OVERLAP`` hang at a time."""
        return self.time_of(max(2, number)) / OVERLAP

    @property
    def whole(self) -> float:
        """Seconds of pauses after tries that break off: as many as all tries take that hang."""
        return self.times * self.timeout / OVERLAP

    @property
    def least(self) -> int:
        """Tries that a request has, however many those before it took: it asks for something else."""
        return min(self.times, self.together, HASTY_TRIES)


class Lateness:
    """How long this process was too busy to look at what had come: no server is to blame for these seconds."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._next: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Look from now on."""
        if self._next is None:
            self._wait(asyncio.get_running_loop())

    def end(self) -> None:
        """Look no more."""
        if self._next is not None:
            self._next.cancel()

    def _wait(self, loop: asyncio.AbstractEventLoop) -> None:
        self._next = loop.call_later(LOOK, self._look, loop, loop.time() + LOOK)

    def _look(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        late = loop.time() - due
        if late > LATE:
            self.seconds += late
        self._wait(loop)
