"""How many requests are under way at once, and who is next: first questions, and apart from them all patience.

A first question holds its place for a moment: whoever has not answered by then goes on in the lane of patience, as
soon as that has room. So strangers who stall wait for each other, and nobody who answers waits for them.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sessioncrawler.downloadhandlers._pace import OVERLAP, Lateness
from sessioncrawler.protocol.visit import Visit

_NEWCOMERS = 3, 4
"""Of four places newcomers have three at most: whoever is known always finds one."""


class Ticket:
    """One place; giving it back twice is the same as once."""

    __slots__ = ("_leave",)

    def __init__(self, leave: Callable[[], None]) -> None:
        self._leave: Callable[[], None] | None = leave

    def leave(self) -> None:
        """Hand the place to the next."""
        leave, self._leave = self._leave, None
        if leave is not None:
            leave()


class Lane:
    """A semaphore that is fair to networks: of those who wait, whose network holds the fewest places is next.

    Servers that are known go first; newcomers never hold all places.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        some, of = _NEWCOMERS
        self._free_for_newcomers = max(1, places * some // of)
        self._held: Counter[str] = Counter()
        self._waiting: dict[bool, dict[str, deque[asyncio.Future[Ticket]]]] = {False: {}, True: {}}
        self._hurrying: set[asyncio.Future[Ticket]] = set()
        self.closed = False
        self.hurried = False

    def enter_now(self, network: str, *, newcomer: bool) -> Ticket | None:
        """A place, if there is one."""
        if self._free < 1 or (newcomer and self._free_for_newcomers < 1):
            return None
        self._free -= 1
        self._free_for_newcomers -= newcomer
        self._held[network] += 1
        return Ticket(lambda: self._leave(network, newcomer=newcomer))

    async def enter(self, network: str, *, newcomer: bool, hurries: bool = False) -> Ticket:
        """Wait for a place; TimeoutError where the lane is closed before, to those who hurry where it is hurried."""
        if ticket := self.enter_now(network, newcomer=newcomer):
            return ticket
        if self.closed or (hurries and self.hurried):
            raise TimeoutError
        turn: asyncio.Future[Ticket] = asyncio.get_running_loop().create_future()
        self._waiting[newcomer].setdefault(network, deque()).append(turn)
        if hurries:
            self._hurrying.add(turn)
            turn.add_done_callback(self._hurrying.discard)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and not turn.exception():
                turn.result().leave()
            raise

    def close(self) -> None:
        """Let nobody wait any more. Who holds a place keeps it, and a free one may still be taken."""
        self.closed = True
        for group in self._waiting.values():
            for turns in group.values():
                for turn in turns:
                    if not turn.done():
                        turn.set_exception(TimeoutError())
            group.clear()

    def hurry(self) -> None:
        """Let nobody wait any more who hurries. The others find more places."""
        self.hurried = True
        for turn in tuple(self._hurrying):
            if not turn.done():
                turn.set_exception(TimeoutError())

    def _leave(self, network: str, *, newcomer: bool) -> None:
        self._free += 1
        self._free_for_newcomers += newcomer
        self._held[network] -= 1
        if not self._held[network]:
            del self._held[network]
        while self._serve(newcomer=False) or self._serve(newcomer=True):
            pass

    def _serve(self, *, newcomer: bool) -> bool:
        """Give a place to the next of a group; whether there was one for it, and a place."""
        group = self._waiting[newcomer]
        while group:
            network = min(group, key=lambda one: self._held[one])
            turns = group[network]
            while turns and turns[0].done():  # cancelled
                turns.popleft()
            if not turns:
                del group[network]
                continue
            ticket = self.enter_now(network, newcomer=newcomer)
            if ticket is None:
                return False
            # At the end of the line, so that networks which hold as many take turns.
            turn = group.pop(network).popleft()
            if turns:
                group[network] = turns
            turn.set_result(ticket)
            return True
        return False


@dataclass(slots=True)
class _Shared:
    ticket: Ticket
    users: int = 1


class Lanes:
    """Both lanes: ``first`` and ``patience`` are their places, fewer where ``sockets`` are.

    ``budget`` seconds after the first question patience is over (0: never): nobody waits for it any more, and newcomers
    who have it are tried no more. A crawl must not last for ever, however many servers stall.
    """

    def __init__(self, first: int, patience: int, budget: float = 0, *, sockets: int) -> None:
        first = min(first, max(1, sockets // 2))
        self.first = Lane(first)
        self.patience = Lane(min(patience, max(1, (sockets - first) // OVERLAP)))
        self.shared: dict[object, _Shared] = {}
        """What all visits to one server share → their place in the lane of patience."""
        self.quick: dict[str, float] = {}
        """``host[:port]`` of servers that answered one try and not another → the seconds in which they did."""
        self.lateness = Lateness()
        self._budget = budget
        self._end: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Let the time for patience begin, if it has not yet."""
        self.lateness.begin()
        if self._budget and self._end is None:
            self._end = asyncio.get_running_loop().call_later(self._budget, self.patience.close)

    def close(self) -> None:
        """Forget the time."""
        self.lateness.end()
        if self._end is not None:
            self._end.cancel()


class Way:
    """The places of one request: one among the first questions, then one in patience, which both schemes share."""

    def __init__(self, lanes: Lanes, network: str, visit: Visit, *, patient: bool = False) -> None:
        lanes.begin()
        self._lanes = lanes
        self._network, self.visit = network, visit
        self._ticket: Ticket | None = None
        self._lane = lanes.patience if patient or visit.patient else lanes.first

    @property
    def over(self) -> bool:
        """Whether its time is over."""
        late = self.visit.leaves_last and self._lanes.patience.hurried
        return self.patient and (late or (self.visit.newcomer and self._lanes.patience.closed))

    @property
    def patient(self) -> bool:
        """Whether its place is in the lane of patience."""
        return self._lane is self._lanes.patience and self._ticket is not None

    def now(self) -> float:
        """Seconds of a clock that stands while this process is too busy to look: no server is to blame for that."""
        return asyncio.get_running_loop().time() - self._lanes.lateness.seconds

    @property
    def quick(self) -> float | None:
        """Seconds in which the server answered where it let other tries hang; None where it never did that.

        0 where it did so in an earlier crawl, and nobody knows how quickly.
        """
        return self._lanes.quick.get(self.visit.netloc, 0.0 if self.visit.loses else None)

    def loses_tries(self, quick: float) -> None:
        """Note that the server let a try hang and answered another one in ``quick`` seconds."""
        self._lanes.quick[self.visit.netloc] = quick
        self.visit.loses_tries()

    def enter_now(self) -> bool:
        """Take a place in its lane, if there is one."""
        shared = self._lanes.shared.get(self.visit.together) if self._lane is self._lanes.patience else None
        if shared is not None:
            shared.users += 1
            self._ticket = Ticket(lambda: self._leave(shared))
            return True
        self._has(self._lane.enter_now(self._network, newcomer=self.visit.newcomer))
        return self._ticket is not None

    async def enter(self) -> None:
        """Wait for a place in its lane; TimeoutError where there is no time for patience any more."""
        hurries = self.visit.leaves_last and self._lane is self._lanes.patience
        self._has(await self._lane.enter(self._network, newcomer=self.visit.newcomer, hurries=hurries))

    def change(self) -> bool:
        """Leave the first questions for patience; whether there is a place at once."""
        self.leave()
        self.visit.patient = True
        self._lane = self._lanes.patience
        return self.enter_now()

    def leave(self) -> None:
        """Hand the place to the next."""
        if self._ticket is not None:
            self._ticket.leave()
            self._ticket = None

    def _has(self, ticket: Ticket | None) -> None:
        self._ticket = ticket
        if ticket is not None and self._lane is self._lanes.patience:
            shared = self._lanes.shared.setdefault(self.visit.together, _Shared(ticket))
            if shared.ticket is ticket:
                self._ticket = Ticket(lambda: self._leave(shared))

    def _leave(self, shared: _Shared) -> None:
        shared.users -= 1
        if not shared.users:
            del self._lanes.shared[self.visit.together]
            shared.ticket.leave()


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
