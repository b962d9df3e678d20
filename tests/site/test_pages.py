"""The pages beside the list, as a browser's parser reads them."""

import base64
import hashlib
import json
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html

from sessioncrawler.editorial.config import Directory, Site, Source
from sessioncrawler.model import Address, Outcome, Poll, Server, Tag, TagKind
from sessioncrawler.site.community import CommunityPages
from sessioncrawler.site.environment import build_environment, file_bytes
from sessioncrawler.site.i18n import LOCALES, site_language
from sessioncrawler.site.identity import contact_url, paragraphs
from sessioncrawler.site.pages import Findings, about_page, plain_page
from sessioncrawler.site.places import PLAIN, Place
from sessioncrawler.site.sitemap import sitemap
from sessioncrawler.state import SourceSummary
from tests.publishing import NOW, community

URL = "https://rooms.example/"
SITE = Site(
    name="Rooms & <more>",
    url=URL,
    contact="crew@rooms.example",
    description="All <rooms>.",
    about="One.\n\nTwo <us>.",
    source_code="https://rooms.example/code",
    default_language="de",
)
DIRECTORY = Directory(SITE, sources=(Source("https://more.example/groups"),))
POLLS = tuple(Poll(Address("https", f"s{n}.example", 443), Outcome.REACHED if n else Outcome.DNS) for n in range(1300))
FINDINGS = Findings(
    communities=1234,
    servers=2,
    polls=POLLS,
    sources=(
        SourceSummary("lokilocker", 9, 3, 1, 2),
        SourceSummary("https://x.example/<b>", 9, 5, 1, 2),
        SourceSummary("<i>odd</i>", 1, 0, 1, 2),
    ),
    dropped={"closed": 2, "test": 1200, "x": 0},
)
HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "<!-- ",
    "]]>",
    "{{ 7 * 7 }}{% raw %}%(name)s %s",
    "\u202e<b>\u202c",
    "\ud800 lone",
]
STRANGE = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=()), max_size=40))


@cache
def environment(code="en"):
    return build_environment(None, site_language(code))


def parse(text):
    return html.document_fromstring(text.encode(errors="replace").decode())


def render(page, code="en", directory=DIRECTORY):
    place = Place(directory.site.url, site_language(code), f"{page}/")
    if page == "404":
        place = replace(place, path="", anywhere=True)
    known = about_page(directory, place, NOW, FINDINGS)
    context = known if page == "about" else plain_page(directory, place, NOW)
    return parse(environment(code).get_template(f"{page}.html").render(page=context))


def room_page(*communities, directory=DIRECTORY):
    template = environment().get_template("community.html")
    return next(parse(template.render(page=page)) for page in CommunityPages(communities, directory, NOW).pages())


def words(tree, path="//main"):
    (element,) = tree.xpath(path)
    return " ".join(" ".join(element.itertext()).split())


def meta(tree, name):
    return tree.xpath(f"string(//meta[@property='{name}' or @name='{name}']/@content)")


@pytest.mark.parametrize("page", [*PLAIN, "404"])
@pytest.mark.parametrize("code", LOCALES)
def test_every_page_in_every_language(page, code):
    tree = render(page, code)
    heading = tree.findtext(".//h1")
    assert heading
    assert tree.findtext(".//title") == f"{heading} – Rooms & <more>"
    assert (tree.get("lang"), tree.get("dir")) == (code, "rtl" if code == "fa" else "ltr")
    assert meta(tree, "og:title") == heading
    assert meta(tree, "description") == meta(tree, "og:description") != ""
    languages = tree.xpath("//nav[2]//a")
    assert [link.get("hreflang") for link in languages] == list(LOCALES)
    assert [link.get("lang") for link in languages if link.get("aria-current")] == [code]
    assert {tag.tag for tag in tree.iter() if tag.tag in {"img", "form", "iframe", "object", "base"}} == set()


@pytest.mark.parametrize("page", [*PLAIN, "404"])
def test_the_policy_allows_exactly_what_is_there(page):
    assert_policy(render(page))


def assert_policy(tree):
    policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; ")
    for elements in ("//style", "//script[not(@type)]"):
        for text in tree.xpath(f"{elements}/text()"):
            assert f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in policy
    assert set(tree.xpath("//script/@type")) <= {"application/ld+json"}
    assert tree.xpath("//@style | //@src") == []


def test_other_languages_are_named_to_search_engines():
    tree = render("join", "de")
    alternates = {link.get("hreflang"): link.get("href") for link in tree.xpath("//link[@rel='alternate']")}
    assert alternates["x-default"] == alternates["en"] == URL + "join/"
    assert alternates["fa"] == URL + "fa/join/"
    assert len(alternates) == len(LOCALES) + 1
    assert tree.xpath("//link[@rel='canonical']/@href") == [URL + "de/join/"]
    assert meta(tree, "og:url") == URL + "de/join/"
    assert meta(tree, "og:image") == URL + "logo/icon-512.png"
    assert json.loads(tree.findtext(".//script[@type]"))["inLanguage"] == "de"


def test_the_page_for_errors_works_under_any_address():
    tree = render("404")
    links = set(tree.xpath("//@href")) - {"#text"}
    assert all(link.startswith((URL, "data:")) for link in links)
    assert tree.xpath("//link[@rel='canonical' or @rel='alternate'] | //meta[@property='og:url']") == []


def test_a_site_without_an_address():
    bare = Directory(Site(name="N", url="", contact=""))
    for page in PLAIN:
        tree = render(page, directory=bare)
        assert tree.xpath("//link[@rel='canonical' or @rel='alternate'] | //script[@type]") == []
        assert meta(tree, "og:url") == meta(tree, "og:image") == ""
        assert tree.xpath("//a[@href='']") == []


def test_about_in_numbers():
    tree = render("about")
    text = words(tree)
    assert "1,234 Communities are listed. Last checked on 22 January 2026, 12:00 UTC." in text
    assert "Addresses asked this time: 1,300. Answered with rooms: 1,299." in text
    assert "1,202 Communities are known but not listed:" in text
    amounts = tree.xpath("//dl[@class='amounts']")
    assert words(amounts[1], ".") == "1,200 tagged as tests 2 neither readable nor writable"
    assert [words(amount, ".") for amount in amounts[0].xpath("dd")] == [
        "https://x.example/<b>", "LokiLocker wiki", "<i>odd</i>", "https://more.example/groups",
    ]  # fmt: skip
    assert len(amounts[0].xpath("dd/a")) == 3
    assert tree.xpath("//a[@href='mailto:crew@rooms.example']")
    assert tree.xpath("//a[@href='https://rooms.example/code']")
    assert [p.text for p in tree.xpath("//p[@lang='de']")] == ["One.", "Two <us>."]


def test_about_without_numbers():
    bare = Directory(Site(name="N", url="", contact="on Session: 05abc"))
    page = about_page(bare, Place("", site_language("fa"), "about/"), NOW, Findings(1, 1, (), (), {}))
    tree = parse(environment("fa").get_template("about.html").render(page=page))
    assert page.not_listed == 0
    assert "۱ انجمن در فهرست است." in words(tree)
    assert "همهٔ انجمن‌های شناخته‌شده در فهرست هستند." in words(tree)
    assert words(tree, "//p[contains(., '05abc')]//bdi") == "on Session: 05abc"
    assert tree.xpath("//p[contains(., '05abc')]//a") == []


def test_one_community_is_one():
    one = replace(FINDINGS, communities=1, dropped={"test": 1})
    page = about_page(DIRECTORY, Place(URL, site_language("en"), "about/"), NOW, one)
    text = words(parse(environment().get_template("about.html").render(page=page)))
    assert "1 Community is listed." in text
    assert "1 Community is known but not listed:" in text


def test_a_community_has_a_page_with_all_that_is_known():
    server = Server(Address("https", "sogs.example", 443), "ab" * 32)
    long = "First words.\n" + "and more " * 60
    tree = room_page(
        community(
            "general",
            "العربية",
            server=server,
            description=long,
            tags=[Tag("chat"), Tag("official", TagKind.RESERVED)],
            language="ar",
            active_users=1234,
            active_users_cutoff=604_800,
            created=NOW,
            read=True,
            write=False,
        )
    )
    link = f"https://sogs.example/general?public_key={'ab' * 32}"
    identifier = f"general+{server.server_id}"
    assert tree.findtext(".//h1") == "العربية"
    assert tree.xpath("//h1/@lang") == ["ar"]
    assert tree.xpath("string(//p[@class='words'])") == long.strip()
    assert tree.xpath("string(//code)") == link
    assert words(tree, "//dl") == (
        "Language 🇪🇬 Arabic Visitors a week 1,234 Created 22 January 2026 Reading yes Writing no Uploads no "
        f"Server sogs. example Public key {' '.join(['abab'] * 16)}"
    )
    assert [words(tag, ".") for tag in tree.xpath("//li[starts-with(@class, 'tag')]")] == ["official", "chat"]
    assert tree.xpath("//a[@class='button']/@href") == [
        f"../../index.html#{identifier}",
        "https://sogs.example/r/general/",
    ]
    assert tree.xpath("//link[@rel='canonical']/@href") == [f"{URL}c/general%2B{server.server_id}/"]
    assert meta(tree, "og:title") == "العربية"
    assert meta(tree, "og:description").startswith("First words. and more")
    assert len(meta(tree, "og:description")) <= 200
    assert tree.xpath("//svg/path/@d")
    assert_policy(tree)


def test_what_is_unknown_is_said():
    tree = room_page(community(server=Server(Address("https", "sogs.example", 443), "ab" * 32, has_preview=False)))
    assert words(tree, "//dl").startswith(
        "Language unknown Visitors a week unknown Created unknown Reading unknown Writing unknown Uploads unknown"
    )
    assert tree.xpath("//p[@class='words'] | //ul[starts-with(@class, 'tags')]") == []
    assert len(tree.xpath("//a[@class='button']")) == 1
    assert meta(tree, "og:description").startswith("A public chat room in the messenger Session.")


def test_a_guess_is_called_one():
    tree = room_page(community(language="de", language_from="guess"))
    assert "German (guessed)" in words(tree, "//dl")
    assert tree.xpath("//h1/@lang") == []


def test_previews_of_links_are_safe_for_work():
    tree = room_page(community(description="Adult words.", nsfw_reason="tag"))
    assert "Adult" not in meta(tree, "og:description") + tree.findtext(".//script[@type]")
    assert "Adult words." in words(tree)


def test_a_room_that_comes_twice_has_one_page():
    pages = list(CommunityPages([community("a"), community("A"), community("b")], DIRECTORY, NOW).pages())
    assert [page.row.token for page in pages] == ["A", "b"]


@settings(max_examples=60, deadline=None)
@given(STRANGE, STRANGE, STRANGE)
def test_no_text_of_strangers_changes_a_page(name, description, tag):
    def skeleton(tree):
        return [one.tag for one in tree.iter() if isinstance(one.tag, str) and "words" not in one.get("class", "")]

    def page(*texts):
        return room_page(community("general", texts[0], description=texts[1], tags=[Tag(texts[2])]))

    strange, plain = page(name, description, tag), page("x", "x", "x")
    assert skeleton(strange) == skeleton(plain)
    assert {one for element in strange.iter() for one in element.attrib if one.startswith("on")} == set()
    json.loads(strange.findtext(".//script[@type]"))
    for element in ("//style", "//script[not(@type)]"):
        assert strange.xpath(f"{element}/text()") == plain.xpath(f"{element}/text()")


@pytest.mark.parametrize("text", HOSTILE)
def test_strangers_cannot_end_the_data_for_search_engines(text):
    tree = room_page(community("general", text, description=text))
    (block,) = tree.xpath("//script[@type]/text()")
    assert not set("<>&") & set(block)


def test_the_sitemap_is_xml():
    entries = sitemap(URL, ["c/a+1/"], NOW)
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
    quiet = {"user", "home"}
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
