"""One try of a request, as seen from its sockets."""

from __future__ import annotations

import socket
from contextvars import ContextVar

import aiohttp


class Attempt:
    """What is known of one try while it runs.

    aiohttp reports a connection that hangs and an answer that never comes alike; the sockets themselves tell them
    apart.
    """

    __slots__ = ("answering", "forbidden", "reused", "sockets", "started")

    def __init__(self, started: float) -> None:
        self.started = started
        self.answering = False
        """Whether the head of the answer has come."""
        self.forbidden = ""
        """The address that the guard refused to contact, if any."""
        self.reused = False
        """Whether it travels on a connection that was kept from an earlier request."""
        self.sockets: list[socket.socket] = []

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
