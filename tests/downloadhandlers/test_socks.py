"""Real SOCKS proxies on loopback, by which hidden services are reached."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager

import pytest
from scrapy.http import Request

from sessioncrawler.downloadhandlers._guard import AddressGuard
from sessioncrawler.downloadhandlers._routes import Routes
from sessioncrawler.model import Outcome
from sessioncrawler.protocol.failures import TryError
from tests.downloadhandlers.canary import watch
from tests.downloadhandlers.loopback import OK, handler, server
from tests.downloadhandlers.proxies import LOGIN, ONION, QUOTED, HttpProxy, SocksProxy, running, through


def test_an_onion_goes_through_socks_and_is_resolved_there(monkeypatch):
    seen = watch(monkeypatch, {})
    proxy = SocksProxy({})
    response, _ = through(proxy, host=ONION, SOCKS_PROXY="socks5://{at}")
    assert response.body == b"ok"
    assert proxy.asked == [ONION]
    assert seen.lookups == []


@pytest.mark.parametrize("host", [ONION.upper(), ONION + "."])
def test_an_onion_in_another_spelling(host, monkeypatch):
    seen = watch(monkeypatch, {})
    proxy = SocksProxy({})
    response, _ = through(proxy, host=host, SOCKS_PROXY="socks5h://{at}")
    assert response.body == b"ok"
    assert proxy.asked == [ONION]
    assert seen.lookups == []


def test_an_onion_with_https(certificates):
    context, ca_file = certificates
    proxy = SocksProxy({})
    response, _ = through(
        proxy, scheme="https", host=ONION, tls=context, SOCKS_PROXY="socks5://{at}", TLS_CA_FILE=ca_file
    )
    assert response.body == b"ok"
    assert proxy.asked == [ONION]


def test_a_login_for_socks():
    response, _ = through(SocksProxy({}, login=LOGIN), host=ONION, SOCKS_PROXY=f"socks5://{QUOTED}@{{at}}")
    assert response.body == b"ok"
    error, _ = through(SocksProxy({}, login=LOGIN), host=ONION, SOCKS_PROXY="socks5://crawler:wrong@{at}")
    assert error.outcome is Outcome.PROXY
    assert "wrong" not in error.detail


@pytest.mark.parametrize("code", [1, 2, 3, 4, 5, 6, 7, 8, 99])
def test_a_refusal_by_socks(code):
    proxy = SocksProxy({}, refuses=code)
    error, it = through(proxy, host=ONION, SOCKS_PROXY="socks5://{at}")
    assert error.outcome is Outcome.PROXY
    assert (proxy.connections, it.connections) == (1, 0)


def test_a_socks_proxy_that_is_down():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        error, _ = through(SocksProxy({}), host=ONION, SOCKS_PROXY=f"socks5://127.0.0.1:{taken.getsockname()[1]}")
    assert error.outcome is Outcome.PROXY


def test_what_speaks_no_socks():
    @asynccontextmanager
    async def talker():
        async def speak(connection):
            await connection.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        async with server(speak) as it:
            yield it

    async def main():
        async with talker() as it, handler(SOCKS_PROXY=f"socks5://127.0.0.1:{it.port}") as client:
            with pytest.raises(TryError) as caught:
                await client.download_request(Request(f"http://{ONION}/"))
            return caught.value

    assert asyncio.run(main()).outcome is Outcome.PROXY


def test_a_hidden_service_may_take_its_time_to_be_reached():
    class Slow(SocksProxy):
        async def _target(self, reader):
            await asyncio.sleep(0.3)  # CONNECT_TIMEOUT is 0.1
            return await super()._target(reader)

    response, it = through(Slow({}), host=ONION, SOCKS_PROXY="socks5://{at}", DOWNLOAD_TIMEOUT=2)
    assert response.body == b"ok"
    assert it.connections == 1


def test_a_hidden_service_that_stalls_is_asked_again():
    async def second(connection):
        await connection.head()
        if connection.number < 2:
            await connection.reader.read()
        await connection.send(OK)

    response, it = through(SocksProxy({}), second, host=ONION, SOCKS_PROXY="socks5://{at}", DOWNLOAD_TIMEOUT=0.4)
    assert response.body == b"ok"
    assert it.connections == 2


def test_an_onion_never_goes_to_the_http_proxy():
    other = HttpProxy({ONION: 1})

    async def main():
        async with running(other) as at, handler() as client:
            with pytest.raises(TryError) as caught:
                await client.download_request(Request(f"http://{ONION}/", meta={"proxy": f"http://{at}"}))
            return caught.value

    assert asyncio.run(main()).outcome is Outcome.NO_SOCKS_PROXY
    assert other.connections == 0


@pytest.mark.parametrize(
    "text", ["127.0.0.1:9050", "http://127.0.0.1:9050", "socks5://", "socks5://[", "socks5://h:99999", "tor"]
)
def test_a_socks_proxy_that_is_none_is_told(text):
    with pytest.raises(ValueError, match=r"is no SOCKS proxy\. Write it as socks5://127\.0\.0\.1:9050"):
        Routes(AddressGuard(), text)
