"""Real proxies on loopback: forwarding, tunnels and SOCKS, where they work and where they fail."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from contextlib import asynccontextmanager

import pytest
import trustme
from scrapy.http import Request

from sessioncrawler.downloadhandlers import _tunnels
from sessioncrawler.downloadhandlers._guard import AddressGuard
from sessioncrawler.downloadhandlers._routes import Routes
from sessioncrawler.downloadhandlers.patient import _tls
from sessioncrawler.model import Outcome
from sessioncrawler.protocol.failures import TryError
from tests.downloadhandlers.canary import watch
from tests.downloadhandlers.crawls import (
    healthy,
    in_background,
    join_link,
    list_and_poll,
    listing_of,
    names,
    polls,
    settings_in,
)
from tests.downloadhandlers.loopback import OK, answer_ok, handler, server
from tests.downloadhandlers.proxies import HttpProxy, SocksProxy, running
from tests.support.crawling import Job, run_crawls
from tests.support.loopback import Answer, serve

LOGIN = ("crawler", "se:cret@%")
QUOTED = "crawler:se%3Acret%40%25"
HOST = "community.example"
ONION = "abcdefghij234567.onion"


async def never(connection) -> None:
    await connection.reader.read()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """A server context for HOST and ONION, and the file of the authority behind it."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST, ONION).configure_cert(context)
    ca_file = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    yield context, str(ca_file)
    _tls.cache_clear()


def through(proxy, behaviour=answer_ok, *, scheme="http", host=HOST, tls=None, meta=None, port=None, **settings):
    """Ask for ``host`` through ``proxy``: the response or the TryError, and the server behind."""

    async def main():
        async with server(behaviour, tls=tls) as it, running(proxy) as at:
            proxy.places = {HOST: it.port, ONION: it.port} if port is None else {HOST: port, ONION: port}
            chosen = {
                name: value.format(at=at) if isinstance(value, str) else value for name, value in settings.items()
            }
            async with handler(**{"ALLOWED_PRIVATE_NETWORKS": "", **chosen}) as client:
                filled = {name: value.format(at=at) for name, value in (meta or {}).items()}
                request = Request(f"{scheme}://{host}/a", meta=filled)
                try:
                    return await client.download_request(request), it
                except TryError as error:
                    return error, it

    return asyncio.run(main())


PROXIED = {"proxy": "http://{at}"}


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
    error, _ = through(HttpProxy({}), scheme=scheme, meta={"proxy": "http://proxy.example:3128"})
    assert error.outcome is Outcome.PROXY


@pytest.mark.parametrize("proxy", ["http://", "http://[", "ftp://127.0.0.1:21", "gopher://x"])
def test_a_proxy_that_is_none(proxy):
    error, _ = through(HttpProxy({}), meta={"proxy": proxy})
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


def test_the_environment_names_the_proxies_of_a_crawl(tmp_path, monkeypatch, certificates):
    """http and https through a proxy with a login, .onion through SOCKS, no_proxy straight."""
    context, ca_file = certificates
    places: dict[str, int] = {}
    http, socks = HttpProxy(places, login=LOGIN), SocksProxy(places)
    with (
        in_background(running(http)) as http_at,
        in_background(running(socks)) as socks_at,
        serve(healthy("plain")) as plain,
        serve(healthy("hidden")) as hidden,
        serve(healthy("straight")) as straight,
        in_background(server(_rooms_over_tls, tls=context)) as secure,
    ):
        places |= {"plain.example": _port(plain), ONION: _port(hidden), HOST: secure.port}
        bases = ["http://plain.example:8080", f"http://{ONION}", f"https://{HOST}", straight, "http://unknown.example"]
        monkeypatch.setenv("http_proxy", f"http://{QUOTED}@{http_at}")
        monkeypatch.setenv("https_proxy", f"{QUOTED}@{http_at}")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        with serve(listing_of([join_link(base) for base in bases])) as listing:
            settings = {"SOCKS_PROXY": f"socks5://{socks_at}", "TLS_CA_FILE": ca_file}
            _, crawl = list_and_poll(tmp_path, f"{listing}/listing", **settings)
    outcomes = polls(crawl)
    assert names(crawl) == ["hidden", "plain", "secure", "straight"]
    assert outcomes["http://unknown.example:80"] == "proxy"
    assert set(socks.asked) == {ONION}
    assert not [target for target in http.asked if ONION in target or "127.0.0.1" in target]
    assert f"CONNECT {HOST}:443" in http.asked
    assert "GET http://plain.example:8080/rooms?all=1" in http.asked
    assert "Traceback" not in crawl.log


def test_a_listing_that_redirects_to_an_onion_goes_to_socks(tmp_path, monkeypatch):
    with serve({"/": Answer(join_link("http://somewhere.example"))}) as hidden:
        http, socks = HttpProxy({"page.example": 0}), SocksProxy({ONION: _port(hidden)})
        redirect = Answer(status=302, headers={"Location": f"http://{ONION}/"})
        with (
            serve({"/": redirect}) as page,
            in_background(running(http)) as http_at,
            in_background(running(socks)) as socks_at,
        ):
            http.places = {"page.example": _port(page)}
            monkeypatch.setenv("http_proxy", f"http://{http_at}")
            settings = settings_in(tmp_path, SOCKS_PROXY=f"socks5://{socks_at}")
            job = Job("lokilocker", {"url": "http://page.example/"}, settings)
            crawl = run_crawls([job], folder=tmp_path)[0]
    assert crawl.reason == "finished"
    assert crawl.stats["source/links"] == 1
    assert http.asked == ["GET http://page.example/"]
    assert socks.asked == [ONION]


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


async def _rooms_over_tls(connection) -> None:
    head = await connection.head()
    answer = healthy("secure").get(head.split(b" ")[1].decode())
    if answer is None:
        await connection.send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        return
    length = len(answer.body)
    await connection.send(f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n".encode())
    await connection.send(answer.body)


def _port(base: str) -> int:
    return int(base.rpartition(":")[2])
