"""Real HTTP proxies on loopback: forwarding and tunnels, where they work and where they fail."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import pytest
from scrapy.http import Request

from sessioncrawler.downloadhandlers import _tunnels
from sessioncrawler.model import Outcome
from sessioncrawler.protocol.failures import TryError
from tests.downloadhandlers.asking import never
from tests.downloadhandlers.canary import watch
from tests.downloadhandlers.loopback import OK, answer_ok, handler, server
from tests.downloadhandlers.proxies import HOST, LOGIN, PROXIED, HttpProxy, SocksProxy, running, through


def test_http_is_asked_for_in_absolute_form(monkeypatch):
    seen = watch(monkeypatch, {})
    proxy = HttpProxy({})
    response, _ = through(proxy, meta=PROXIED)
    assert response.body == b"ok"
    assert proxy.asked == [f"GET http://{HOST}/a"]
    assert seen.lookups == []


def test_https_goes_through_a_tunnel(certificates, monkeypatch):
    seen = watch(monkeypatch, {})
    context, ca_file = certificates
    proxy = HttpProxy({})
    response, _ = through(proxy, scheme="https", tls=context, meta=PROXIED, TLS_CA_FILE=ca_file)
    assert response.body == b"ok"
    assert proxy.asked == [f"CONNECT {HOST}:443"]
    assert seen.lookups == []


def test_the_name_in_a_certificate_counts_behind_a_tunnel_too(certificates):
    context, ca_file = certificates
    proxy = HttpProxy({"other.example": 1})

    async def main():
        async with server(answer_ok, tls=context) as it, running(proxy) as at, handler(TLS_CA_FILE=ca_file) as client:
            proxy.places = {"other.example": it.port}
            with pytest.raises(TryError) as caught:
                await client.download_request(Request("https://other.example/", meta={"proxy": f"http://{at}"}))
            return caught.value

    assert asyncio.run(main()).outcome is Outcome.TLS


@pytest.mark.parametrize("status", [502, 503, 504])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_reaches_nobody_says_so_once(scheme, status):
    proxy = HttpProxy({}, refuses=status)
    error, it = through(proxy, scheme=scheme, meta=PROXIED)
    assert error.outcome is Outcome.PROXY
    assert str(status) in error.detail
    assert (proxy.connections, it.connections, error.tries) == (1, 0, 1)


def test_a_proxy_that_wants_a_login_for_a_tunnel():
    proxy = HttpProxy({}, login=LOGIN)
    error, _ = through(proxy, scheme="https", meta=PROXIED)
    assert (error.outcome, error.detail) == (Outcome.PROXY, "the proxy answers 407")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_down(scheme):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        meta = {"proxy": f"http://127.0.0.1:{taken.getsockname()[1]}"}
        error, _ = through(HttpProxy({}), scheme=scheme, meta=meta)
    assert error.outcome is Outcome.PROXY
    assert error.tries == 1


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_whose_name_does_not_resolve(scheme, monkeypatch):
    watch(monkeypatch, {})
    error, _ = through(HttpProxy({}), scheme=scheme, meta={"proxy": "http://proxy.example:3128"}, CONNECT_TIMEOUT=5)
    assert error.outcome is Outcome.PROXY


@pytest.mark.parametrize("proxy", ["http://", "http://[", "ftp://127.0.0.1:21", "gopher://x"])
def test_a_proxy_that_is_none(proxy):
    error, _ = through(HttpProxy({}), meta={"proxy": proxy}, CONNECT_TIMEOUT=5)
    assert error.outcome is Outcome.PROXY


def test_a_proxy_may_be_named_without_its_scheme():
    response, _ = through(HttpProxy({}), meta={"proxy": "{at}"})
    assert response.body == b"ok"


@pytest.mark.parametrize("make", [lambda: HttpProxy({}), lambda: SocksProxy({})])
def test_a_tunnel_that_never_stands_is_a_connection_that_hangs(make):
    proxy = make()
    proxy.hangs = True
    scheme = "https" if isinstance(proxy, HttpProxy) else "socks5"
    meta = {"proxy": "{at}" if scheme == "https" else "socks5://{at}"}
    error, _ = through(proxy, scheme="https", meta=meta, DOWNLOAD_TIMEOUT=0.2)
    assert error.outcome is Outcome.CONNECT_TIMEOUT
    assert (error.tries, proxy.connections) == (1, 1)


@pytest.mark.parametrize("make", [lambda: HttpProxy({}), lambda: SocksProxy({})])
def test_a_proxy_that_hangs_up_instead_of_making_a_tunnel(make):
    proxy = make()
    proxy.silent = True
    meta = {"proxy": "{at}" if isinstance(proxy, HttpProxy) else "socks5://{at}"}
    error, _ = through(proxy, scheme="https", meta=meta)
    assert error.outcome is Outcome.PROXY
    assert (error.tries, proxy.connections) == (1, 1)


def test_a_server_that_stalls_behind_a_tunnel_is_asked_again(certificates):
    context, ca_file = certificates
    proxy = HttpProxy({})

    async def third(connection):
        await connection.head()
        if connection.number < 3:
            await connection.reader.read()
        await connection.send(OK)

    settings = {"TLS_CA_FILE": ca_file, "CONNECT_TIMEOUT": 0.5, "PATIENT_RETRY_TIMEOUT": 0.6, "DOWNLOAD_TIMEOUT": 3}
    response, it = through(proxy, third, scheme="https", tls=context, meta=PROXIED, **settings)
    assert response.body == b"ok"
    assert it.connections == 3


@pytest.mark.parametrize("proxied", [{"proxy": "{at}"}, {"proxy": "socks5h://{at}"}])
def test_a_handshake_that_hangs_or_breaks_behind_a_tunnel(proxied):
    async def close(connection):
        await connection.reader.read(100)

    kind = SocksProxy if "socks" in proxied["proxy"] else HttpProxy
    settings = {"PATIENT_RETRY_TIMES": 2, "DOWNLOAD_TIMEOUT": 0.3}
    broken, it = through(kind({}), close, scheme="https", meta=proxied, **settings)
    assert (broken.outcome, it.connections) == (Outcome.RESET, 2)
    hanging, it = through(kind({}), never, scheme="https", meta=proxied, **settings)
    assert (hanging.outcome, it.connections) == (Outcome.STALLED, 2)


def test_outside_of_any_try_a_tunnel_is_noted_nowhere():
    async def main():
        async with server(answer_ok) as it:
            reader, writer = await asyncio.open_connection("127.0.0.1", it.port)
            _tunnels._stands(writer.transport)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await reader.read()
            return it.connections

    assert asyncio.run(main()) == 1


def test_aiohttp_reads_no_proxy_from_the_environment_by_itself(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    async def main():
        async with server(answer_ok) as it, handler() as client:
            return await client.download_request(Request(it.url()))

    assert asyncio.run(main()).body == b"ok"


@pytest.mark.parametrize(("no_proxy", "asked"), [("127.0.0.1", 0), ("other.example", 1)])
def test_a_redirect_that_kept_its_proxy_leaves_it_where_no_proxy_says_so(monkeypatch, no_proxy, asked):
    monkeypatch.setenv("no_proxy", no_proxy)
    proxy = HttpProxy({})

    async def main():
        async with server(answer_ok) as it, running(proxy) as at, handler() as client:
            proxy.places = {"127.0.0.1": it.port}
            meta = {"proxy": f"http://{at}", "_scheme_proxy": True}
            return await client.download_request(Request(it.url(), meta=meta))

    assert asyncio.run(main()).body == b"ok"
    assert proxy.connections == asked
