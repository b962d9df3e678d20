"""How many requests a server has to bear at a time."""

from __future__ import annotations

import asyncio

from tests.downloadhandlers.loopback import OK, fetch, handler, server

PATIENT = {"CONNECT_TIMEOUT": 10, "PATIENT_RETRY_TIMEOUT": 10, "DOWNLOAD_TIMEOUT": 30}
"""Seconds, so that nothing is asked twice on a busy machine."""


async def slow(connection):
    await connection.head()
    await asyncio.sleep(0.02)
    await connection.send(OK)


def test_a_server_has_few_requests_at_a_time():
    async def main():
        async with server(slow) as it, handler(CONCURRENT_REQUESTS_PER_DOMAIN=2, **PATIENT) as client:
            await asyncio.gather(*(fetch(client, it.url(f"/{number}")) for number in range(9)))
            return it.connections, it.most_open

    assert asyncio.run(main()) == (9, 2)


def test_servers_do_not_wait_for_each_other():
    async def main():
        async with server(slow) as it, handler(CONCURRENT_REQUESTS_PER_DOMAIN=1, **PATIENT) as client:
            slots = [f"server {number}" for number in range(6)]
            await asyncio.gather(*(fetch(client, it.url(), download_slot=slot) for slot in slots))
            return it.most_open

    assert asyncio.run(main()) == 6


def test_who_waits_for_a_turn_can_be_cancelled():
    async def main():
        async with server(slow) as it, handler(CONCURRENT_REQUESTS_PER_DOMAIN=1, **PATIENT) as client:
            first, second, third = (asyncio.ensure_future(fetch(client, it.url())) for _ in range(3))
            await asyncio.sleep(0)
            second.cancel()
            await asyncio.wait([first, second, third])
            return first.result().body, second.cancelled(), third.result().body

    assert asyncio.run(main()) == (b"ok", True, b"ok")
