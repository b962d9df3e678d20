"""Bodies and heads that are too large, too slow, or lies: each ends in its class, soon, and costs nobody else."""

from __future__ import annotations

import asyncio

import pytest
from scrapy.http import Request

from sessioncrawler.model import Outcome
from sessioncrawler.protocol.failures import TryError
from tests.downloadhandlers.asking import HEAD, asking, speaking
from tests.downloadhandlers.loopback import OK, answer_ok, fetch, handler, server


def test_a_length_that_is_too_short_ends_the_body_there_or_is_no_http():
    [result], it, *_ = asking(speaking(HEAD + b"Content-Length: 2\r\n\r\nokay"))
    assert result in {(200, b"ok"), Outcome.RESET}
    assert it.connections == 1


def test_a_length_that_is_too_long_is_a_connection_that_breaks_off():
    [result], it, *_ = asking(speaking(HEAD + b"Content-Length: 50\r\n\r\nok"), PATIENT_RETRY_TIMES=2)
    assert result is Outcome.RESET
    assert it.connections == 2


@pytest.mark.parametrize(
    "length",
    [
        b"Content-Length: -1",
        b"Content-Length: many",
        b"Content-Length: 0x2",
        b"Content-Length: 2\r\nContent-Length: 3",
        b"Content-Length: 99999999999999999999999",
        b"Content-Length: 2_0",
    ],
)
def test_a_length_that_is_none(length):
    # Time enough on a busy machine: what is waited for would be STALLED.
    patience = {"PATIENT_RETRY_TIMEOUT": 5, "CONNECT_TIMEOUT": 5, "DOWNLOAD_TIMEOUT": 20}
    [result], *_ = asking(speaking(HEAD + length + b"\r\n\r\nok"), PATIENT_RETRY_TIMES=2, **patience)
    assert result in {Outcome.RESET, Outcome.TOO_LARGE}


@pytest.mark.parametrize(
    "body",
    [
        b"nonsense\r\n",
        b"zz\r\nok\r\n0\r\n\r\n",
        b"-1\r\nok\r\n0\r\n\r\n",
        b"2\r\nok and more\r\n0\r\n\r\n",
        b"\r\n\r\n\r\n",
        b"ffffffffffffffffff\r\nok",
        b"2\r\nok\r\n0\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
    ],
)
def test_chunks_that_are_none(body):
    head = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    [result], _, seconds, kib = asking(speaking(head, body), PATIENT_RETRY_TIMES=2)
    assert result in {Outcome.RESET, Outcome.TOO_LARGE}
    assert seconds < 3
    assert kib < 50_000


def test_a_chunk_with_much_to_say_about_itself():
    body = b"2;" + b"x" * 1_000_000 + b"\r\nok\r\n0\r\n\r\n"
    [result], _, seconds, kib = asking(speaking(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + body))
    assert result in {(200, b"ok"), Outcome.RESET}
    assert seconds < 2
    assert kib < 50_000


def test_a_length_beside_chunks_is_an_answer_or_a_refusal():
    head = HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
    [result], *_ = asking(speaking(head + b"2\r\nok\r\n0\r\n\r\n"), PATIENT_RETRY_TIMES=2)
    assert result in {(200, b"ok"), Outcome.RESET}


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 10_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 " + b"OK" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X" * 100_000 + b": a\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: \x00\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 99999 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n: empty\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"\r\n" * 50_000,
    ],
)
def test_heads_that_are_none(head):
    [result], it, seconds, kib = asking(speaking(head), PATIENT_RETRY_TIMES=2)
    assert result is Outcome.RESET
    assert it.connections <= 2
    assert seconds < 2
    assert kib < 50_000


def test_a_head_without_end():
    async def endless(connection):
        await connection.head()
        await connection.send(HEAD)
        while True:
            await connection.send(b"X-Another: header\r\n" * 100)

    [result], it, seconds, kib = asking(endless)
    assert result is Outcome.RESET
    assert it.connections == 1
    assert seconds < 2
    assert kib < 50_000


def test_a_head_that_drips_is_a_stall():
    async def drip(connection):
        await connection.head()
        await connection.send(HEAD)
        while True:
            await connection.send(b"X")
            await asyncio.sleep(0.02)

    [result], it, seconds, _ = asking(drip, PATIENT_RETRY_TIMES=3)
    assert result is Outcome.STALLED
    assert it.connections == 3
    assert seconds < 3


def test_what_follows_an_answer_is_never_the_answer_to_the_next_question():
    evil = HEAD + b"Content-Length: 4\r\n\r\nevil"

    async def speak(connection):
        while True:
            path = (await connection.head()).split(b" ")[1]
            await connection.send(HEAD + b"Content-Length: 2\r\n\r\n" + path + evil)

    results, it, *_ = asking(speak, times=3)
    assert results == [(200, b"/0"), (200, b"/1"), (200, b"/2")]
    assert it.connections == 3


def test_connections_are_used_again_where_a_server_keeps_them():
    async def speak(connection):
        while True:
            path = (await connection.head()).split(b" ")[1]
            await connection.send(HEAD + b"Content-Length: 2\r\n\r\n" + path)

    results, it, *_ = asking(speak, times=3)
    assert [body for _, body in results] == [b"/0", b"/1", b"/2"]
    assert it.connections == 1


def test_a_smaller_limit_of_a_request_counts():
    async def main():
        async with server(speaking(HEAD + b"Content-Length: 20\r\n\r\n" + b"x" * 20)) as it, handler() as client:
            with pytest.raises(TryError) as caught:
                await client.download_request(Request(it.url(), meta={"download_maxsize": 10}))
            return caught.value.outcome

    assert asyncio.run(main()) is Outcome.TOO_LARGE


def test_a_flood_costs_the_neighbour_nothing():
    async def flood(connection):
        await connection.head()
        await connection.send(HEAD + b"\r\n")
        while True:
            await connection.send(b"x" * 100_000)

    async def main():
        async with server(flood) as bad, server(answer_ok) as good, handler(DOWNLOAD_MAXSIZE=5_000_000) as client:
            requests = [fetch(client, bad.url(f"/{n}")) for n in range(5)] + [fetch(client, good.url())] * 1
            return await asyncio.gather(*requests, return_exceptions=True)

    *bad, good = asyncio.run(main())
    assert {error.outcome for error in bad} == {Outcome.TOO_LARGE}
    assert good.body == b"ok"


def test_an_answer_is_kept_whole_up_to_the_last_byte():
    async def main():
        async with (
            server(speaking(HEAD + b"Content-Length: 100000\r\n\r\n" + b"x" * 100_000)) as it,
            handler() as client,
        ):
            return len((await fetch(client, it.url())).body)

    assert asyncio.run(main()) == 100_000
    assert OK.endswith(b"ok")
