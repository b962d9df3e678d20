"""One try of a request, as seen from its sockets."""

from __future__ import annotations

import socket
from contextvars import ContextVar


class Attempt:
    """What is known of one try while it runs.

    aiohttp reports a connection that hangs and an answer that never comes alike; the sockets themselves tell them
    apart.
    """

    __slots__ = ("answering", "forbidden", "sockets", "started")

    def __init__(self, started: float) -> None:
        self.started = started
        self.answering = False
        """Whether the head of the answer has come."""
        self.forbidden = ""
        """The address that the guard refused to contact, if any."""
        self.sockets: list[socket.socket] = []

    @property
    def connected(self) -> bool:
        """Whether any of its sockets has reached the other side (TLS may still hang)."""
        return self.answering or any(_is_connected(sock) for sock in self.sockets)


def _is_connected(sock: socket.socket) -> bool:
    try:
        sock.getpeername()
    except OSError:
        return False
    return True


CURRENT: ContextVar[Attempt | None] = ContextVar("current attempt", default=None)
"""The try that the running task belongs to: sockets are made several layers below it."""
