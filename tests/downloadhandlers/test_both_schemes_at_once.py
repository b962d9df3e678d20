"""Both schemes of one server in the download handler: tries, connections and the clock are of both together."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from sessioncrawler.model import Outcome
from sessioncrawler.protocol.failures import TryError
from sessioncrawler.protocol.visit import Visit
from tests.downloadhandlers.asking import never
from tests.downloadhandlers.loopback import answer_ok, fetch, handler, server

LONG = {"PATIENT_RETRY_TIMEOUT": 0.4, "CONNECT_TIMEOUT": 0.3, "SERVER_BUDGET": 20}


def visits(budget: float = 20, **more) -> tuple[Visit, Visit]:
    https = Visit("sogs.example", budget, **more)
    return https, https.beside()


async def both(client, it, pair, **meta):
    """What becomes of a request by each of a pair of visits."""
    asked = (fetch(client, it.url(), visit=visit, download_slot=visit.netloc, **meta) for visit in pair)
    return await asyncio.gather(*asked, return_exceptions=True)


def test_tries_and_connections_are_of_both():
    async def main():
        async with server(never) as it, handler(**LONG) as client:
            return await both(client, it, visits()), it

    ended, it = asyncio.run(main())
    assert [end.outcome for end in ended] == [Outcome.STALLED] * 2
    # The tries of the other count from when a request begins: whoever comes second has missed one.
    assert 12 <= it.connections == sum(end.tries for end in ended) <= 13
    assert it.most_open <= 4


async def tries_of(client, it, visit, **meta) -> int:
    """How many tries a request took that failed."""
    with pytest.raises(TryError) as caught:
        await fetch(client, it.url(), visit=visit, download_slot=visit.netloc, **meta)
    return caught.value.tries


MANY = {"PATIENT_RETRY_TIMEOUT": 0.1, "CONNECT_TIMEOUT": 0.08, "SERVER_BUDGET": 20, "PATIENT_RETRY_TIMES": 40}


def test_what_follows_a_request_that_nobody_answered_has_the_tries_that_are_left():
    async def main():
        async with server(never) as it, handler(**MANY) as client:
            https, _ = visits()
            return [await tries_of(client, it, https, max_tries=tries) for tries in (12, 99, 99)]

    # The last one asks for something else, so it has a dozen whatever came before.
    assert asyncio.run(main()) == [12, 28, 12]


def test_after_an_answer_patience_begins_anew():
    async def answer_thirteenth(connection):
        await (answer_ok if connection.number == 13 else never)(connection)

    async def main():
        async with server(answer_thirteenth) as it, handler(**MANY) as client:
            https, http = visits()
            before = await tries_of(client, it, https, max_tries=12)
            await fetch(client, it.url(), visit=http)
            return before, await tries_of(client, it, https)

    assert asyncio.run(main()) == (12, 40)


def test_newcomers_have_the_bounds_of_one_machine_for_both():
    async def main():
        bounds = {"CONNECTIONS_PER_IP": 1, "CONNECTION_RATE": 0}
        async with server(never) as it, handler(**LONG | bounds) as client:
            return await both(client, it, visits(3, newcomer=True)), it

    ended, it = asyncio.run(main())
    assert all(isinstance(end, TryError) for end in ended)
    assert it.most_open == 1


def test_both_share_a_place_for_patience():
    async def main():
        places = {"CONCURRENT_PATIENCE": 1, "PATIENT_RETRY_TIMES": 8}
        async with server(never) as it, handler(**LONG | places) as client:
            pair = visits()
            ended = await both(client, it, pair)
            return ended, pair[0].spent

    ended, spent = asyncio.run(main())
    assert [end.outcome for end in ended] == [Outcome.STALLED] * 2
    assert all(end.tries > 1 for end in ended)
    assert spent > 0.4


def test_the_clock_runs_while_one_of_both_is_asked():
    now = [0.0]
    https, http = visits(timer=lambda: now[0])
    https.start()
    http.start()
    now[0] = 2.0
    https.stop()
    now[0] = 3.0
    assert (https.spent, http.left) == (3.0, 17.0)
    http.stop()
    now[0] = 9.0
    assert https.spent == http.spent == 3.0


def test_who_is_called_off_ends_at_once():
    async def main():
        async with server(never) as it, handler(**LONG | {"PATIENT_RETRY_TIMES": 1_000}) as client:
            https, _ = visits()
            asked = asyncio.create_task(fetch(client, it.url(), visit=https))
            await asyncio.sleep(0.05)
            https.call_off()
            with pytest.raises(TryError) as caught:
                await asked
            with pytest.raises(TryError):
                await fetch(client, it.url(), visit=https)
            return caught.value, it

    error, it = asyncio.run(main())
    assert error.outcome is Outcome.ABANDONED
    assert it.connections <= 1


def test_a_connection_that_is_kept_is_closed_with_its_visit():
    gone = asyncio.Event()

    async def keeping(connection):
        await answer_ok(connection)
        await connection.reader.read()
        gone.set()

    async def main():
        async with server(keeping) as it, handler(**LONG) as client:
            https, _ = visits()
            await fetch(client, it.url(), visit=https)
            https.call_off()
            await asyncio.wait_for(gone.wait(), 2)  # it is kept for 3 seconds otherwise

    asyncio.run(main())


def test_broken_handshakes_end_it_once_http_has_answered():
    async def close(connection):
        await connection.reader.read(1)

    async def main():
        async with server(close) as it, handler(**LONG) as client:
            https, _ = visits()
            https.most_handshakes = 3
            with pytest.raises(TryError) as caught:
                await fetch(client, it.url(scheme="https"), visit=https)
            return caught.value, it, https

    error, it, https = asyncio.run(main())
    assert (error.outcome, it.connections, https.lost) == (Outcome.RESET, 3, True)


def test_no_try_that_hangs_is_waited_for_then():
    numbers = itertools.count()

    async def hang_then_close(connection):
        if next(numbers) == 0:
            await never(connection)
        await connection.reader.read(1)

    async def main():
        async with server(hang_then_close) as it, handler(**LONG | {"PATIENT_RETRY_TIMEOUT": 2}) as client:
            https, _ = visits()
            https.most_handshakes = 1
            with pytest.raises(TryError) as caught:
                await fetch(client, it.url(scheme="https"), visit=https)
            return caught.value, it

    error, it = asyncio.run(main())
    assert (error.outcome, it.connections) == (Outcome.RESET, 2)
