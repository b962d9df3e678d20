"""Looks names up in threads of its own: each name that does not resolve blocks one for seconds."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

from aiohttp.abc import AbstractResolver, ResolveResult

from sessioncrawler.downloadhandlers._attempt import CURRENT
from sessioncrawler.downloadhandlers._lanes import Lane, Ticket

KEPT = 60.0
"""Seconds for which an answer is given again, a failure too: one server is asked several times in a row."""
_UNRESOLVABLE = (".invalid", ".onion", ".loki")
"""Never asked of DNS: RFC 6761 (invalid), RFC 7686 (onion) and Lokinet's names."""

_Answers = list[tuple[int, int, str]]
"""Family, protocol and IP address of each answer."""


class ThreadResolver(AbstractResolver):
    """``getaddrinfo`` in a pool of threads of its own, each name bounded by ``timeout`` seconds.

    The seconds count from the moment a thread is free, so that many names which do not resolve
    delay the others, but do not make them fail. Newcomers never have all ``threads``, and of those who wait, whose
    domain has the fewest is next: names that are slow wait for each other.
    """

    def __init__(self, timeout: float, threads: int = 64) -> None:
        self._timeout = timeout
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="resolver")
        self._lane = Lane(threads)
        self._running: set[asyncio.Future[_Answers]] = set()
        self._lookups: dict[tuple[str, int], tuple[float, asyncio.Task[_Answers]]] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Addresses of ``host`` in the order of the system; OSError where there is none."""
        numeric = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        attempt = CURRENT.get()
        return [
            ResolveResult(hostname=host, host=address, port=port, family=found, proto=proto, flags=numeric)
            for found, proto, address in await self._found(host, family, newcomer=bool(attempt and attempt.newcomer))
        ]

    async def addresses(self, host: str, *, newcomer: bool) -> tuple[str, ...]:
        """The IP addresses of ``host`` in the order of the system; OSError where there is none."""
        return tuple(address for _, _, address in await self._found(host, socket.AF_UNSPEC, newcomer=newcomer))

    def hurry(self) -> None:
        """Let no name wait for a thread any more: it is as if it did not resolve."""
        self._lane.close()

    async def close(self) -> None:
        """Forget lookups that still hang."""
        for _, lookup in self._lookups.values():
            lookup.cancel()
        for running in self._running:
            running.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _found(self, host: str, family: int, *, newcomer: bool) -> _Answers:
        if host.rstrip(".").lower().endswith(_UNRESOLVABLE):
            raise OSError(f"{host} is a name that no DNS server knows")
        return await asyncio.shield(self._lookup(host, family, newcomer=newcomer))

    def _lookup(self, host: str, family: int, *, newcomer: bool) -> asyncio.Task[_Answers]:
        """The lookup of ``host``, shared by all who ask for it."""
        now = asyncio.get_running_loop().time()
        began, lookup = self._lookups.get((host, family), (now, None))
        if lookup is None or (lookup.done() and now - began > KEPT):
            lookup = asyncio.create_task(self._ask(host, family, newcomer=newcomer))
            lookup.add_done_callback(_look_at)
            self._lookups[host, family] = now, lookup
        return lookup

    async def _ask(self, host: str, family: int, *, newcomer: bool) -> _Answers:
        # Whoever has a domain answers for any number of names in it, as slowly as it likes.
        place = await self._lane.enter(".".join(host.split(".")[-2:]), newcomer=newcomer)
        running = asyncio.get_running_loop().run_in_executor(self._pool, _look_up, host, family)
        self._running.add(running)
        running.add_done_callback(lambda ended: self._leave(ended, place))
        done, _ = await asyncio.wait({running}, timeout=self._timeout)
        if not done:
            raise OSError(f"no answer about {host} within {self._timeout:g} seconds")
        return running.result()

    def _leave(self, running: asyncio.Future[_Answers], place: Ticket) -> None:
        """Free the place of a lookup only now: its thread was busy, whether anybody still waited or not."""
        self._running.discard(running)
        place.leave()
        _look_at(running)


def _look_at(ended: asyncio.Future[_Answers]) -> None:
    """Retrieve an exception: asyncio would warn of it where all who asked were cancelled."""
    if not ended.cancelled():
        ended.exception()


def _look_up(host: str, family: int) -> _Answers:
    try:
        answers = socket.getaddrinfo(host, None, family=family, type=socket.SOCK_STREAM)
    except ValueError as error:  # a name that cannot be encoded, or with a zero byte
        raise OSError(f"{host!r} is no host name") from error
    return [(found, proto, str(sockaddr[0])) for found, _, proto, _, sockaddr in answers]
