"""Names that last: pages and anchors at former identifiers."""

from lxml import html

from sessioncrawler.model import Server
from sessioncrawler.publish.outputs import OUTPUTS, files
from tests.support.knowing import HOST, KEY
from tests.support.remembered import OLD, edition, known
from tests.support.site_pages import assert_policy, words

THEN, NOW_CALLED = (f"chess+{Server(address, KEY).server_id}" for address in (OLD, HOST))


def rendered():
    shown = [output for output in OUTPUTS if output.path in {"c/", "index.html", "sitemap.xml"}]
    return {path: content.decode() for path, content in files(edition(known()), shown)}


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
    assert anchor.xpath("ancestor::tr/@id") == [NOW_CALLED]


def test_the_page_tells_where_it_moved_from():
    tree = html.document_fromstring(rendered()[f"c/{NOW_CALLED}/index.html"])
    assert tree.xpath("string(//dt[.='Moved from']/following-sibling::dd[1])") == "old.example (until 2 January 2026)"
    assert tree.xpath("string(//dt[.='First listed']/following-sibling::dd[1])") == "3 November 2025"
