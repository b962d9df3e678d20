"""The whole site, published by real crawls: every link leads to a file."""

import json
from urllib.parse import unquote, urlsplit

import pytest
from lxml import html

from sessioncrawler.items import PollItem
from sessioncrawler.model import Address, JoinLink, Outcome, Poll, Server, Sighting
from sessioncrawler.settings import FEED_EXPORTERS, FEED_STORAGES, SPIDER_MODULES
from sessioncrawler.site.i18n.languages import DEFAULT, LOCALES
from sessioncrawler.state import Check, State, Total
from tests.support.publishing import KEY, NOW, SITE, community, publish

SETTINGS = {"FEED_EXPORTERS": FEED_EXPORTERS, "FEED_STORAGES": FEED_STORAGES, "SPIDER_MODULES": SPIDER_MODULES}


def crawl(folder, items):
    polls = [PollItem(Poll(Address("https", "sogs.example", 443), Outcome.REACHED))]
    url = f"sqlite:///{folder}/state.db"
    with State.open(url) as state:
        link = JoinLink(Address("https", "sogs.example", 443), "general", KEY)
        state.record_sightings([Sighting(link, "lokilocker")], NOW)
    return publish([*items, *polls], {str(folder / "site"): SITE}, folder, STATE_URL=url, **SETTINGS)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    other = Server(Address("http", "10.0.0.1", 8080), "0" * 64)
    done = crawl(folder, [community("general"), community("other", "</script>", server=other, description="Words.")])
    assert done.errors == []
    return folder / "site"


def pages(site):
    return sorted(path for path in site.rglob("*.html"))


def test_every_page_is_there(site):
    found = {str(path.relative_to(site)) for path in pages(site)}
    texts = {f"{page}/index.html" for page in ("join", "about", "privacy", "stats", "browse", "status", "keys")} | {
        "index.html"
    }
    folders = [f"{code}/" for code in LOCALES if code != DEFAULT]
    assert texts | {folder + text for folder in folders for text in texts} | {"404.html"} <= found
    assert sum(path.startswith("c/general+") for path in found) == 1


def test_every_link_leads_to_a_file(site):
    looked_at = 0
    for page in pages(site):
        if page.name == "404.html":
            continue
        for href in html.document_fromstring(page.read_text()).xpath("//@href"):
            link = urlsplit(href)
            if link.scheme or not link.path:
                continue
            looked_at += 1
            assert (page.parent / unquote(link.path)).resolve().is_file(), f"{page.relative_to(site)}: {href}"
    assert looked_at > 300


def test_fragments_of_links_are_there(site):
    for page in pages(site):
        for href in html.document_fromstring(page.read_text()).xpath("//a[contains(@href, '#')]/@href"):
            link = urlsplit(href)
            if link.scheme:
                continue
            there = (page.parent / unquote(link.path)).resolve() if link.path else page
            ids = html.document_fromstring(there.read_text()).xpath("//@id")
            assert link.fragment in ids, f"{page.relative_to(site)}: {href}"


def test_what_browsers_and_robots_ask_for(site):
    assert "Sitemap: https://example.org/sitemap.xml" in (site / "robots.txt").read_text()
    sitemap = (site / "sitemap.xml").read_text()
    assert sitemap.count("<loc>") == len(pages(site)) - 1  # not the page for errors
    manifest = json.loads((site / "site.webmanifest").read_text())
    assert all((site / icon["src"]).is_file() for icon in manifest["icons"])
    assert manifest["name"] == "Rooms & more"
    assert (site / "favicon.svg").read_text().startswith("<svg")


def test_the_page_about_the_directory_has_the_numbers_of_the_crawl(site):
    text = " ".join(html.document_fromstring((site / "de/about/index.html").read_text()).text_content().split())
    assert "2 Communities sind verzeichnet." in text
    assert "1LokiLocker wiki" in text
    assert "Diesmal gefragte Adressen: 1. Mit Räumen antworteten: 1." in text


def test_a_community_that_is_gone_has_no_page(tmp_path):
    crawl(tmp_path, [community("one"), community("two")])
    assert len(list((tmp_path / "site/c").iterdir())) == 2
    crawl(tmp_path, [community("one")])
    assert [path.name.partition("+")[0] for path in (tmp_path / "site/c").iterdir()] == ["one"]


def test_the_page_of_a_server_tells_its_history(tmp_path):
    with State.open(f"sqlite:///{tmp_path}/state.db") as state:
        for at, reached in ((NOW - 2 * 86_400, True), (NOW - 86_400, False), (NOW, True)):
            total = Total(at // 86_400, 1, 1, int(reached), 300)
            state.record_memory([Check(KEY, at, reached, how="" if reached else "dns")], (), total, at)
    crawl(tmp_path, [community("general")])
    (page,) = (tmp_path / "site/de/s").glob("*/index.html")
    text = " ".join(html.document_fromstring(page.read_text()).text_content().split())
    assert "21. Januar: 0 von 1 Mal erreicht" in text
    assert "sein Name ließ sich nicht auflösen" in text
    assert "Besucher pro Woche: 300" in (tmp_path / "site/de/stats/index.html").read_text()
    status = html.document_fromstring((tmp_path / "site/index.html").read_text())
    assert status.xpath("//footer//a[@href='stats/index.html']")
