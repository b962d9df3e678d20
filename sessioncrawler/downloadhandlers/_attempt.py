"""One try of a request, as seen from its sockets."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import aiohttp

from sessioncrawler.protocol.visit import Visit


class Attempt:
    """What is known of one try while it runs.

    aiohttp reports a connection that hangs and an answer that never comes alike; the sockets themselves tell them
    apart.
    """

    __slots__ = (
        *(
            "_clock",
            "_waited",
            "_waits_since",
            "alone",
            "answering",
            "crowded",
            "forbidden",
            "has_turn",
            "later",
            "netloc",
        ),
        *("newcomer", "patient", "reused", "sockets", "started", "time", "waits"),
    )

    def __init__(
        self,
        clock: Callable[[], float],
        visit: Visit | None = None,
        *,
        patient: bool = False,
        alone: bool = True,
    ) -> None:
        self._clock = clock
        self.netloc = visit.netloc if visit else ""
        self.newcomer = visit is not None and visit.newcomer
        self.started = clock()
        self.time = 0.0
        """Seconds that it has for the head of the answer."""
        self.patient = patient
        """Whether it belongs to a request that is waited for."""
        self.alone = alone
        """Whether no other try of the request is under way."""
        self.waits = False
        """Whether it waits until its socket would not be one too many."""
        self.crowded = ""
        """Where too many newcomers are, if that is why it was refused a socket."""
        self.later = False
        """Whether it was refused a socket that would have been one too many."""
        self.answering = False
        """Whether the head of the answer has come."""
        self.forbidden = ""
        """The address that the guard refused to contact, if any."""
        self.reused = False
        """Whether it travels on a connection that was kept from an earlier request."""
        self.sockets: list[socket.socket] = []
        self.has_turn = False
        """Whether it is its turn to read a large answer."""
        self._waited = 0.0
        self._waits_since: float | None = None

    @property
    def waited(self) -> float:
        """Seconds for which it waited for us, which is not the server's fault."""
        now = asyncio.get_running_loop().time()
        return self._waited + (0.0 if self._waits_since is None else now - self._waits_since)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Note that it waits for us while the context lasts."""
        self._waits_since = asyncio.get_running_loop().time()
        try:
            yield
        finally:
            self._waited, self._waits_since = self.waited, None

    def begin_anew(self) -> None:
        """Note that it no longer waits, and begins only now."""
        self.started, self.waits = self._clock(), False

    @property
    def connected(self) -> bool:
        """Whether any of its sockets has reached the other side (TLS may still hang)."""
        return self.answering or self.reused or any(_is_connected(sock) for sock in self.sockets)


def _is_connected(sock: socket.socket) -> bool:
    try:
        sock.getpeername()
    except OSError:
        return False
    return True


CURRENT: ContextVar[Attempt | None] = ContextVar("current attempt", default=None)
"""The try that the running task belongs to: sockets are made several layers below it."""


def tracing() -> aiohttp.TraceConfig:
    """What tells the current attempt that its connection is a kept one."""
    trace = aiohttp.TraceConfig()
    trace.on_connection_reuseconn.append(_note_reuse)
    return trace


async def _note_reuse(*_: object) -> None:
    attempt = CURRENT.get()
    if attempt is not None:
        attempt.reused = True
