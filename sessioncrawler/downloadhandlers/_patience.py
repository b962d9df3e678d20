"""Waiting for servers that connect but do not answer, with tries that overlap."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any, Generic, TypeVar

from sessioncrawler.downloadhandlers._attempt import Attempt
from sessioncrawler.downloadhandlers._lanes import Way
from sessioncrawler.downloadhandlers._pace import OVERLAP, Patience
from sessioncrawler.model import Outcome
from sessioncrawler.protocol.asking import grown
from sessioncrawler.protocol.failures import TryError

T = TypeVar("T")
_CHANCE = Random()  # noqa: S311 - so that servers behind one proxy are not asked all at once
LATER = 0.25
"""Seconds after which is looked again whether a connection may be made that would have been one too many."""


class Patiently(Generic[T]):
    """Runs ``open_try`` until one try brings the content; :class:`TryError` where none does.

    A second try begins only where the first is known to be connected and hangs, and only in the lane of patience. A
    failure without a connection is final, unless an earlier try had one.
    """

    def __init__(self, open_try: Callable[[Attempt], Coroutine[Any, Any, T]], patience: Patience, way: Way) -> None:
        self._open_try = open_try
        self._patience = patience
        self._way = way
        self._visit = way.visit
        self._loop = asyncio.get_running_loop()
        self._running: dict[asyncio.Task[T], Attempt] = {}
        self._next_try = self._look_ends = 0.0
        self._connected = False
        self._lost = False
        """Whether a try connected and was not answered."""
        self._error: TryError | None = None
        self._last_try, self._pauses = 0, 0.0
        """Tries of both schemes after which this one makes no more, and seconds that its pauses may take in all."""
        self._over = False
        """Whether the failure is final."""
        self._stopped = asyncio.Event()
        self._broken = 0
        """Tries that broke off."""
        self._paused = 0.0
        """Seconds of all pauses after them."""
        self._goes_on = False
        """Whether the try that ended last says nothing about the server."""
        self._cut = 0
        """Tries that were cut short because there was no place for patience."""
        self.tries = 0

    async def run(self) -> T:
        """The content of the first try that brings any."""
        together, patience = self._visit.together, self._patience
        self._last_try = max(together.tries + patience.least, together.answered_at + patience.together)
        self._pauses = max(patience.least * patience.timeout / OVERLAP, patience.whole - self._visit.paused)
        try:
            with self._visit.asking(self._running):
                if not self._way.enter_now():
                    await self._enter()
                self._look_ends = self._way.now() + patience.look
                return await self._succeed()
        finally:
            for task in self._running:
                _abandon(task)
            self._way.leave()
            self._visit.paused += self._paused
            self._visit.stop()

    async def _succeed(self) -> T:
        while True:
            self._begin()
            if self._over or not (self._running or self._may_try()):
                raise self._failure()
            for task in await self._wait():
                if self._take(task):
                    return task.result()
            self._expire()
            if not (self._over or self._way.patient) and self._hangs():
                await self._change_lanes()

    def stop(self) -> None:
        """Give up: :meth:`run` raises ABANDONED."""
        self._stopped.set()
        for task in self._running:
            task.cancel()

    def _may_try(self) -> bool:
        if self._over or self._visit.lost or self.tries - self._cut >= self._patience.times:
            return False
        return self._has_time() and self._visit.together.tries < self._last_try

    def _count(self, number: int) -> None:
        """Count tries, or count them no more."""
        self.tries += number
        self._visit.together.tries += number

    def _has_room(self) -> bool:
        """Whether a try may begin: both schemes together have no more connections than one alone.

        Each has half of them. All but one has who is alone while the other one pauses, and https in its grace.
        """
        visit, mine = self._visit, len(self._running)
        most = OVERLAP // visit.sides
        if visit.sides > 1 and (visit.hurried or visit.under_way == mine):
            most = OVERLAP - 1
        elif visit.sides > 1 and visit.together.grace:
            most = 1
        return mine < most and visit.under_way < OVERLAP

    @property
    def _pace(self) -> float:
        """Seconds between the beginnings of tries; where there is little time, so many hang sooner, each shorter."""
        return (
            self._patience.pace(2) * 0.5 if self._visit.hurried else self._patience.pace(self.tries) * self._visit.sides
        )

    @property
    def _look(self) -> float:
        """Seconds until a try begins beside the first; sooner where tries are known to get lost."""
        quick = self._way.quick
        return self._patience.look if quick is None else min(self._patience.look, max(self._pace, quick * 2))

    def _has_time(self) -> bool:
        return self._visit.left > 0 and not (self._way.over or self._stopped.is_set())

    def _begin(self) -> None:
        now = self._way.now()
        if now < self._next_try or not self._has_room() or not self._may_try():
            return
        if self._running:
            self._connected = self._connected or any(attempt.connected for attempt in self._running.values())
            if not self._connected or any(attempt.answering or attempt.waits for attempt in self._running.values()):
                self._next_try = now + self._pace
                return
        attempt = Attempt(self._way.now, self._visit, patient=self._way.patient, alone=not self._visit.under_way)
        self._running[self._loop.create_task(self._open_try(attempt))] = attempt
        self._count(1)
        number = min(self.tries, 2) if self._visit.hurried else self.tries
        attempt.time = self._patience.time_of(number, self._way.quick)
        self._next_try = now + (self._look if self.tries == 1 else self._pace)

    def _hangs(self) -> bool:
        """Whether a first question took its time, or failed in a way that only patience helps against."""
        if not self._running:
            return self._may_try() and (not self._goes_on or self._way.now() >= self._look_ends)
        waits = any(attempt.connected or attempt.waits for attempt in self._running.values())
        return waits and self._way.now() >= self._look_ends

    async def _change_lanes(self) -> None:
        """Go on in the lane of patience; where that is full, let go of the server until there is a place."""
        if self._way.change():
            return
        for task, attempt in self._running.items():
            if attempt.waits:
                self._count(-1)
            else:
                self._cut += 1
                self._visit.together.tries -= 1
            if attempt.connected:
                self._connected = True
                self._fail(TryError(Outcome.STALLED, "connects, but does not answer", again=True))
            _abandon(task)
        self._running.clear()
        self._visit.stop()
        await self._enter()
        self._next_try = self._way.now()

    async def _enter(self) -> None:
        """Wait for a place in a lane."""
        waiting = [self._loop.create_task(self._way.enter()), self._loop.create_task(self._stopped.wait())]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            try:
                await waiting[0]
            except TimeoutError:
                raise self._failure() from None

    async def _wait(self) -> set[asyncio.Task[T]]:
        now = self._way.now()
        moments = [self._deadline(attempt) for attempt in self._running.values()]
        # Whether a try is connected is seen only when it is looked at.
        moments += [end for attempt in self._running.values() if (end := attempt.started + attempt.time) > now]
        if not self._way.patient and now < self._look_ends:
            moments.append(self._look_ends)
        if self._may_try() and self._has_room():
            moments.append(self._next_try)
        elif self._may_try() and (self._visit.sides > 1 or not self._running):  # the other scheme may end
            moments.append(max(self._next_try, now) + LATER)
        pause = max(0.0, min(moments, default=now) - now)
        if not self._running:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), pause)
            return set()
        done, _ = await asyncio.wait(self._running, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
        return done

    def _deadline(self, attempt: Attempt) -> float:
        if attempt.waits:
            return self._way.now() + LATER if self._has_time() else attempt.started
        if attempt.answering:
            return attempt.started + attempt.waited + self._patience.answer_timeout
        if attempt.connected:
            return attempt.started + attempt.time
        return attempt.started + self._patience.time_to_connect(silent=self._visit.together.silent)

    def _take(self, task: asyncio.Task[T]) -> bool:
        """Whether a try that ended brought the content; raises where its failure is final."""
        attempt = self._running.pop(task)
        if task.cancelled():  # by stop
            return False
        error = task.exception()
        if error is None:
            self._visit.answered()
            self._paused = 0.0
            self._compare(attempt)
            return True
        if not isinstance(error, TryError):
            raise error
        # A server may close a connection that was kept, at any time; that says nothing about it (RFC 9112, 9.3.1).
        self._goes_on = attempt.reused or error.later
        now = self._way.now()
        if error.later:
            self._count(-1)
            self._next_try = now + LATER
            self._error = self._error or error
            return False
        self._connected = self._connected or error.again
        if error.again:
            self._compare(attempt)
        self._visit.handshakes += error.handshake
        # Handshakes that break off: a try that hangs beside them tells nothing more.
        self._fail(error, final=error.final or self._visit.lost)
        later = now if attempt.reused else now + self._pause()
        self._next_try = max(self._next_try, later) if self._running and not attempt.reused else later
        return False

    def _compare(self, heard: Attempt) -> None:
        """Note where a try was heard, be it broken off, and one before it was not."""
        if self._lost or any(one.started < heard.started for one in self._running.values()):
            self._way.loses_tries(self._way.now() - heard.started - heard.waited)

    def _pause(self) -> float:
        """Seconds before the next try after one that broke off; none follows one pause too many."""
        pause = grown(self._patience.pause, self._broken, _CHANCE, self._patience.most_pause)
        self._broken += 1
        self._paused += pause
        self._over = self._over or (self._paused > self._pauses and not self._running)
        return pause

    def _expire(self) -> None:
        now = self._way.now()
        for task, attempt in list(self._running.items()):
            if task.done() or now < self._deadline(attempt):
                continue
            del self._running[task]
            _abandon(task)
            if attempt.waits:
                self._count(-1)
                continue
            if attempt.answering:
                self._fail(TryError(Outcome.STALLED, "sends its answer too slowly"), final=True)
            elif attempt.connected:
                self._connected = self._lost = True
                self._fail(TryError(Outcome.STALLED, "connects, but does not answer", again=True))
            else:
                self._fail(TryError(Outcome.CONNECT_TIMEOUT, "does not answer when connecting"))

    def _fail(self, error: TryError, *, final: bool = False) -> None:
        heard = error.outcome is not Outcome.STALLED  # that tells more than a try that hangs
        if self._error is None or (error.again and (heard or not self._error.again)):
            self._error = error
        if final or not (error.again or self._connected):
            self._error, self._over = error, True

    def _failure(self) -> TryError:
        """What to raise: made anew, since an exception that is kept where it is raised holds itself for ever."""
        told = self._error or TryError(Outcome.STALLED, "was given no time")
        if self._stopped.is_set() and not (self._visit.over and self._error):  # who was called off, had its time
            told = TryError(Outcome.ABANDONED, "was not waited for, since the crawl was stopped")
        error = TryError(told.outcome, told.detail, again=told.again)
        error.tries = self.tries
        return error


def _abandon(task: asyncio.Task[Any]) -> None:
    """Cancel ``task``; asyncio would warn of an exception that nobody retrieves."""
    task.cancel()
    task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
