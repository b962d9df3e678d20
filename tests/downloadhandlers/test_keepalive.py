"""Connections that are kept for the next request."""

from __future__ import annotations

import asyncio
import time

import pytest

from sessioncrawler.model import Outcome
from sessioncrawler.protocol.failures import TryError
from tests.downloadhandlers.loopback import answer_ok, fetch, handler, server

KEPT = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def test_a_kept_connection_that_was_closed_meanwhile_costs_no_delay():
    async def behaviour(connection):
        if connection.number > 1:
            await answer_ok(connection)
            return
        await connection.head()
        await connection.send(KEPT)
        await connection.head()  # the second request; the connection is closed instead of an answer

    async def main():
        async with server(behaviour) as it, handler(PATIENT_RETRY_DELAY=5, PATIENT_RETRY_TIMEOUT=20) as client:
            await fetch(client, it.url())
            began = time.monotonic()
            second = await fetch(client, it.url())
            return second.body, it.connections, time.monotonic() - began

    body, connections, seconds = asyncio.run(main())
    assert (body, connections) == (b"ok", 2)
    assert seconds < 2


def test_a_kept_connection_that_hangs_is_a_stall():
    async def behaviour(connection):
        await connection.head()
        await connection.send(KEPT)
        await connection.head()
        await asyncio.sleep(5)

    async def main():
        async with server(behaviour) as it, handler() as client:
            await fetch(client, it.url())
            with pytest.raises(TryError) as failure:
                await fetch(client, it.url(), max_tries=1)
            return failure.value.outcome

    assert asyncio.run(main()) is Outcome.STALLED
