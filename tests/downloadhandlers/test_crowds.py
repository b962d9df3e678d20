"""How much anybody has to bear from us: newcomers, connections at a time, connections a second."""

from __future__ import annotations

import asyncio
import errno
import socket
import time
from collections import Counter

import pytest

from sessioncrawler.downloadhandlers import _crowds
from sessioncrawler.downloadhandlers._crowds import network_of
from sessioncrawler.model import Outcome
from sessioncrawler.protocol.failures import TryError
from sessioncrawler.protocol.visit import Visit
from tests.downloadhandlers.asking import never
from tests.downloadhandlers.loopback import answer_ok, fetch, handler, server


def asking(behaviour, count: int, *, known: bool = False, hosts=("127.0.0.1",), **settings):
    """How so many servers at one port end, which are several by name only, and the server behind it."""

    async def main():
        async with server(behaviour, host="0.0.0.0") as it, handler(**settings) as client:

            async def one(number: int):
                visit = Visit(f"server {number}", 5, newcomer=not known)
                url = it.url(host=hosts[number % len(hosts)])
                try:
                    await fetch(client, url, download_slot=visit.netloc, visit=visit)
                except TryError as error:
                    return error.outcome, error.detail
                return Outcome.REACHED, ""

            began = time.monotonic()
            ends = await asyncio.gather(*map(one, range(count)))
            return Counter(ends), it, time.monotonic() - began

    return asyncio.run(main())


def test_one_machine_has_few_newcomers():
    ends, it, _ = asking(answer_ok, 20, NEW_PER_IP=8)
    crowded = Outcome.CROWDED, "is one of too many new addresses at 127.0.0.1: 8 are asked a crawl"
    assert ends == {(Outcome.REACHED, ""): 8, crowded: 12}
    assert it.connections == 8


def test_one_network_has_few_newcomers():
    hosts = [f"127.0.0.{number}" for number in range(1, 21)]
    ends, _, _ = asking(answer_ok, 20, hosts=hosts, NEW_PER_NETWORK=8)
    crowded = Outcome.CROWDED, "is one of too many new addresses at 127.0.0.0/24: 8 are asked a crawl"
    assert ends == {(Outcome.REACHED, ""): 8, crowded: 12}


def test_those_who_are_known_are_none_too_many():
    ends, _, seconds = asking(answer_ok, 20, known=True, NEW_PER_IP=8, NEW_PER_NETWORK=8, CONNECTION_RATE=2)
    assert ends == {(Outcome.REACHED, ""): 20}
    assert seconds < 2


def test_a_newcomer_that_is_in_may_ask_on():
    async def main():
        async with server(answer_ok) as it, handler(NEW_PER_IP=1) as client:
            visit = Visit("a", 5, newcomer=True)
            for _ in range(3):
                await fetch(client, it.url(), visit=visit)
            return it.connections

    assert asyncio.run(main()) == 3


@pytest.mark.parametrize("known", [True, False])
def test_one_machine_bears_few_connections_at_a_time(known):
    """Of those who are known only the first question of each goes beyond; patience is bounded for all."""
    ends, it, _ = asking(never, 3, known=known, CONNECTIONS_PER_IP=4, PATIENT_RETRY_TIMES=6)
    assert [outcome for outcome, _ in ends] == [Outcome.STALLED]
    assert it.connections == 18
    assert it.most_open <= (3 + 4 if known else 4)


def test_one_machine_has_few_connections_a_second():
    _, it, seconds = asking(never, 2, CONNECTION_RATE=10, PATIENT_RETRY_TIMES=4)
    assert it.connections == 8
    assert seconds > 0.6


def test_a_lack_of_files_is_not_the_fault_of_a_server(monkeypatch):
    lacking = 3

    class Scarce(_crowds._Counted):
        def __init__(self, *args, **kwargs):
            nonlocal lacking
            lacking -= 1
            if lacking >= 0:
                raise OSError(errno.EMFILE, "Too many open files")
            super().__init__(*args, **kwargs)

    monkeypatch.setattr(_crowds, "_Counted", Scarce)
    ends, it, _ = asking(answer_ok, 1)
    assert (ends, it.connections) == ({(Outcome.REACHED, ""): 1}, 1)


def test_no_more_sockets_than_there_may_be():
    ends, it, _ = asking(never, 12, known=True, MAX_SOCKETS=5, PATIENT_RETRY_TIMES=2)
    assert [outcome for outcome, _ in ends] == [Outcome.STALLED]
    assert it.most_open <= 5


def test_both_schemes_have_one_handler():
    from tests.downloadhandlers.loopback import FakeCrawler, PatientDownloadHandler, Settings

    async def main():
        async with handler() as one:
            settings = Settings({"CONCURRENT_WORK": 1, "CONCURRENT_PATIENCE": 1, "DNS_THREADS": 1})
            return PatientDownloadHandler.from_crawler(one.crawler) is one, PatientDownloadHandler.from_crawler(
                FakeCrawler(settings)
            ) is one

    assert asyncio.run(main()) == (True, False)


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("sogs.example", "sogs.example"),
    ],
)
def test_networks(host, network):
    assert network_of(host) == network


def test_sockets_that_fail_are_counted_as_closed():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"

    async def main():
        async with handler(MAX_SOCKETS=1) as client:
            for _ in range(3):
                with pytest.raises(TryError) as caught:
                    await fetch(client, url)
                assert caught.value.outcome is Outcome.REFUSED
            return client._sockets._live

    assert asyncio.run(main()) == 0
