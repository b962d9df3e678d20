"""Names that last: pages and anchors at former identifiers."""

import posixpath
import re
from dataclasses import replace
from urllib.parse import unquote

import pytest
from lxml import html

from sessioncrawler.model import Server
from sessioncrawler.publish.outputs import OUTPUTS, files
from sessioncrawler.publish.pages import each_former_server, each_server
from sessioncrawler.publish.places import MOST_FORMER
from sessioncrawler.site.i18n.languages import LOCALES
from sessioncrawler.state import KnownKey
from tests.support.knowing import DAY, HOST, KEY, NOW, http
from tests.support.remembered import OLD, edition, known
from tests.support.site_pages import assert_policy, words

THEN, NOW_CALLED = (f"chess+{Server(address, KEY).server_id}" for address in (OLD, HOST))


def rendered():
    shown = [output for output in OUTPUTS if output.path in {"", "index.html", "sitemap.xml"}]
    return {path: content.decode() for path, content in files(edition(known()), shown) if not path.endswith(".gz")}


def test_the_page_at_the_former_address_leads_to_the_new_one():
    site = rendered()
    tree = html.document_fromstring(site[f"c/{THEN}/index.html"])
    there = f"../../c/{NOW_CALLED.replace('+', '%2B')}/index.html"
    assert tree.xpath("//meta[@http-equiv='refresh']/@content") == [f"0; url={there}"]
    assert tree.xpath("//link[@rel='canonical']/@href") == [f"https://example.org/c/{NOW_CALLED.replace('+', '%2B')}/"]
    assert tree.xpath("//p[@class='ways']/a/@href") == [there]
    assert f"what was called {THEN} is called {NOW_CALLED} now" in words(tree)
    assert_policy(tree)
    assert THEN.replace("+", "%2B") not in site["sitemap.xml"]


def test_a_community_that_came_after_the_move_has_no_former_page():
    assert f"c/dogs+{Server(OLD, KEY).server_id}/index.html" not in rendered()


def test_the_list_has_an_anchor_for_it():
    tree = html.document_fromstring(rendered()["index.html"])
    (anchor,) = tree.xpath(f"//*[@id='{THEN}']")
    assert anchor.xpath("ancestor::li/@id") == [NOW_CALLED]


def test_the_page_tells_where_it_moved_from():
    tree = html.document_fromstring(rendered()[f"c/{NOW_CALLED}/index.html"])
    assert tree.xpath("string(//dt[.='Moved from']/following-sibling::dd[1])") == "old.example (until 2 January 2026)"
    assert tree.xpath("string(//dt[.='First listed']/following-sibling::dd[1])") == "3 November 2025"


def server_id(address, key=KEY):
    return Server(address, key).server_id


@pytest.mark.parametrize(("folder", "lead"), [("", "This server has another address now."), ("de/", "Dieser Server")])
def test_the_page_of_a_server_at_its_former_address_leads_to_the_new_one(folder, lead):
    one = edition(known())
    site = dict([*each_server(one), *each_former_server(one)])
    tree = html.document_fromstring(site[f"{folder}s/{server_id(OLD)}/index.html"].decode())
    there = f"{folder}s/{server_id(HOST)}/"
    to_root = "../" * (2 + bool(folder))
    assert f"{there}index.html" in site
    assert tree.xpath("//meta[@http-equiv='refresh']/@content") == [f"0; url={to_root}{there}index.html"]
    assert tree.xpath("//link[@rel='canonical']/@href") == [f"https://example.org/{there}"]
    assert tree.xpath("//p[@class='ways']/a/@href") == [f"{to_root}{there}index.html"]
    assert words(tree, "//p[@class='lead']").startswith(lead)
    assert_policy(tree)


def test_former_pages_of_a_server_are_bounded_and_never_those_of_others():
    was = [KnownKey(KEY, http(f"was{n}.example"), published_at=NOW - (81 + n) * DAY) for n in range(MOST_FORMER)]
    # The same id, a stranger's key: it was published there first.
    first = KnownKey(KEY[:4] + "0" * 60, was[0].address, published_at=NOW - 100 * DAY)
    one = edition(known(keys=(*was, first)))
    site = dict([*each_server(one), *each_former_server(one)])
    leading = {path for path, page in site.items() if path.startswith("s/") and b'http-equiv="refresh"' in page}
    # The latest: the last one before now, and all but the first of those before.
    assert leading == {f"s/{server_id(one)}/index.html" for one in (OLD, *(each.address for each in was[1:]))}
    assert f"s/{server_id(was[0].address)}/index.html" not in site


def test_many_servers_have_their_pages_in_english_only():
    one = edition(known())
    assert len(one.servers) == 3
    assert {path.partition("/")[0] for path, _ in each_server(replace(one, most_translated=3))} == {"s", *LOCALES[1:]}
    few = replace(one, most_translated=2)
    site = {path: content.decode() for path, content in files(few, OUTPUTS) if path.endswith((".html", ".xml"))}
    pages = [path for path in site if "/s/" in f"/{path}"]
    assert len(pages) == 3 + 1
    assert all(path.startswith("s/") for path in pages)
    folders = {f"{path.removesuffix('index.html')}" for path in site}
    for path, content in site.items():
        assert not re.search(r"/\w\w/s/", content), path
        for link in re.findall(r'href="([^":#]*)index.html"', content):
            assert unquote(posixpath.normpath(posixpath.join("/", posixpath.dirname(path), link)))[1:] + "/" in {
                *folders,
                "/",
            }
    tree = html.document_fromstring(site[f"s/{server_id(HOST)}/index.html"])
    assert tree.xpath("//link[@rel='alternate'][@hreflang]") == []
    assert tree.xpath("//a[@hreflang='de']/@href") == ["../../de/index.html"]
