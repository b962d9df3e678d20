"""How many sockets are made: as many as this machine bears, and no more than any other has to bear from us.

Join links are written by strangers. Without bounds, whoever posts a thousand names of one machine has us call on it a
thousand times. The check stands where :mod:`._guard` stands, at the socket: no spelling, name or redirect gets around.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any, Self

from scrapy.settings import BaseSettings

from sessioncrawler.downloadhandlers._attempt import CURRENT, Attempt
from sessioncrawler.downloadhandlers._guard import AddressGuard
from sessioncrawler.downloadhandlers._sockets import most_sockets

OUT_OF_FILES = frozenset({errno.EMFILE, errno.ENFILE})
WANTED_FOR = 0.5
"""Seconds for which a machine is left to a server that waits for its turn there."""


@dataclass(frozen=True, slots=True)
class SocketBounds:
    """How much is too much; 0 stands for no bound."""

    sockets: int = 0
    """In all."""
    per_ip: int = 0
    """Connections at a time to one IP address, of newcomers and of servers that are waited for."""
    rate: float = 0
    """New connections a second to one IP address, of the same."""
    new_per_ip: int = 0
    """Newcomers at one IP address in one crawl."""
    new_per_network: int = 0
    """The same in one network."""

    @classmethod
    def of(cls, settings: BaseSettings) -> Self:
        """The bounds that an operator has set."""
        return cls(
            sockets=most_sockets(settings),
            per_ip=settings.getint("CONNECTIONS_PER_IP"),
            rate=settings.getfloat("CONNECTION_RATE"),
            new_per_ip=settings.getint("NEW_PER_IP"),
            new_per_network=settings.getint("NEW_PER_NETWORK"),
        )


class Sockets:
    """Makes the sockets of a crawl within ``bounds``, for addresses that ``guard`` permits."""

    def __init__(self, guard: AddressGuard, bounds: SocketBounds) -> None:
        self._guard = guard
        self._bounds = bounds
        self._live = 0
        self._at: dict[str, Counter[str]] = defaultdict(Counter)
        """IP address → server → connections that count there."""
        self._free_at: dict[str, float] = {}
        """IP address → when the next connection may be made."""
        self._wanted: dict[str, float] = {}
        """IP address → until when a server waits for it."""
        self._new: dict[str, set[str]] = defaultdict(set)
        """IP address or network → newcomers that were let in there."""

    def admit(self, attempt: Attempt, hosts: Iterable[str]) -> bool:
        """Whether ``attempt`` is no newcomer too many at one of ``hosts``, IP addresses, where it is one then."""
        for host in hosts:
            attempt.crowded = self._crowd(attempt, host)
            if not attempt.crowded:
                break
        return not attempt.crowded

    def have_room(self, attempt: Attempt, hosts: Iterable[str]) -> bool:
        """Whether ``attempt`` may go to one of ``hosts``, IP addresses; of a proxy nothing is known."""
        if 0 < self._bounds.sockets <= self._live:
            return False
        if not _counts(attempt):
            return True
        now = asyncio.get_running_loop().time()
        rooms = [self._has_room(attempt, host, now) for host in hosts]
        return any(rooms) or not rooms

    def make(self, addr_info: tuple[Any, ...]) -> socket.socket:
        """A socket for ``(family, type, proto, canonname, sockaddr)``; OSError where that is refused."""
        family, kind, proto, _, address = addr_info
        host, attempt = str(address[0]), CURRENT.get()
        self._guard.check(host)
        if attempt is None:
            return socket.socket(family, kind, proto)
        if crowd := self._crowd(attempt, host):
            attempt.crowded = crowd
            raise OSError(errno.EACCES, f"too many newcomers at {crowd}")
        counts = _counts(attempt)
        now = asyncio.get_running_loop().time()
        full = 0 < self._bounds.sockets <= self._live
        if full or (counts and (self._busy(host, now) or 0 < self._bounds.per_ip <= self._at[host].total())):
            attempt.later = True
            raise OSError(errno.EMFILE, f"one more connection to {host} would be too many")
        try:
            made = _Counted(family, kind, proto)
        except OSError as error:
            attempt.later = error.errno in OUT_OF_FILES
            raise
        self._live += 1
        if counts:
            self._at[host][attempt.netloc] += 1
            if self._bounds.rate:
                self._free_at[host] = now + 1 / self._bounds.rate
        made.closes = lambda: self._closed(host, attempt.netloc if counts else "")
        attempt.sockets.append(made)
        return made

    def _has_room(self, attempt: Attempt, host: str, now: float) -> bool:
        at = self._at[host] if host in self._at else Counter[str]()
        # A connection of its own may be one that is kept, and can be used again.
        others = at.total() - at[attempt.netloc] if attempt.alone else at.total()
        if self._busy(host, now) or 0 < self._bounds.per_ip <= others:
            if attempt.alone:
                self._wanted[host] = now + WANTED_FOR
            return False
        return attempt.alone or now >= self._wanted.get(host, 0)

    def _busy(self, host: str, now: float) -> bool:
        return now < self._free_at.get(host, 0)

    def _crowd(self, attempt: Attempt, host: str) -> str:
        """Where too many newcomers are for one more; empty where it is in. It is counted at its network, too."""
        if not attempt.newcomer:
            return ""
        bounds = (host, self._bounds.new_per_ip), (network_of(host), self._bounds.new_per_network)
        for place, most in bounds:
            if attempt.netloc not in self._new[place] and 0 < most <= len(self._new[place]):
                return f"{place}: {most}"
        for place, _ in bounds:
            self._new[place].add(attempt.netloc)
        return ""

    def _closed(self, host: str, netloc: str) -> None:
        self._live -= 1
        if netloc:
            at = self._at[host]
            at[netloc] -= 1
            if not at[netloc]:
                del at[netloc]
            if not at:
                del self._at[host]


class _Counted(socket.socket):
    """A socket that says when it is closed."""

    closes: Callable[[], None] | None = None

    def close(self) -> None:
        closes, self.closes = self.closes, None
        if closes is not None:
            closes()
        super().close()


@lru_cache(maxsize=4096)
def network_of(host: str) -> str:
    """The /24, of IPv6 the /48, in which an IP address is: what one customer of a provider has at most."""
    try:
        ip = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    return str(ip_network((ip, 24 if isinstance(ip, IPv4Address) else 48), strict=False))


def _counts(attempt: Attempt) -> bool:
    return attempt.newcomer or attempt.patient
