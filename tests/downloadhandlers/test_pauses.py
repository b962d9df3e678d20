"""Pauses between tries that break off: they grow, some of it is chance, and all together they are bounded."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise

import pytest

from sessioncrawler.model import Outcome
from sessioncrawler.protocol.failures import TryError
from sessioncrawler.protocol.visit import Visit
from tests.downloadhandlers.asking import failing, fetching
from tests.downloadhandlers.loopback import OK, fetch, handler, server

PART = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"
LONG = {"RETRY_PAUSE": 0.1, "PATIENT_RETRY_DELAY": 0.4, "PATIENT_RETRY_TIMEOUT": 4, "CONNECT_TIMEOUT": 2}


def breaking_off(times: int, part: bytes = PART):
    """A server that breaks off so many times, then answers; and the moments at which it was asked."""
    moments: list[float] = []

    async def behave(connection):
        await connection.head()
        moments.append(time.monotonic())
        await connection.send(part if len(moments) <= times else OK)

    return behave, moments


@pytest.mark.parametrize("part", [PART, b""], ids=["in mid-answer", "before an answer"])
def test_pauses_grow_up_to_the_longest(part):
    behave, moments = breaking_off(4, part)
    response, _ = fetching(behave, SERVER_BUDGET=30, DOWNLOAD_TIMEOUT=20, **LONG)
    assert response.body == b"ok"
    pauses = [after - before for before, after in pairwise(moments)]
    # A busy machine makes them longer, never shorter.
    assert [pause >= 0.75 * least for pause, least in zip(pauses, (0.1, 0.2, 0.4, 0.4), strict=True)] == [True] * 4
    assert pauses[0] < pauses[3]


def test_pauses_are_not_alike():
    def first() -> float:
        behave, moments = breaking_off(1)
        fetching(behave, SERVER_BUDGET=30, DOWNLOAD_TIMEOUT=20, **LONG | {"RETRY_PAUSE": 0.4})
        return moments[1] - moments[0]

    assert len({round(first(), 3) for _ in range(4)}) > 1


def test_all_pauses_together_are_as_long_as_the_tries_that_hang():
    behave, moments = breaking_off(1_000)
    # 12 tries that hang take 0.6 seconds: pauses of 0.2, 0.4 and 0.4, more or less.
    error, _ = failing(behave, RETRY_PAUSE=0.2, PATIENT_RETRY_DELAY=0.4)
    assert error.outcome is Outcome.RESET
    assert "breaks the connection off" in error.detail
    assert 2 <= len(moments) <= 4


def test_what_follows_a_request_that_was_broken_off_has_the_pauses_that_are_left():
    behave, moments = breaking_off(1_000)
    # 40 tries that hang take 4 seconds; 12 of them, which any request has, 1.2.
    patience = {"RETRY_PAUSE": 0.2, "PATIENT_RETRY_DELAY": 0.2, "PATIENT_RETRY_TIMEOUT": 0.4, "PATIENT_RETRY_TIMES": 40}
    visit, counts = Visit("sogs.example", 30), []

    async def main():
        async with server(behave) as it, handler(SERVER_BUDGET=30, **patience) as client:
            for _ in range(2):
                before = len(moments)
                with pytest.raises(TryError):
                    await fetch(client, it.url(), visit=visit, download_slot=visit.netloc)
                counts.append(len(moments) - before)

    asyncio.run(main())
    first, second = counts
    assert 15 <= first <= 29
    assert 4 <= second <= 10
