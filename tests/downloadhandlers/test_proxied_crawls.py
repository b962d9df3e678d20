"""Whole crawls through the proxies that the environment and the settings name."""

from __future__ import annotations

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
from tests.downloadhandlers.loopback import server
from tests.downloadhandlers.proxies import HOST, LOGIN, ONION, QUOTED, HttpProxy, SocksProxy, running
from tests.support.crawling import Job, run_crawls
from tests.support.loopback import Answer, serve


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
    assert names(crawl) == ["plain", "secure", "straight"]
    assert outcomes[f"http://{ONION}:80"] == "unjoinable"  # it answers, and no app gets there
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
            # The proxy hands on what comes first, and everything after it unread.
            serve({"/": redirect, "/robots.txt": Answer(status=404, headers={"Connection": "close"})}) as page,
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
    assert http.asked == ["GET http://page.example/robots.txt", "GET http://page.example/"]
    assert set(socks.asked) == {ONION}


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
