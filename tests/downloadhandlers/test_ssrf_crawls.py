"""The same tricks from end to end: on a listing, in redirects of listings and of servers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.downloadhandlers.canary import canary
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
from tests.support.crawling import Job, run_crawls
from tests.support.loopback import Answer, serve

# The crawls may contact 127.0.0.1 only; the canary also listens on every other address of this machine.
ALLOWED = {"ALLOWED_PRIVATE_NETWORKS": "127.0.0.1/32"}
HOSTS = [
    "127.0.0.2",
    "127.2",
    "2130706434",
    "0177.0.0.2",
    "0x7f.2",
    "0",
    "0.0.0.0",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.2]",
    "[::ffff:7f00:3]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "\uff11\uff12\uff17.0.0.4",
    "10.0.0.1",
    "169.254.169.254",
    "[fd00:ec2::254]",
]


def test_join_links_to_the_canary_lead_nowhere_and_cost_nobody_else_anything(tmp_path):
    with in_background(canary()) as it, serve(healthy("fine")) as fine:
        links = [join_link(f"http://{host}:{it.port}") for host in HOSTS]
        ports = [join_link("http://127.0.0.1:22"), join_link("http://127.0.0.1:6")]
        hidden = [join_link("http://abcdefghij.onion")]
        with serve(listing_of([*links, *ports, *hidden, join_link(fine, "fine")])) as listing:
            listed, polled = list_and_poll(tmp_path, f"{listing}/listing", **ALLOWED)
        outcomes = polls(polled)
        assert it.connections == 0
    assert listed.reason == "finished"
    assert listed.stats["source/links"] == len(HOSTS) + 4
    assert names(polled) == ["fine"]
    by_port = {address: outcome for address, outcome in outcomes.items() if address.endswith(f":{it.port}")}
    assert len(by_port) == 12
    assert set(by_port.values()) == {"forbidden-address"}
    assert outcomes["http://127.0.0.1:22"] == outcomes["http://127.0.0.1:6"] == "forbidden-port"
    assert outcomes["http://abcdefghij.onion:80"] == "no-socks-proxy"
    assert "Traceback" not in polled.log


def test_servers_that_redirect_to_the_canary_lead_nowhere(tmp_path):
    with in_background(canary()) as it, serve(healthy("fine")) as fine:
        targets = [f"http://{host}:{it.port}/rooms" for host in ("127.0.0.2", "0x7f.2", "[::1]", "0", "127.0.0.2.")]
        targets += [f"//127.0.0.3:{it.port}/", f"http://127.0.0.1@127.0.0.4:{it.port}/", "http://[::1", "file:///etc"]
        targets += ["/" + "x" * 5000]  # longer than Scrapy follows by default
        with _each(targets) as bases, serve(listing_of([*map(join_link, bases), join_link(fine, "fine")])) as listing:
            _, polled = list_and_poll(tmp_path, f"{listing}/listing", **ALLOWED)
        assert it.connections == 0
    outcomes = polls(polled)
    assert names(polled) == ["fine"]
    assert {outcomes[base] for base in bases} <= {"redirected", "http-status", "no-rooms"}
    assert outcomes[f"http://127.0.0.2:{it.port}"] == "forbidden-address"
    assert "Traceback" not in polled.log


@pytest.mark.parametrize("meta_refresh", [False, True])
def test_listings_that_redirect_to_the_canary_lead_nowhere(tmp_path, meta_refresh):
    with in_background(canary()) as it:
        hosts = ["127.0.0.2", "127.2", "0", "[::1]", "[::ffff:127.0.0.2]"]
        targets = [f"http://{host}:{it.port}/" for host in hosts]
        with serve({f"/{n}": _redirect(url, meta_refresh=meta_refresh) for n, url in enumerate(targets)}) as listing:
            jobs = [
                Job("lokilocker", {"url": f"{listing}/{n}"}, settings_in(tmp_path, **ALLOWED))
                for n in range(len(targets))
            ]
            crawls = run_crawls(jobs, folder=tmp_path)
        assert it.connections == 0
    assert {crawl.reason for crawl in crawls} == {"source_down"}
    assert "not a public address" in crawls[0].log


def test_the_canary_is_reached_by_a_redirect_where_that_is_allowed(tmp_path):
    with in_background(canary()) as it, serve({"/": _redirect(f"http://127.0.0.2:{it.port}/")}) as listing:
        settings = settings_in(tmp_path, ALLOWED_PRIVATE_NETWORKS="127.0.0.0/8")
        crawl = run_crawls([Job("lokilocker", {"url": f"{listing}/"}, settings)], folder=tmp_path)[0]
        assert it.connections == 2  # for its robots.txt, and for the page
    assert crawl.reason == "source_nonsense"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"ALLOWED_PRIVATE_NETWORKS": "127.0.0.0/8, 10.0.0.0/99"},
            "ALLOWED_PRIVATE_NETWORKS names '10.0.0.0/99', which is no network",
        ),
        ({"TLS_CA_FILE": "/nowhere/ca.pem"}, "TLS_CA_FILE is '/nowhere/ca.pem', which holds no certificates"),
        ({"SOCKS_PROXY": "user:secret@localhost"}, "SOCKS_PROXY is 'localhost', which is no SOCKS proxy. Write it as"),
    ],
)
def test_a_setting_that_cannot_be_used_ends_the_crawl_before_it_begins(tmp_path, settings, sentence):
    job = Job("lokilocker", {"url": "http://127.0.0.1:9999/"}, settings_in(tmp_path, **settings))
    crawl = run_crawls([job], network=False, folder=tmp_path)[0]
    assert crawl.reason == "bad_settings"
    assert crawl.log.count(sentence) == 1
    assert "secret" not in crawl.log
    assert "Traceback" not in crawl.log
    assert crawl.stats.get("downloader/request_count", 0) == 0


def _redirect(url: str, *, meta_refresh: bool = False) -> Answer:
    if meta_refresh:
        return Answer(f'<html><head><meta http-equiv="refresh" content="0; url={url}"></head></html>')
    return Answer(status=302, headers={"Location": url})


@contextmanager
def _each(targets: list[str]) -> Iterator[list[str]]:
    """One server for each target, which redirects there whatever it is asked."""
    if not targets:
        yield []
        return
    answers = {path: _redirect(targets[0]) for path in ("/", "/rooms?all=1", "/room/room")}
    with serve(answers) as base, _each(targets[1:]) as others:
        yield [base, *others]
