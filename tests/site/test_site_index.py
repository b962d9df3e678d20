"""The page itself, as a browser's parser reads it."""

import base64
import hashlib
import time
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from sessioncrawler.editorial.config import Directory, Site
from sessioncrawler.model import Address, Server, Tag, TagKind
from sessioncrawler.site.environment import build_environment
from sessioncrawler.site.page import build_page
from sessioncrawler.site.text import name as visible_name
from tests.publishing import NOW, community

SITE = Site(name="Rooms & more", url="https://example.org/", contact="crew@example.org", about="About <us>.")
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</td></tr></table></main></body></html>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><style>*{display:none}",
    "<!-- ",
    "]]>",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt; &#60;b&#62;",
    "\u202e<b>\u202c",
    "javascript:alert(1)",
]
STRANGE = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=()), max_size=40))


@cache
def environment():
    return build_environment()


def render(*communities, dropped=None, site=SITE):
    page = build_page(communities, Directory(site), NOW, dropped or {})
    return environment().get_template("index.html").render(page=page).encode(errors="replace").decode()


def parse(*communities, **more):
    return html.document_fromstring(render(*communities, **more))


def tags_of(tree):
    return [element.tag for element in tree.iter() if isinstance(element.tag, str)]


def hostile(text):
    return community("general", text, description=text, tags=[Tag(text)], string_tags=[text])


def harmless():
    return community("general", "x", description="x", tags=[Tag("x")], string_tags=["x"])


@pytest.mark.parametrize("text", HOSTILE)
def test_no_markup_of_strangers_survives(text):
    tree = parse(hostile(text))
    assert tags_of(tree) == tags_of(parse(harmless()))
    assert tree.xpath("string(//tbody//strong)") == visible_name(text)
    assert {name for element in tree.iter() for name in element.attrib if name.startswith("on")} == set()


@settings(max_examples=50, deadline=None)
@given(STRANGE, STRANGE, STRANGE)
def test_no_text_of_strangers_changes_the_page(name, description, tag):
    tree = parse(community("general", name, description=description, tags=[Tag(tag)]))
    expected = parse(community("general", "x", description="x", tags=[Tag("x")]))
    # Only whether there is a description at all may differ.
    skeletons = [[tag for tag in tags_of(t) if tag not in {"p", "details", "summary"}] for t in (tree, expected)]
    assert skeletons[0] == skeletons[1]


def test_strangers_text_reaches_neither_script_nor_style():
    plain, strange = parse(harmless()), parse(hostile("</script>marker"))
    for element in ("script", "style"):
        assert plain.findtext(f".//{element}") == strange.findtext(f".//{element}")
    assert strange.xpath("//@style") == []


def test_links_are_web_addresses_or_permalinks():
    tree = parse(*(hostile(text) for text in HOSTILE))
    assert all(
        link.startswith(("https://", "http://", "#", "mailto:", "data:image/svg+xml,"))
        for link in tree.xpath("//@href")
    )
    assert {a.get("rel") for a in tree.xpath("//a[@class='preview']")} == {"noopener noreferrer nofollow ugc"}
    assert tree.xpath("//@src") == []


def test_the_policy_allows_exactly_what_is_there():
    tree = parse(harmless())
    policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; ")
    for element, directive in (("style", "style-src"), ("script", "script-src")):
        (text,) = tree.xpath(f"//{element}/text()")
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy
    assert tree.xpath("//meta[@name='referrer']/@content") == ["no-referrer"]
    # The policy must come before what it governs.
    head = [element.get("http-equiv") or element.tag for element in tree.find("head")]
    assert head.index("Content-Security-Policy") < head.index("style")


def test_a_row_shows_everything():
    server = Server(Address("https", "sogs.example", 443), "ab" * 32)
    long = "First words. " + "and more " * 60
    tree = parse(
        community(
            "general",
            "العربية",
            server=server,
            description=long,
            tags=[Tag("chat"), Tag("official", TagKind.RESERVED), Tag("nsfw", TagKind.WARNING)],
            language="ar",
            pinned=True,
            active_users=1234,
            active_users_cutoff=604_800,
        )
    )
    (row,) = tree.xpath("//tbody/tr")
    identifier = f"general+{server.server_id}"
    assert row.get("id") == identifier
    assert row.xpath(".//a[@class='identifier']/@href") == [f"#{identifier}"]
    assert row.xpath("string(.//strong)") == "العربية"
    assert row.xpath(".//strong/@lang") == ["ar"]
    assert row.xpath(".//strong/@dir") == ["auto"]
    assert row.xpath("normalize-space(.//td[2])") == "🇪🇬 Arabic"
    assert row.xpath("string(.//summary)").startswith("First words. and more")
    assert row.xpath("string(.//details/p)") == long.strip()
    assert row.xpath(".//li/@class") == ["tag user", "tag reserved", "tag warning"]
    assert row.xpath("string(.//td[4])") == "1,234"
    assert row.xpath("string(.//td[5])") == "sogs.example"
    assert row.xpath("string(.//code)") == f"https://sogs.example/general?public_key={'ab' * 32}"
    assert row.xpath(".//a[@class='preview']/@href") == ["https://sogs.example/r/general/"]
    assert row.xpath("string(.//*[@class='pin'])") == "Pinned"


def test_what_is_unknown_is_a_dash_with_a_reason():
    (row,) = parse(community(server=Server(Address("https", "sogs.example", 443), "ab" * 32, has_preview=False))).xpath(
        "//tbody/tr"
    )
    assert row.xpath("string(.//td[4])") == "\N{EN DASH}"
    assert row.xpath(".//td[4]/span/@title") == ["The server does not tell how many visit"]
    assert row.xpath(".//td[4]/@data-value") == [""]
    assert row.xpath(".//td[2]/span/@title") == ["Nobody said which language is spoken here"]
    assert row.xpath(".//a[@class='preview']") == []
    assert row.xpath(".//*[@class='pin'] | .//ul | .//details | .//p") == []


def test_head_and_foot():
    tree = parse(harmless(), dropped={"hidden": 3})
    assert tree.findtext(".//title") == "Rooms & more"
    assert tree.xpath("normalize-space(//p[@class='counts'])") == (
        "1 Community on 1 server last checked 22 January 2026, 12:00 UTC"
    )
    assert tree.xpath("//time/@datetime") == ["2026-01-22T12:00:00Z"]
    assert tree.xpath("//link[@rel='canonical']/@href") == ["https://example.org/"]
    assert tree.xpath("normalize-space(//ul[@class='dropped']/li)") == "3 hidden by this directory"
    assert tree.xpath("//a[starts-with(@href, 'mailto:')]/@href") == ["mailto:crew@example.org"]
    assert "About <us>." in tree.xpath("string(//footer)")


def test_a_bare_site():
    bare = Site(name="N", url="", contact="")
    tree = parse(site=bare)
    assert tree.xpath("//link[@rel='canonical'] | //ul[@class='dropped'] | //footer//a") == []
    assert tree.xpath("string(//main/p[1])") == "No Community is listed at the moment."
    tree = parse(site=Site(name="N", url="", contact="on Session: 05abc", source_code="https://example.org/code"))
    assert "Contact: on Session: 05abc" in tree.xpath("string(//footer)")
    assert tree.xpath("//footer//a/@href") == ["https://example.org/code"]


def test_every_class_of_the_page_is_styled():
    tree = parse(harmless(), hostile("y"), dropped={"test": 1})
    style = tree.findtext(".//style")
    quiet = {"value", "title", "search", "user"}
    used = {name for names in tree.xpath("//@class") for name in names.split()} - quiet
    assert {name for name in used if f".{name}" not in style} == set()


def test_ten_thousand_communities_take_seconds():
    started = time.monotonic()
    text = render(
        *(community(f"room-{n}", f"Room {n}", description="Words. " * 30, active_users=n) for n in range(10_000))
    )
    assert text.count("<tr role") == 10_001
    assert time.monotonic() - started < 10
