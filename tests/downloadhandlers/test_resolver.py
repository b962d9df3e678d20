"""Names are looked up in threads; dead ones bother nobody."""

from __future__ import annotations

import asyncio
import socket
import threading
import time

import pytest

from sessioncrawler.downloadhandlers import _resolver
from sessioncrawler.downloadhandlers._resolver import ThreadResolver
from sessioncrawler.model import Outcome
from sessioncrawler.protocol.failures import TryError
from tests.downloadhandlers.loopback import answer_ok, fetch, handler, server


def resolving(*hosts: str, timeout: float = 1.0):
    """What each host resolves to, one after the other, errors as they are."""

    async def main():
        resolver = ThreadResolver(timeout)
        results = []
        for host in hosts:
            try:
                results.append(await resolver.resolve(host, 80))
            except OSError as error:
                results.append(error)
        await resolver.close()
        return results

    return asyncio.run(main())


@pytest.fixture
def lookups(monkeypatch):
    """The names that were looked up; all lead to 127.0.0.1, but those with "dead" block and then fail."""
    asked: list[str] = []
    real = socket.getaddrinfo
    released = threading.Event()

    def look_up(host, *args, **kwargs):
        asked.append(host)
        if "dead" in host:
            released.wait(5)
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return real("127.0.0.1", *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    yield asked
    released.set()


def test_an_answer_names_address_and_port(lookups):
    [[answer]] = resolving("a.example")
    assert (answer["hostname"], answer["host"], answer["port"]) == ("a.example", "127.0.0.1", 80)
    assert answer["family"] == socket.AF_INET


def test_a_name_is_looked_up_once(lookups):
    results = resolving("a.example", "a.example", "b.example")
    assert lookups == ["a.example", "b.example"]
    assert results[0] == results[1]


def test_a_failure_is_remembered_too(monkeypatch):
    asked = []

    def fail(host, *_, **__):
        asked.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    first, second = resolving("no.example", "no.example")
    assert isinstance(first, OSError)
    assert isinstance(second, OSError)
    assert asked == ["no.example"]


def test_an_answer_is_not_kept_for_ever(lookups, monkeypatch):
    monkeypatch.setattr(_resolver, "KEPT", -1.0)
    resolving("a.example", "a.example")
    assert lookups == ["a.example", "a.example"]


def test_those_who_ask_at_the_same_time_share_a_lookup(lookups):
    async def main():
        resolver = ThreadResolver(1)
        results = await asyncio.gather(*(resolver.resolve("a.example") for _ in range(5)))
        await resolver.close()
        return results

    assert len(asyncio.run(main())) == 5
    assert lookups == ["a.example"]


def test_one_who_goes_away_takes_the_lookup_from_nobody(lookups):
    async def main():
        resolver = ThreadResolver(1)
        one, other = (asyncio.ensure_future(resolver.resolve("a.example")) for _ in range(2))
        await asyncio.sleep(0)
        one.cancel()
        answer = await other
        await resolver.close()
        return answer, one.cancelled()

    answer, cancelled = asyncio.run(main())
    assert answer[0]["host"] == "127.0.0.1"
    assert cancelled


@pytest.mark.parametrize("name", ["a.invalid", "abc.onion", "ABC.ONION.", "abc.loki", "x.y.onion"])
def test_names_that_no_dns_knows_are_never_asked_for(name, lookups):
    [error] = resolving(name)
    assert "no DNS server knows" in str(error)
    assert lookups == []


@pytest.mark.parametrize("name", ["x" * 70 + ".example", "a\0b", "a..b"])
def test_what_is_no_name_is_an_error_of_the_same_kind(name):
    [error] = resolving(name)
    assert isinstance(error, OSError)


def test_a_dead_name_is_given_up(lookups):
    began = time.monotonic()
    [error] = resolving("dead.example", timeout=0.05)
    assert "within 0.05 seconds" in str(error)
    assert time.monotonic() - began < 2


def test_many_dead_names_make_a_live_one_late_not_lost(lookups, monkeypatch):
    times = iter([0.3, 0.3, 0.3, 0.3, 0.3, 0.3])
    real = socket.getaddrinfo

    def slow(host, *args, **kwargs):
        if "slow" in host:
            time.sleep(next(times))
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return real(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", slow)

    async def main():
        resolver = ThreadResolver(0.2, threads=2)
        dead = [asyncio.ensure_future(resolver.resolve(f"slow{n}.example")) for n in range(4)]
        await asyncio.sleep(0)
        alive = await resolver.resolve("alive.example")
        results = await asyncio.gather(*dead, return_exceptions=True)
        await resolver.close()
        return alive, results

    alive, results = asyncio.run(main())
    assert alive[0]["host"] == "127.0.0.1"
    assert all("within 0.2 seconds" in str(error) for error in results)


def test_a_lookup_that_hangs_at_the_end_is_forgotten(lookups):
    async def main():
        resolver = ThreadResolver(5)
        hanging = asyncio.ensure_future(resolver.resolve("dead.example"))
        await asyncio.sleep(0.05)
        await resolver.close()
        await asyncio.gather(hanging, return_exceptions=True)
        return hanging.cancelled()

    assert asyncio.run(main())


def test_a_lookup_may_take_longer_than_connecting(monkeypatch):
    real = socket.getaddrinfo

    def slow(host, *args, **kwargs):
        time.sleep(0.3)
        return real("127.0.0.1", *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", slow)

    async def main():
        async with server(answer_ok) as it, handler(CONNECT_TIMEOUT=0.1) as client:
            return await fetch(client, it.url(host="slow.example"))

    assert asyncio.run(main()).body == b"ok"


def test_a_name_that_does_not_resolve_is_an_outcome(monkeypatch):
    def fail(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", fail)

    async def main():
        async with handler() as client:
            with pytest.raises(TryError) as caught:
                await fetch(client, "http://no.example/")
            return caught.value

    error = asyncio.run(main())
    assert error.outcome is Outcome.DNS
    assert error.detail == "its name does not resolve"


def test_a_name_that_is_gone_when_it_is_used(monkeypatch):
    monkeypatch.setattr(_resolver, "KEPT", -1.0)
    answers = iter([socket.getaddrinfo("127.0.0.1", None, type=socket.SOCK_STREAM)])

    def once(*_, **__):
        try:
            return next(answers)
        except StopIteration:
            raise socket.gaierror(socket.EAI_NONAME, "unknown") from None

    monkeypatch.setattr(socket, "getaddrinfo", once)

    async def main():
        async with handler() as client:
            with pytest.raises(TryError) as caught:
                await fetch(client, "http://gone.example:8080/")
            return caught.value

    error = asyncio.run(main())
    assert (error.outcome, error.tries) == (Outcome.DNS, 1)
