"""Asking a loopback server through the download handler, and what becomes of it."""

from __future__ import annotations

import asyncio
import resource
import time

import pytest

from sessioncrawler.protocol.failures import TryError
from tests.downloadhandlers.loopback import Connection, fetch, handler, server

HEAD = b"HTTP/1.1 200 OK\r\n"


async def never(connection: Connection) -> None:
    """A server that answers nothing."""
    await connection.reader.read()


def speaking(*parts: bytes):
    """A server that answers with ``parts`` and then says nothing more."""

    async def speak(connection):
        await connection.head()
        for part in parts:
            await connection.send(part)

    return speak


def failure(url: str, meta=None, **settings) -> TryError:
    async def main() -> TryError:
        async with handler(**settings) as it:
            with pytest.raises(TryError) as caught:
                await fetch(it, url, **(meta or {}))
            return caught.value

    return asyncio.run(main())


def failing(behaviour, meta=None, tls=None, scheme="http", host="127.0.0.1", **settings):
    """The error of a request to a server with ``behaviour``, and the server."""

    async def main():
        async with server(behaviour, tls=tls) as it, handler(**settings) as client:
            with pytest.raises(TryError) as caught:
                await fetch(client, it.url(scheme=scheme, host=host), **(meta or {}))
            return caught.value, it

    return asyncio.run(main())


def fetching(behaviour, **settings):
    async def main():
        async with server(behaviour) as it, handler(**settings) as client:
            return await fetch(client, it.url()), it

    return asyncio.run(main())


def asking(behaviour, times: int = 1, **settings):
    """What becomes of asking ``times`` in a row, bodies and outcomes; the server; seconds and KiB that it took."""

    async def main():
        results = []
        async with server(behaviour) as it, handler(**settings) as client:
            for number in range(times):
                try:
                    response = await fetch(client, it.url(f"/{number}"))
                    results.append((response.status, response.body))
                except TryError as error:
                    results.append(error.outcome)
        return results, it

    began, before = time.monotonic(), _kib()
    results, it = asyncio.run(main())
    return results, it, time.monotonic() - began, _kib() - before


def _kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
