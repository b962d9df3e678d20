"""Ways to make the crawler ask a machine that is none of its business. None of them may connect to anything."""

from __future__ import annotations

import asyncio

import pytest
from scrapy.http import Request

from sessioncrawler.downloadhandlers import _resolver, _routes
from sessioncrawler.model import Outcome
from sessioncrawler.protocol.failures import TryError
from tests.downloadhandlers.canary import canary, has_ipv6, watch
from tests.downloadhandlers.loopback import handler
from tests.downloadhandlers.proxies import HttpProxy, running
from tests.downloadhandlers.tricks import LITERALS, LOCAL_NAMES, NAMED, NAMES, NO_HOSTS, PORTS, PUBLIC


def refusal(url: str, meta=None, **settings) -> tuple[TryError, int]:
    """The error of a request to ``url`` ({p} is the canary's port), and the connections that reached the canary."""

    async def main():
        async with canary() as it, handler(**{"ALLOWED_PRIVATE_NETWORKS": "", **settings}) as client:
            with pytest.raises(TryError) as caught:
                await client.download_request(Request(url.replace("{p}", str(it.port)), meta=meta or {}))
            return caught.value, it.connections

    return asyncio.run(main())


def test_the_suite_is_as_large_as_promised():
    assert len(set(LITERALS + NAMED + NO_HOSTS)) == len(LITERALS + NAMED + NO_HOSTS)
    assert len(LITERALS + NAMED) >= 60


@pytest.mark.parametrize("url", LITERALS)
def test_addresses_that_are_not_public_are_never_contacted(url, monkeypatch):
    seen = watch(monkeypatch, {})
    error, reached = refusal(url)
    assert error.outcome is Outcome.FORBIDDEN_ADDRESS
    assert (reached, seen.connects, seen.lookups) == (0, [], [])


@pytest.mark.parametrize("url", NAMED)
def test_names_that_lead_to_such_addresses_are_never_contacted(url, monkeypatch):
    seen = watch(monkeypatch, NAMES)
    error, reached = refusal(url)
    assert error.outcome is Outcome.FORBIDDEN_ADDRESS
    assert (reached, seen.connects) == (0, [])
    assert len(seen.lookups) == 1


@pytest.mark.parametrize("url", NO_HOSTS)
def test_what_is_no_host_is_not_looked_up(url, monkeypatch):
    seen = watch(monkeypatch, NAMES)
    error, reached = refusal(url)
    assert error.outcome is Outcome.DNS
    assert (reached, seen.connects, seen.lookups) == (0, [], [])


@pytest.mark.parametrize("url", ["http:///x", "http://:8080/", "http:/127.0.0.1/"])
def test_a_url_without_host_is_an_outcome_too(url, monkeypatch):
    seen = watch(monkeypatch, NAMES)
    error, _ = refusal(url)
    assert error.outcome is Outcome.DNS
    assert seen.connects == []


@pytest.mark.parametrize("url", ["http://h.example:99999/", "http://[::1", "http://h.example:x/"])
def test_what_scrapy_takes_for_no_url_is_an_outcome_here(url):
    with pytest.raises(TryError) as caught:
        _routes._target(url)
    assert caught.value.outcome is Outcome.FORBIDDEN_ADDRESS


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("host", [PUBLIC, "loopback.example", "abc.onion"])
def test_ports_of_other_services_are_never_contacted(port, host, monkeypatch):
    seen = watch(monkeypatch, NAMES)
    error, _ = refusal(f"http://{host}:{port}/")
    assert error.outcome is Outcome.FORBIDDEN_PORT
    assert (seen.connects, seen.lookups) == ([], [])


@pytest.mark.parametrize("answers", [["127.0.0.1", PUBLIC], [PUBLIC, "127.0.0.1"], ["::1", PUBLIC, "10.0.0.1"]])
def test_of_mixed_answers_only_the_public_ones_are_contacted(answers, monkeypatch):
    seen = watch(monkeypatch, {"mixed.example": [answers]})
    error, reached = refusal("http://mixed.example:{p}/")
    assert error.outcome is Outcome.REFUSED
    assert reached == 0
    assert set(seen.connects) == {PUBLIC}


def test_an_answer_that_changes_between_check_and_use_is_checked_in_use(monkeypatch):
    monkeypatch.setattr(_resolver, "KEPT", -1.0)
    seen = watch(monkeypatch, {"rebind.example": [[PUBLIC], ["127.0.0.1"]]})
    error, reached = refusal("http://rebind.example:{p}/")
    assert error.outcome is Outcome.FORBIDDEN_ADDRESS
    assert len(seen.lookups) == 2
    assert (reached, seen.connects) == (0, [])


def test_an_answer_that_changes_between_tries_is_checked_each_time(monkeypatch):
    monkeypatch.setattr(_resolver, "KEPT", -1.0)
    seen = watch(monkeypatch, {"rebind.example": [[PUBLIC], [PUBLIC], ["127.0.0.1"]]})

    async def main():
        async with canary() as it, handler(ALLOWED_PRIVATE_NETWORKS="") as client:
            outcomes = []
            for _ in range(3):
                with pytest.raises(TryError) as caught:
                    await client.download_request(Request(f"http://rebind.example:{it.port}/"))
                outcomes.append(caught.value.outcome)
            return outcomes, it.connections

    outcomes, reached = asyncio.run(main())
    assert outcomes == [Outcome.REFUSED, Outcome.FORBIDDEN_ADDRESS, Outcome.FORBIDDEN_ADDRESS]
    assert reached == 0
    assert seen.connects == [PUBLIC]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{p}/",
        "http://127.1:{p}/",
        "http://2130706433:{p}/",
        "http://0177.0.0.1:{p}/",
        "http://0x7f.1:{p}/",
        "http://127.0.0.1.:{p}/",
        "http://\uff11\uff12\uff17.0.0.1:{p}/",
        f"http://{PUBLIC}@127.0.0.1:{{p}}/",
        "http://localhost:{p}/",
        "http://loopback.example:{p}/",
        "http://under_score.example:{p}/",
        pytest.param("http://[::1]:{p}/", marks=pytest.mark.skipif(not has_ipv6(), reason="no IPv6 here")),
        pytest.param("http://[::ffff:7f00:1]:{p}/", marks=pytest.mark.skipif(not has_ipv6(), reason="no IPv6 here")),
        pytest.param("http://six.example:{p}/", marks=pytest.mark.skipif(not has_ipv6(), reason="no IPv6 here")),
    ],
)
def test_the_same_canary_is_reached_where_that_is_allowed(url, monkeypatch):
    watch(monkeypatch, NAMES)

    async def main():
        async with canary() as it, handler(ALLOWED_PRIVATE_NETWORKS="127.0.0.0/8, ::1/128") as client:
            response = await client.download_request(Request(url.replace("{p}", str(it.port))))
            return response, it.connections

    response, reached = asyncio.run(main())
    assert response.body == b"ok"
    assert reached == 1


def test_an_allowed_network_opens_nothing_else(monkeypatch):
    seen = watch(monkeypatch, {})
    for url in ("http://127.0.0.2:{p}/", "http://0.0.0.0:{p}/", "http://[::1]:{p}/", "http://[64:ff9b::7f00:1]:{p}/"):
        error, reached = refusal(url, ALLOWED_PRIVATE_NETWORKS="127.0.0.1/32,10.0.0.0/8")
        assert error.outcome is Outcome.FORBIDDEN_ADDRESS
        assert reached == 0
    assert seen.connects == []


@pytest.mark.parametrize("url", LITERALS + LOCAL_NAMES)
def test_a_proxy_is_not_asked_for_what_must_not_be_contacted(url, monkeypatch):
    watch(monkeypatch, {})
    proxy = HttpProxy({})

    async def main():
        async with running(proxy) as at, handler(ALLOWED_PRIVATE_NETWORKS="") as client:
            meta = {"proxy": f"http://{at}"}
            with pytest.raises(TryError) as caught:
                await client.download_request(Request(url.replace("{p}", "8080"), meta=meta))
            return caught.value

    assert asyncio.run(main()).outcome is Outcome.FORBIDDEN_ADDRESS
    assert proxy.connections == 0
