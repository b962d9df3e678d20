"""The pages beside the list, as a browser's parser reads them."""

import json
from itertools import product

import pytest
from lxml import etree

from sessioncrawler.editorial.config import Directory, Site
from sessioncrawler.model import Tag
from sessioncrawler.site.i18n.languages import DEFAULT, LOCALES, site_language
from sessioncrawler.site.list.page import list_page
from sessioncrawler.site.pages.cards import Cards
from sessioncrawler.site.pages.every_page import contact_url, paragraphs
from sessioncrawler.site.pages.paths import PLAIN
from sessioncrawler.site.pages.sitemap import sitemap
from sessioncrawler.site.render.environment import file_bytes
from tests.support.publishing import NOW, community
from tests.support.site_pages import (
    DIRECTORY,
    URL,
    assert_policy,
    environment,
    meta,
    parse,
    render,
    room_page,
)


@pytest.mark.parametrize(("page", "code"), [*product(PLAIN, LOCALES), ("404", DEFAULT)])
def test_every_page_in_every_language(page, code):
    tree = render(page, code)
    heading = tree.findtext(".//h1")
    assert heading
    assert tree.findtext(".//title") == f"{heading} – Rooms & <more>"
    assert (tree.get("lang"), tree.get("dir")) == (code, "rtl" if code == "fa" else "ltr")
    assert meta(tree, "og:title") == heading
    assert meta(tree, "description") == meta(tree, "og:description") != ""
    languages = tree.xpath("//header//nav//a")
    assert [link.get("hreflang") for link in languages] == list(LOCALES)
    assert [link.get("lang") for link in languages if link.get("aria-current")] == [code]
    assert {tag.tag for tag in tree.iter() if tag.tag in {"img", "form", "iframe", "object", "base"}} == set()


@pytest.mark.parametrize("page", [*PLAIN, "404"])
def test_the_policy_allows_exactly_what_is_there(page):
    assert_policy(render(page))


def test_other_languages_are_named_to_search_engines():
    tree = render("join", "de")
    alternates = {link.get("hreflang"): link.get("href") for link in tree.xpath("//link[@rel='alternate']")}
    assert alternates["x-default"] == alternates["en"] == URL + "join/"
    assert alternates["fa"] == URL + "fa/join/"
    assert len(alternates) == len(LOCALES) + 1
    assert tree.xpath("//link[@rel='canonical']/@href") == [URL + "de/join/"]
    assert meta(tree, "og:url") == URL + "de/join/"
    assert meta(tree, "og:image") == URL + "poster/site.png"
    assert json.loads(tree.findtext(".//script[@type]"))["inLanguage"] == "de"


def test_the_page_for_errors_works_under_any_address():
    tree = render("404")
    assert tree.xpath("//nav//*[@aria-current='page']") == []
    links = set(tree.xpath("//@href")) - {"#text"}
    assert all(link.startswith((URL, "data:")) for link in links)
    assert tree.xpath("//link[@rel='canonical' or @rel='alternate'] | //meta[@property='og:url']") == []
    assert tree.xpath("//*[@aria-current='page']") == []


def test_a_site_without_an_address():
    bare = Directory(Site(name="N", url="", contact=""))
    for page in PLAIN:
        tree = render(page, directory=bare)
        assert tree.xpath("//link[@rel='canonical' or @rel='alternate'] | //script[@type]") == []
        assert meta(tree, "og:url") == meta(tree, "og:image") == ""
        assert tree.xpath("//a[@href='']") == []


def test_the_sitemap_is_xml():
    entries = sitemap(URL, {"c/a+1/": ("en",)}, NOW)
    tree = etree.fromstring(environment().get_template("sitemap.xml").render(entries=entries).encode())
    assert [one.text for one in tree.iter("{*}loc")][-1] == URL + "c/a%2B1/"
    assert len(list(tree.iter("{*}loc"))) == len(entries)
    assert {one.text for one in tree.iter("{*}lastmod")} == {"2026-01-22T12:00:00Z"}


def test_robots():
    template = environment().get_template("robots.txt")
    assert template.render(base=URL) == f"User-agent: *\nAllow: /\n\nSitemap: {URL}sitemap.xml\n"
    assert template.render(base="") == "User-agent: *\nAllow: /\n"


def test_every_class_of_the_pages_is_styled():
    trees = [*(render(page) for page in (*PLAIN, "404")), room_page(community(tags=[Tag("x")], description="x"))]
    style = trees[0].findtext(".//style")
    quiet = {"user", "tongues"}
    used = {name for tree in trees for names in tree.xpath("//@class") for name in names.split()} - quiet
    assert {name for name in used if f".{name}" not in style} == set()


def test_files_of_the_operator_go_first(tmp_path):
    (tmp_path / "logo").mkdir()
    (tmp_path / "logo" / "icon-192.png").write_bytes(b"own")
    assert file_bytes("logo/icon-192.png", tmp_path) == b"own"
    assert file_bytes("logo/icon-180.png", tmp_path).startswith(b"\x89PNG")
    with pytest.raises(FileNotFoundError):
        file_bytes("logo/none.png")


@pytest.mark.parametrize(
    ("contact", "url"),
    [
        ("crew@example.org", "mailto:crew@example.org"),
        ("https://example.org/us", "https://example.org/us"),
        ("javascript:alert(1)", ""),
        ("a@b.c?body=x", ""),
        ("05" + "a" * 64, ""),
        ("", ""),
    ],
)
def test_contact(contact, url):
    assert contact_url(contact) == url


def test_paragraphs():
    assert paragraphs(" One.\n \n\n\nTwo\nthree.\n") == ("One.", "Two\nthree.")
    assert paragraphs("") == ()


@pytest.mark.parametrize(("code", "link"), [("en", "feed/all.xml"), ("de", "../feed/all.xml")])
def test_feed_readers_find_the_news(code, link):
    page = list_page(Cards([], DIRECTORY, NOW), {}, site_language(code))
    tree = parse(environment(code).get_template("index.html").render(page=page))
    assert tree.xpath("//link[@rel='alternate' and @type='application/atom+xml']/@href") == [link]
