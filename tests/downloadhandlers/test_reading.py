"""Answers that cost more than they are worth: in crumbs, too slowly, many large ones, errors of any size."""

from __future__ import annotations

import asyncio
import socket
import time

import pytest
from scrapy.http import Request

from sessioncrawler.downloadhandlers import _reading
from sessioncrawler.model import Outcome
from tests.downloadhandlers.asking import HEAD, failing, fetching, speaking
from tests.downloadhandlers.loopback import answer_ok, fetch, handler, server

CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def endless(first: bytes, again: bytes):
    """A server that sends ``again`` without end, each time in a packet of its own."""

    async def speak(connection):
        connection.writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await connection.head()
        await connection.send(first)
        while True:
            await connection.send(again)
            await asyncio.sleep(0)

    return speak


PATIENT = {"PATIENT_RETRY_TIMEOUT": 5, "CONNECT_TIMEOUT": 5, "DOWNLOAD_TIMEOUT": 20, "DOWNLOAD_MAXSIZE": 5_000_000}


@pytest.mark.parametrize(
    ("first", "again", "detail"),
    [
        (CHUNKED, b"1\r\nx\r\n" * 100, "in crumbs: more than 1,000 pieces"),
        (CHUNKED, b"1;extension=of-a-chunk\r\nx\r\n" * 100, "in crumbs: more than 1,000 pieces"),
        (HEAD + b"Content-Length: 1000000\r\n\r\n", b"x", "in crumbs: more than 1,000 pieces"),
        (HEAD + b"X: ", b"x", "the head of its answer in crumbs"),
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 10, "nothing but preliminary answers"),
    ],
)
def test_answers_in_crumbs_end_the_first_try_for_good(first, again, detail):
    began = time.process_time()
    error, it = failing(endless(first, again), **PATIENT, ANSWER_PIECES=1_000)
    assert (error.outcome, it.connections) == (Outcome.STALLED, 1)
    assert detail in error.detail
    assert time.process_time() - began < 2  # the server's share included


def test_pieces_count_for_all_answers_of_a_server_and_for_nobody_else():
    body = b"1\r\nx\r\n" * 80 + b"0\r\n\r\n"

    async def main():
        async with server(speaking(CHUNKED + body)) as it, handler(ANSWER_PIECES=100) as client:
            one, *again = [
                await asyncio.gather(fetch(client, it.url(), download_slot=slot), return_exceptions=True)
                for slot in ("a", "a", "b")
            ]
            return one, *again

    [first], [second], [other] = asyncio.run(main())
    assert first.body == other.body == b"x" * 80
    assert second.outcome is Outcome.STALLED


def test_a_try_that_is_no_use_is_not_made_again_after_one_that_stalled():
    async def speak(connection):
        await connection.head()
        if connection.number == 1:
            await asyncio.sleep(1)
        await connection.send(HEAD + b"Content-Length: 1000000\r\n\r\n")

    error, it = failing(speak)
    assert (error.outcome, it.connections) == (Outcome.TOO_LARGE, 2)


def test_an_answer_that_is_too_slow_is_given_up(monkeypatch):
    monkeypatch.setattr(_reading, "RATE_AFTER", 0.2)

    async def drip(connection):
        await connection.head()
        await connection.send(HEAD + b"Content-Length: 100000\r\n\r\n")
        while True:
            await connection.send(b"x" * 10)
            await asyncio.sleep(0.05)

    began = time.monotonic()
    error, it = failing(drip, **PATIENT)
    assert (error.outcome, it.connections) == (Outcome.STALLED, 1)
    assert "more slowly than 1000 bytes a second" in error.detail
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("length", [b"", b"Content-Length: 50000\r\n"])
def test_a_long_error_is_an_error_without_a_body(length):
    head = b"HTTP/1.1 503 Busy\r\nRetry-After: 119\r\nContent-Encoding: gzip\r\n" + length + b"\r\n"
    response, _ = fetching(speaking(head + b"x" * 50_000))
    assert (response.status, response.body) == (503, b"")
    assert response.headers["Retry-After"] == b"119"
    assert "Content-Encoding" not in response.headers


def test_a_short_error_is_read():
    response, _ = fetching(speaking(b"HTTP/1.1 404 No\r\nContent-Length: 5\r\n\r\nthere"))
    assert (response.status, response.body) == (404, b"there")


def test_an_answer_apart_is_no_part_of_what_scrapy_holds():
    async def main():
        packed = speaking(HEAD + b"Content-Encoding: br\r\nContent-Length: 4\r\n\r\nbody")
        async with server(packed) as it, handler() as client:
            request = Request(it.url(), meta={"apart": True})
            return await client.download_request(request), request.meta["whole"]

    held, whole = asyncio.run(main())
    assert (held.status, held.body, whole.body) == (200, b"", b"body")
    assert "Content-Encoding" not in held.headers
    assert whole.headers["Content-Encoding"] == b"br"


def test_large_answers_take_turns_and_small_ones_do_not_wait(monkeypatch):
    """Two may be read at a time; others wait without any clock, and small ones pass."""
    monkeypatch.setattr(_reading, "SMALL", 10_000)
    reading = most = 0

    async def large(connection):
        nonlocal reading, most
        await connection.head()
        await connection.send(HEAD + b"Content-Length: 1000000\r\n\r\n" + b"x" * 20_000)
        for _ in range(4):
            await asyncio.sleep(0.1)
            reading += 1
            await connection.send(b"x" * 245_000)
            most = max(most, reading)
            reading -= 1

    async def main():
        times = {"PATIENT_RETRY_TIMEOUT": 3, "CONNECT_TIMEOUT": 3, "DOWNLOAD_TIMEOUT": 1.2}
        sizes = {"DOWNLOAD_MAXSIZE": 2_000_000, "ANSWERS_MEMORY": 4_000_000}
        async with server(large) as big, server(answer_ok) as small, handler(**times, **sizes) as client:
            waiting = [asyncio.create_task(fetch(client, big.url(), download_slot=str(n))) for n in range(8)]
            await asyncio.sleep(0.3)
            began = time.monotonic()
            await fetch(client, small.url())
            swift = time.monotonic() - began
            return swift, [len((await one).body) for one in waiting], big.connections

    swift, sizes, connections = asyncio.run(main())
    assert sizes == [1_000_000] * 8
    assert connections == 8
    assert swift < 0.5
