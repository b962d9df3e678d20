"""Waiting for servers that connect but do not answer, with tries that overlap."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sessioncrawler.downloadhandlers._attempt import Attempt
from sessioncrawler.model import Outcome
from sessioncrawler.protocol.failures import TryError

T = TypeVar("T")
OVERLAP = 4
"""Connections at a time to a server that stalls."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait; seconds but for ``times``, the number of tries."""

    times: int
    timeout: float
    """For the head of the answer, from the beginning of a try."""
    delay: float
    """After a try that broke off, before the next."""
    connect_timeout: float
    answer_timeout: float
    """For the whole answer, from the beginning of the try that brings it."""
    budget: float
    """For all tries together."""

    @property
    def pace(self) -> float:
        """Seconds between the beginnings of overlapping tries, so that ``OVERLAP`` of them hang at a time."""
        return self.timeout / OVERLAP


class Patiently(Generic[T]):
    """Runs ``open_try`` until one try brings the content; :class:`TryError` where none does.

    A second try begins only where the first is known to be connected and hangs; ``stalls`` is called once then.
    A failure without a connection is final, unless an earlier try had one.
    """

    def __init__(
        self,
        open_try: Callable[[Attempt], Coroutine[Any, Any, T]],
        patience: Patience,
        stalls: Callable[[], None] = lambda: None,
    ) -> None:
        self._open_try = open_try
        self._patience = patience
        self._stalls = stalls
        self._loop = asyncio.get_running_loop()
        self._running: dict[asyncio.Task[T], Attempt] = {}
        self._began = self._loop.time()
        self._next_try = self._began
        self._connected = False
        self._error: TryError | None = None
        self._stopped = asyncio.Event()
        self.tries = 0

    async def run(self) -> T:
        """The content of the first try that brings any."""
        try:
            while True:
                self._begin()
                if not self._running and not self._may_try():
                    raise self._failure()
                for task in await self._wait():
                    if self._take(task):
                        return task.result()
                self._expire()
        finally:
            for task in self._running:
                _abandon(task)

    def stop(self) -> None:
        """Give up: :meth:`run` raises ABANDONED."""
        self._stopped.set()
        for task in self._running:
            task.cancel()

    def _may_try(self) -> bool:
        return (
            not self._stopped.is_set()
            and self.tries < self._patience.times
            and self._loop.time() - self._began < self._patience.budget
        )

    def _begin(self) -> None:
        now = self._loop.time()
        if now < self._next_try or len(self._running) >= OVERLAP or not self._may_try():
            return
        if self._running:
            self._connected = self._connected or any(attempt.connected for attempt in self._running.values())
            if not self._connected or any(attempt.answering for attempt in self._running.values()):
                self._next_try = now + self._patience.pace
                return
        if self.tries == 1:
            self._stalls()
        attempt = Attempt(now)
        self._running[self._loop.create_task(self._open_try(attempt))] = attempt
        self.tries += 1
        # The first try gets twice the time before a second begins: a slow server need not stall.
        self._next_try = now + self._patience.pace * (2 if self.tries == 1 else 1)

    async def _wait(self) -> set[asyncio.Task[T]]:
        now = self._loop.time()
        moments = [self._deadline(attempt) for attempt in self._running.values()]
        if len(self._running) < OVERLAP and self._may_try():
            moments.append(self._next_try)
        pause = max(0.0, min(moments, default=now) - now)
        if not self._running:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), pause)
            return set()
        done, _ = await asyncio.wait(self._running, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
        return done

    def _deadline(self, attempt: Attempt) -> float:
        if attempt.answering:
            return attempt.started + self._patience.answer_timeout
        connected_in_time = self._loop.time() >= attempt.started + self._patience.connect_timeout and attempt.connected
        return attempt.started + (self._patience.timeout if connected_in_time else self._patience.connect_timeout)

    def _take(self, task: asyncio.Task[T]) -> bool:
        """Whether a try that ended brought the content; raises where its failure is final."""
        attempt = self._running.pop(task)
        if task.cancelled():  # by stop
            return False
        error = task.exception()
        if error is None:
            return True
        if not isinstance(error, TryError):
            raise error
        self._connected = self._connected or error.again
        self._fail(error)
        # A server may close a connection that was kept, at any time; that says nothing about it (RFC 9112, 9.3.1).
        now = self._loop.time()
        self._next_try = now if attempt.reused else max(self._next_try, now + self._patience.delay)
        return False

    def _expire(self) -> None:
        now = self._loop.time()
        for task, attempt in list(self._running.items()):
            if task.done() or now < self._deadline(attempt):
                continue
            del self._running[task]
            _abandon(task)
            if attempt.answering:
                self._fail(TryError(Outcome.STALLED, "sends its answer too slowly"), final=True)
            elif attempt.connected:
                self._connected = True
                self._fail(TryError(Outcome.STALLED, "connects, but does not answer", again=True))
            else:
                self._fail(TryError(Outcome.CONNECT_TIMEOUT, "does not answer when connecting"))

    def _fail(self, error: TryError, *, final: bool = False) -> None:
        if self._error is None or error.again:
            self._error = error
        if final or not (error.again or self._connected):
            error.tries = self.tries
            raise error

    def _failure(self) -> TryError:
        error = self._error or TryError(Outcome.STALLED, "was given no time")
        if self._stopped.is_set():
            error = TryError(Outcome.ABANDONED, "was not waited for, since the crawl was stopped")
        error.tries = self.tries
        return error


def _abandon(task: asyncio.Task[Any]) -> None:
    """Cancel ``task``; asyncio would warn of an exception that nobody retrieves."""
    task.cancel()
    task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
