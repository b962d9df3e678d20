"""POST requests: what they carry, and that they are as patient as any other."""

from __future__ import annotations

import asyncio

from scrapy.http import Request

from tests.downloadhandlers.loopback import OK, handler, server

BODY = bytes(range(256))
KEPT = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def post(url: str) -> Request:
    return Request(url, method="POST", body=BODY, headers={"Content-Type": "application/octet-stream"})


def posting(behaviour, times: int = 1):
    async def main():
        async with server(behaviour) as it, handler() as client:
            requests = [post(it.url("/oxen/v4/lsrpc")) for _ in range(times)]
            return [(await client.download_request(one), one.meta["tries"]) for one in requests], it

    return asyncio.run(main())


async def read(connection) -> bytes:
    head = await connection.head()
    assert await connection.reader.readexactly(len(BODY)) == BODY
    return head


def test_a_post_carries_its_body_and_its_type():
    heads = []

    async def behaviour(connection):
        heads.append(await read(connection))
        await connection.send(OK)

    [(response, tries)], _ = posting(behaviour)
    assert (response.body, tries) == (b"ok", 1)
    lines = heads[0].decode().split("\r\n")
    assert lines[0] == "POST /oxen/v4/lsrpc HTTP/1.1"
    assert lines.count("Content-Type: application/octet-stream") == 1
    assert "Content-Length: 256" in lines


def test_a_post_that_breaks_off_is_made_again():
    async def behaviour(connection):
        await read(connection)
        if connection.number > 2:
            await connection.send(OK)

    [(response, tries)], _ = posting(behaviour)
    assert (response.body, tries) == (b"ok", 3)


def test_a_post_on_a_kept_connection_that_was_closed_is_made_again():
    async def behaviour(connection):
        await read(connection)
        await connection.send(KEPT)

    answers, it = posting(behaviour, 2)
    assert [response.body for response, _ in answers] == [b"ok", b"ok"]
    assert it.connections == 2
