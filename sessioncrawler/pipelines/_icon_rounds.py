"""Whose picture is asked for next: servers in turn, so that one that drips loses only its own time."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

from scrapy import Request

from sessioncrawler.editorial.monitors.places import place_of
from sessioncrawler.model import Address, Room, Server

MAX_BYTES = 1_000_000
"""Of a picture that is fetched; Session apps make theirs smaller."""
MAX_TRIES = 2
"""A server that stalls is asked again in the next crawl: an icon is not worth the patience that a poll has."""
MAX_FAILURES = 2
"""After so many pictures that did not come, a server is asked for no more of them in this crawl."""
QUIET = 0.2
"""The share of the last seconds after which nobody waits any more if no picture comes."""
KEPT = 4
"""One of so many places under way is kept for servers that have given good pictures before."""


@dataclass(slots=True, eq=False)
class Asked:
    """A server, and what it is still asked for."""

    server: Server
    rooms: deque[Room]
    """Those whose pictures are wanted and not asked for yet."""
    seconds: float
    """That its pictures may still take."""
    known: bool = False
    """Whether it has given good pictures before."""
    failures: int = MAX_FAILURES
    """Pictures that may still not come."""
    done: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    place: str = field(init=False)

    def __post_init__(self) -> None:
        self.place = _place(self.server.address)

    @property
    def spent(self) -> bool:
        """Whether it is asked for no more."""
        return not self.rooms or self.seconds <= 0 or self.failures <= 0

    @contextmanager
    def clock(self) -> Iterator[None]:
        """Take from ``seconds`` what this takes."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            yield
        finally:
            self.seconds -= loop.time() - began


class Rounds:
    """Asks servers for pictures: one at a time each, ``per_place`` at a time of one place, ``at_once`` of all.

    Places have their turns one after the other, and so have the servers of a place. Those that are known go first, and
    strangers never hold all there is.
    """

    def __init__(self, ask: Callable[[Asked, Room], Awaitable[None]], at_once: int, per_place: int) -> None:
        self._ask = ask
        self._bounds = {True: at_once, False: at_once - at_once // KEPT}
        """How many may be under way before one begins of a server that is known, or of one that is not."""
        self._per_place = per_place
        self._lines: dict[bool, dict[str, deque[Asked]]] = {True: {}, False: {}}
        """Servers that wait, by whether they are known and by place; the place whose turn is next comes first."""
        self._here: Counter[str] = Counter()
        """Pictures under way, by place."""
        self._under_way: set[asyncio.Task[None]] = set()
        self._stopped = False
        self._end: asyncio.TimerHandle | None = None
        self._quiet: float | None = None
        """Seconds without a picture after which it is over, where that counts."""
        self._silence: asyncio.TimerHandle | None = None

    async def ask_all(self, asked: Asked) -> None:
        """Ask a server for its pictures when it is its turn; returns when nothing more will be asked."""
        self._line_up(asked)
        self._begin()
        await asked.done

    def end_in(self, seconds: float) -> None:
        """Stop after so many seconds, unless the end is nearer already."""
        loop = asyncio.get_running_loop()
        when = loop.time() + seconds
        if seconds <= 0:
            self.stop()
        elif self._end is None or when < self._end.when():
            if self._end is not None:
                self._end.cancel()
            self._end = loop.call_at(when, self.stop)

    def hurry(self, seconds: float) -> None:
        """Stop after so many seconds, and after :data:`QUIET` of them in which no picture came."""
        self.end_in(seconds)
        self._quiet = seconds * QUIET
        self._go_on()

    def stop(self) -> None:
        """Ask for nothing more, and wait for nothing that is under way."""
        self._stopped = True
        for task in self._under_way:
            task.cancel()
        for line in self._lines.values():
            for asked in chain.from_iterable(line.values()):
                asked.done.set_result(None)
            line.clear()

    def _go_on(self) -> None:
        """Wait for the next picture from now on."""
        if self._silence is not None:
            self._silence.cancel()
        if self._quiet is not None:
            self._silence = asyncio.get_running_loop().call_later(self._quiet, self.stop)

    def _line_up(self, asked: Asked) -> None:
        """At the end of the servers of its place; a place that has not waited so far comes after all that have."""
        if self._stopped or asked.spent:
            asked.done.set_result(None)
        else:
            self._lines[asked.known].setdefault(asked.place, deque()).append(asked)

    def _begin(self) -> None:
        """Begin what may begin."""
        while (asked := self._next()) is not None:
            self._here[asked.place] += 1
            task = asyncio.get_running_loop().create_task(self._turn(asked))
            self._under_way.add(task)
            task.add_done_callback(partial(self._ended, asked))

    def _next(self) -> Asked | None:
        for known, line in self._lines.items():
            if len(self._under_way) < self._bounds[known]:
                for place in line:
                    if self._here[place] < self._per_place:
                        servers = line.pop(place)
                        asked = servers.popleft()
                        if servers:
                            line[place] = servers
                        return asked
        return None

    async def _turn(self, asked: Asked) -> None:
        room, failures = asked.rooms.popleft(), asked.failures
        try:
            await self._ask(asked, room)
            if asked.failures == failures:
                self._go_on()
        except asyncio.CancelledError:
            asked.rooms.appendleft(room)
            raise

    def _ended(self, asked: Asked, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._here[asked.place] -= 1
        error = None if task.cancelled() else task.exception()
        if error is None:
            self._line_up(asked)
        else:
            asked.done.set_exception(error)
        self._begin()


def picture_request(asked: Asked, room: Room) -> Request:
    """The request for the picture of a room (docs/protocol.md, "Anonymous answers")."""
    return Request(
        f"{asked.server.address.base_url}/room/{room.token}/file/{room.image_id}",
        meta={
            "download_slot": asked.server.address.netloc,
            "download_maxsize": MAX_BYTES,
            "download_timeout": asked.seconds,
            "max_tries": MAX_TRIES,
            "budget": asked.seconds,
            "dont_redirect": True,
        },
    )


def _place(address: Address) -> str:
    """As :func:`place_of` has it; the ports of one host are one place wherever it is."""
    place = place_of(address)
    return address.host if place == address.netloc else place
