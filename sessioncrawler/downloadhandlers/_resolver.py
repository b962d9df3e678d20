"""Names to addresses, off the event loop's own threads: dead names block for seconds each."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

from aiohttp.abc import AbstractResolver, ResolveResult

THREADS = 32
_UNRESOLVABLE = (".invalid", ".onion", ".loki")
"""Never asked of DNS: RFC 6761 (invalid), RFC 7686 (onion) and Lokinet's names."""


class ThreadResolver(AbstractResolver):
    """``getaddrinfo`` in a pool of threads of its own, each name bounded by ``timeout`` seconds."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="resolver")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Addresses of ``host`` in the order of the system; OSError where there is none."""
        if host.rstrip(".").lower().endswith(_UNRESOLVABLE):
            raise OSError(f"{host} is a name that no DNS server knows")
        lookup = asyncio.get_running_loop().run_in_executor(self._pool, _look_up, host, port, family)
        try:
            answers = await asyncio.wait_for(lookup, self._timeout)
        except TimeoutError as error:
            raise OSError(f"no answer about {host} within {self._timeout:g} seconds") from error
        except UnicodeError as error:
            raise OSError(f"{host} is no host name") from error
        return [
            ResolveResult(
                hostname=host,
                host=str(sockaddr[0]),
                port=port,
                family=found,
                proto=proto,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for found, _, proto, _, sockaddr in answers
        ]

    async def close(self) -> None:
        """Forget lookups that still hang."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int, family: socket.AddressFamily) -> list[tuple[int, int, int, str, tuple[str, int]]]:
    return socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)  # type: ignore[return-value]  # typeshed also lists AF_PACKET's forms
