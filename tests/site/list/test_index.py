"""The page itself, as a browser's parser reads it."""

import base64
import gzip
import hashlib
import json
import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from sessioncrawler.editorial.config import Directory, Site
from sessioncrawler.model import JoinLink, Sighting, Tag
from sessioncrawler.site.i18n.languages import site_language
from sessioncrawler.site.list.page import list_page
from sessioncrawler.site.pages.cards import Cards, Provenance
from sessioncrawler.site.render.environment import build_environment, encoded
from sessioncrawler.text.names import name as visible_name
from tests.support.publishing import KEY, NOW, community

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
def environment(code):
    return build_environment(None, site_language(code))


def render(*communities, left_out=None, site=SITE, code="en", provenance=None):
    cards = Cards(communities, Directory(site), NOW, provenance=provenance)
    page = list_page(cards, left_out or {}, site_language(code))
    return encoded(environment(code).get_template("index.html"), page=page).decode()


def parse(*communities, **more):
    return html.document_fromstring(render(*communities, **more))


def facts(tree):
    """What the scripts are told of each row."""
    return json.loads(tree.xpath("string(//script[@id='facts'])"))["rooms"]


def sha(number):
    return hashlib.sha256(str(number).encode()).hexdigest()


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
    assert tree.xpath("string(//li/h2/a)") == visible_name(text)
    assert {name for element in tree.iter() for name in element.attrib if name.startswith("on")} == set()


@settings(max_examples=50, deadline=None)
@given(STRANGE, STRANGE, STRANGE)
def test_no_text_of_strangers_changes_the_page(name, description, tag):
    tree = parse(community("general", name, description=description, tags=[Tag(tag)]))
    expected = parse(community("general", "x", description="x", tags=[Tag("x")]))
    # Only whether there is a description at all may differ.
    skeletons = [[tag for tag in tags_of(t) if tag != "p"] for t in (tree, expected)]
    assert skeletons[0] == skeletons[1]


def test_strangers_text_reaches_neither_script_nor_style():
    plain, strange = parse(harmless()), parse(hostile("</script>marker"))
    for element in ("script", "style"):
        # Data is looked at below, and by tests/site/pages/test_structured_data.py.
        texts = f"//{element}[not(@type)]/text()"
        assert plain.xpath(texts) == strange.xpath(texts)
    assert strange.xpath("//@style") == []


def test_links_are_web_addresses_or_permalinks():
    tree = parse(*(hostile(text) for text in HOSTILE))
    assert all(
        link.startswith(("https://", "http://", "#", "mailto:", "data:image/svg+xml,"))
        or re.fullmatch(r"[\w./%-]+\.(html|png|webmanifest|xml)", link)
        for link in tree.xpath("//@href")
    )
    assert tree.xpath("string(//a[@data-fact='preview']/@rel)") == "noopener noreferrer nofollow ugc"
    assert tree.xpath("//@src") == []


def test_the_policy_allows_exactly_what_is_there():
    tree = parse(harmless())
    policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; ")
    for elements, directive in (("//style", "style-src"), ("//script[not(@type)]", "script-src")):
        digests = [hashlib.sha256(text.encode()).digest() for text in tree.xpath(f"{elements}/text()")]
        sources = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
        assert f"{directive} {sources};" in policy
    assert tree.xpath("//script/@type") == ["application/ld+json", "application/json", "application/json"]
    assert tree.xpath("//meta[@name='referrer']/@content") == ["no-referrer"]
    # The policy must come before what it governs.
    head = [element.get("http-equiv") or element.tag for element in tree.find("head")]
    assert head.index("Content-Security-Policy") < head.index("style")


def test_sources_are_told():
    sightings = [Sighting(JoinLink(community().server.address, "general", KEY), source) for source in ("b", 'a"')]
    (told,) = facts(parse(community(), provenance=Provenance.of(sightings)))
    assert told["sources"] == ['a"', "b"]


def test_the_switch_for_what_is_not_safe_for_work():
    tree = parse(community("a", nsfw_reason="word"), community("b"))
    labels = [" ".join(label.text_content().split()) for label in tree.xpath("//label[@for='nsfw']")]
    assert labels == ["Show adult rooms 1", "Show adult rooms (1)"]
    assert tree.xpath("//ul[@id='communities']/li[@class='nsfw']/h2/a/text()") == ["General"]
    assert tree.xpath("//input[@type='checkbox']/@autocomplete") == []
    assert parse(community()).xpath("//input[@id='nsfw']") == []


def test_the_texts_of_the_scripts_are_data():
    tree = parse(harmless())
    texts = json.loads(tree.xpath("string(//script[@id='texts'])"))
    assert (texts["copied"], texts["count_all"]) == ("Copied", "{0} Communities")
    scripts = " ".join(tree.xpath("//script[not(@type)]/text()"))
    assert {name for name in texts if name not in scripts} == set()


def test_the_list_speaks_other_languages():
    tree = parse(community(language="de", created=NOW - 86_400 * 800), code="fa")
    assert (tree.get("lang"), tree.get("dir")) == ("fa", "rtl")
    assert tree.xpath("string(//select/option[1])") == "پیشنهادی"
    assert json.loads(tree.xpath("string(//script[@id='texts'])"))["yes"] == "بله"
    assert tree.xpath("string(//li//*[@class='language']/span)") == "آلمانی"
    assert facts(tree)[0]["language"] == "de"


@pytest.mark.parametrize("text", HOSTILE)
def test_strangers_cannot_end_the_facts(text):
    sightings = [Sighting(JoinLink(community().server.address, "general", KEY), text)]
    tree = parse(community(), provenance=Provenance.of(sightings))
    assert facts(tree)[0]["sources"] == [text]
    assert len(tree.xpath("//script")) == len(parse(harmless()).xpath("//script"))


def test_a_hundred_rooms_weigh_little():
    many = [
        community(f"room-{n}", f"Room {n} {sha(n)}", description=" ".join(sha(n + m) for m in range(9)))
        for n in range(100)
    ]
    assert len(gzip.compress(render(*many).encode())) < 120_000


def test_head_and_foot():
    tree = parse(harmless(), left_out={"hidden": 3})
    assert tree.findtext(".//title") == "Rooms & more"
    assert tree.xpath("normalize-space(//p[@class='counts'])") == (
        "1 Community on 1 server. Last checked on 22 January 2026, 12:00 UTC."
    )
    assert tree.xpath("//time/@datetime") == ["2026-01-22T12:00:00Z"]
    assert tree.xpath("//link[@rel='canonical']/@href") == ["https://example.org/"]
    assert tree.xpath("normalize-space(//ul[@class='dropped']/li)") == "3 hidden by this directory"
    assert tree.xpath("//a[starts-with(@href, 'mailto:')]/@href") == ["mailto:crew@example.org"]
    assert "About <us>." in tree.xpath("string(//footer)")


def test_a_bare_site():
    bare = Site(name="N", url="", contact="")
    tree = parse(site=bare)
    assert tree.xpath("//link[@rel='canonical'] | //ul[@class='dropped'] | //footer/section//a") == []
    assert tree.xpath("string(//main/p[@class='empty'])") == "No Community is listed at the moment."
    tree = parse(site=Site(name="N", url="", contact="on Session: 05abc", source_code="https://example.org/code"))
    assert "Contact: on Session: 05abc" in tree.xpath("string(//footer)")
    assert tree.xpath("//footer/section//a/@href") == ["https://example.org/code"]


def test_every_class_of_the_page_is_styled():
    tree = parse(harmless(), hostile("y"), left_out={"test": 1})
    style = tree.findtext(".//style")
    quiet = {"list", "user", "tongues", "turn"}
    used = {name for names in tree.xpath("//@class") for name in names.split()} - quiet
    assert {name for name in used if f".{name}" not in style} == set()


def test_a_description_has_no_blank_at_its_end():
    tree = parse(community(description="One. \n"), site=Site(name="N", url="", contact="", description="Ours. "))
    assert tree.xpath("string(//meta[@name='description']/@content)") == "Ours."
    assert tree.xpath("string(//li/p[@class='text'])") == "One."
