"""A crawl that is stopped does not wait for servers that stall."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace

import pytest

from sessioncrawler.model import Outcome
from sessioncrawler.protocol.failures import TryError
from tests.downloadhandlers.loopback import answer_ok, fetch, handler, server


def engine(*, closing: object = None) -> SimpleNamespace:
    """As much of Scrapy's engine as tells that a crawl is being stopped."""
    return SimpleNamespace(_slot=SimpleNamespace(closing=closing))


async def never(connection):
    await connection.head()
    await asyncio.sleep(60)


async def breaks_off(connection):
    await connection.head()


@pytest.mark.parametrize("behaviour", [never, breaks_off])
def test_requests_under_way_give_up(behaviour):
    async def main():
        pauses = {"RETRY_PAUSE": 0.5, "PATIENT_RETRY_DELAY": 0.5}
        patience = {"PATIENT_RETRY_TIMEOUT": 30, "PATIENT_RETRY_TIMES": 100, **pauses}
        async with server(behaviour) as it, handler(**patience) as client:
            client.crawler.engine = engine()
            requests = [asyncio.ensure_future(fetch(client, it.url())) for _ in range(3)]
            await asyncio.sleep(0.1)
            began = time.monotonic()
            client.crawler.engine = engine(closing=True)
            errors = await asyncio.gather(*requests, return_exceptions=True)
            return errors, time.monotonic() - began

    errors, seconds = asyncio.run(main())
    assert [error.outcome for error in errors] == [Outcome.ABANDONED] * 3
    assert str(errors[0]) == "was not waited for, since the crawl was stopped"
    assert seconds < 2


def test_a_request_that_comes_later_is_not_made():
    async def main():
        async with server(answer_ok) as it, handler() as client:
            client.crawler.engine = engine()
            assert (await fetch(client, it.url())).body == b"ok"
            client.crawler.engine = engine(closing=True)
            await asyncio.sleep(0.3)
            with pytest.raises(TryError) as failure:
                await fetch(client, it.url())
            return failure.value.outcome, failure.value.tries, it.connections

    assert asyncio.run(main()) == (Outcome.ABANDONED, 0, 1)
