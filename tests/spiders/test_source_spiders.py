"""The source spiders in real crawls against loopback servers: fine, down, empty, nonsense."""

import json

import pytest

from sessioncrawler.model import Address, JoinLink, Sighting
from sessioncrawler.state import State
from tests.support.crawling import Job, run_crawls
from tests.support.loopback import Answer, refusing, serve

KEY = "a03c383cf63c3c4efe67acc52112a6dd734b3a946b9545f488aaa93da7991238"
FORM = "/view_session_group_user_lokinet.php?id="
NOW = 1_700_000_000
SPIDERS = ("awesome_session_groups", "lokilocker", "session_directory", "sources")


def url(token: str) -> str:
    return f"https://sogs.example/{token}?public_key={KEY}"


def link(token: str) -> JoinLink:
    return JoinLink(Address("https", "sogs.example", 443), token, KEY)


def directory_page(token: str) -> Answer:
    return Answer(f"<html><body><code>{url(token)}</code><p>Tags: {token}, x</p></body></html>")


PLAIN, JSON, BINARY = ({"Content-Type": kind} for kind in ("text/plain", "application/json", "image/png"))
ANSWERS = {
    "/awesome": Answer(f"- [X] Äpfel\n```\n{url('apples')}\n```\nhashtag `#session`,`#Obst`,`#`,\n", headers=PLAIN),
    "/loki": Answer(f"<html><body><a href='{url('href')}'>join</a><p>{url('text')}</p></body></html>"),
    "/index?all=groups": Answer(
        "".join(
            f"<a href='{page}'>x</a>" for page in [FORM[1:] + "1", FORM + "2", FORM + "3", FORM + "4", FORM + "1", "/x"]
        )
    ),
    FORM + "1": directory_page("one"),
    FORM + "2": directory_page("two"),
    FORM + "3": Answer("<p>Listing disabled by administrator"),
    "/lost?all=groups": Answer(f"<a href='{FORM}3'>x</a><a href='{FORM}4'>x</a>"),
    "/listing.json": Answer(json.dumps([{"url": url("json"), "tags": "a,b", "nsfw": "1"}]), headers=JSON),
    "/binary": Answer(b"\x01\x00\xff\xfe" + url("binary").encode() + b"\x00\x80", headers=BINARY),
    "/base64": Answer(f"<p>{url('base64')}", headers={"Content-Type": "text/html; charset=base64"}),
    "/escape": Answer(
        f"<html><p>\\ud800 {url('escape')}", headers={"Content-Type": "text/html; charset=unicode_escape"}
    ),
    "/nonsense": Answer("<html><body>Buy this domain!</body></html>"),
    "/empty": Answer(" \n "),
    "/nothing": Answer(b"", 204),
    "/broken": Answer("oops", 500),
}  # fmt: skip


@pytest.fixture(scope="module")
def crawls(tmp_path_factory):
    """All crawls of this file, in one process: a function from name to result and state."""
    folder = tmp_path_factory.mktemp("listings")
    with serve(ANSWERS) as site, refusing() as refused:
        (folder / "directory.toml").write_text(
            f'[site]\nname = "Test"\nurl = "https://example.org/"\ncontact = "me@example.org"\n'
            f'[[sources]]\nurl = "{site}/loki"\n[[sources]]\nurl = "{site}/awesome"\n'
        )
        (folder / "none.toml").write_text(
            '[site]\nname = "Test"\nurl = "https://example.org/"\ncontact = "me@example.org"\n'
        )
        jobs = {
            "awesome": ("awesome_session_groups", {"url": f"{site}/awesome"}, {}),
            "lokilocker": ("lokilocker", {"url": f"{site}/loki"}, {}),
            "directory": ("session_directory", {"url": f"{site}/index?all=groups"}, {}),
            "directory json": ("session_directory", {"url": f"{site}/listing.json"}, {}),
            "directory lost": ("session_directory", {"url": f"{site}/lost?all=groups"}, {}),
            "sources": ("sources", {}, {}),
            "sources url": ("sources", {"url": f"{site}/binary {refused}/, {site}/nothing"}, {}),
            "charsets": ("lokilocker", {"url": f"{site}/base64 {site}/escape"}, {}),
            "sources none": ("sources", {}, {"DIRECTORY_CONFIG": "none.toml"}),
            "bad url": ("lokilocker", {"url": "listing.html ftp://127.0.0.1/x data:x"}, {}),
            "state": ("lokilocker", {"url": f"{site}/loki"}, {"STATE_URL": "sqlite:///directory.toml"}),
        }
        for spider in SPIDERS:
            for name, page in {
                "nonsense": "/nonsense",
                "empty": "/empty",
                "nothing": "/nothing",
                "broken": "/broken",
            }.items():
                jobs[f"{name} {spider}"] = (spider, {"url": site + page}, {})
            jobs[f"refused {spider}"] = (spider, {"url": refused}, {})
        urls = {name: f"sqlite:///{folder}/{number}.db" for number, name in enumerate(jobs)}
        for database in urls.values():
            with State.open(database) as state:
                state.record_sightings([Sighting(link("old"), "lokilocker", ("kept",))], 1)
        common = {"CRAWL_TIME": NOW, "DIRECTORY_CONFIG": "directory.toml"}
        results = run_crawls(
            [
                Job(spider, arguments, common | {"STATE_URL": urls[name]} | settings)
                for name, (spider, arguments, settings) in jobs.items()
            ],
            folder=folder,
        )
    known = {}
    for name, database in urls.items():
        with State.open(database) as state:
            known[name] = {(one.link.token, one.source.replace(site, "")): one for one in state.sightings()}
    return {name: (crawl, known[name]) for name, crawl in zip(jobs, results, strict=True)}


def tags(known):
    return {key: one.tags for key, one in known.items() if key[0] != "old"}


def test_awesome_session_groups(crawls):
    crawl, known = crawls["awesome"]
    assert crawl.reason == "finished"
    assert tags(known) == {("apples", "awesome_session_groups"): ("Obst",)}
    assert crawl.stats["source/links"] == crawl.stats["state/sightings"] == crawl.stats["state/sightings_new"] == 1
    assert crawl.items[0]["sighting"]["link"]["token"] == "apples"


def test_lokilocker(crawls):
    crawl, known = crawls["lokilocker"]
    assert crawl.reason == "finished"
    assert tags(known) == {("href", "lokilocker"): (), ("text", "lokilocker"): ()}
    assert known["text", "lokilocker"].last_seen == NOW


def test_session_directory_loses_only_the_pages_that_fail(crawls):
    crawl, known = crawls["directory"]
    assert crawl.reason == "finished"
    assert tags(known) == {("one", "session_directory"): ("one", "x"), ("two", "session_directory"): ("two", "x")}
    assert crawl.stats["source/page_failed"] == 2
    assert crawl.stats["source/page_nonsense"] == crawl.stats["source/page_down"] == 1
    assert "source/failed" not in crawl.stats
    assert crawl.stats["downloader/request_count"] == 6  # one of them for robots.txt
    assert f"{FORM}4 answered 404. It is left out; what it showed before is kept." in crawl.log


def test_an_encoding_that_is_none_costs_its_page_at_most(crawls):
    crawl, known = crawls["charsets"]
    assert tags(known) == {("escape", "lokilocker"): ()}
    assert crawl.stats["source/failed"] == crawl.stats["source/down"] == 1
    assert "'base64' is not a text encoding" in crawl.log
    assert not [stat for stat in crawl.stats if stat.startswith("spider_exceptions")]


def test_session_directory_as_json(crawls):
    assert tags(crawls["directory json"][1]) == {("json", "session_directory"): ("a", "b", "nsfw")}


def test_an_index_whose_pages_all_fail_fails(crawls):
    crawl, known = crawls["directory lost"]
    assert crawl.reason in {"source_nonsense", "source_down"}  # whichever page was first
    assert list(known) == [("old", "lokilocker")]


def test_sources_are_named_by_their_pages(crawls):
    crawl, known = crawls["sources"]
    assert crawl.reason == "finished"
    assert tags(known) == {("href", "/loki"): (), ("text", "/loki"): (), ("apples", "/awesome"): ()}


def test_one_page_of_several_that_fails_costs_only_itself(crawls):
    crawl, known = crawls["sources url"]
    assert crawl.reason == "finished"
    assert tags(known) == {("binary", "/binary"): ()}
    assert (crawl.stats["source/failed"], crawl.stats["source/down"], crawl.stats["source/empty"]) == (2, 1, 1)


def test_no_sources_is_fine(crawls):
    crawl, _ = crawls["sources none"]
    assert crawl.reason == "finished"
    assert "source/failed" not in crawl.stats
    assert "state/sightings" not in crawl.stats


@pytest.mark.parametrize("spider", SPIDERS)
@pytest.mark.parametrize(
    ("name", "reason", "sentence"),
    [
        ("nonsense", "nonsense", "/nonsense shows no join link. Look at it in a browser; if its form has changed"),
        ("empty", "empty", "/empty answered 200 with nothing to read. Look at it in a browser"),
        ("nothing", "empty", "/nothing answered 204 with nothing to read."),
        ("broken", "down", "/broken answered 500. Look at it in a browser"),
        ("refused", "down", "could not be had ("),
    ],
)
def test_a_listing_that_fails_takes_nothing_away(crawls, spider, name, reason, sentence):
    crawl, known = crawls[f"{name} {spider}"]
    assert crawl.reason == f"source_{reason}"
    assert (crawl.stats["source/failed"], crawl.stats[f"source/{reason}"]) == (1, 1)
    assert known == {("old", "lokilocker"): Sighting(link("old"), "lokilocker", ("kept",), 1, 1)}
    assert sentence in crawl.log


def test_what_is_no_web_address_is_told(crawls):
    crawl, _ = crawls["bad url"]
    assert crawl.reason == "source_bad_url"
    assert crawl.stats["source/bad_url"] == 3
    assert "The source ftp://127.0.0.1/x is no web address. Write it with http://" in crawl.log


def test_a_state_that_cannot_be_written_fails_the_crawl(crawls):
    crawl, _ = crawls["state"]
    assert crawl.reason == "state_failed"
    assert crawl.stats["state/failed"] == 1
    assert "directory.toml is damaged or no SQLite database" in crawl.log
    assert "No join link of this crawl was kept." in crawl.log


def test_strangers_cause_no_traceback(crawls):
    crawl, _ = crawls["awesome"]
    assert "Traceback" not in crawl.log
    assert not any(name.startswith("spider_exceptions") for one, _ in crawls.values() for name in one.stats)
