"""The page of a single Community, as a browser's parser reads it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from sessioncrawler.knowledge.keys import KeyStory
from sessioncrawler.model import Address, KeyProof, Server, Tag, TagKind
from sessioncrawler.site.pages.cards import Cards
from sessioncrawler.site.pages.community import community_pages
from sessioncrawler.site.render.environment import build_environment
from tests.support.publishing import NOW, community
from tests.support.site_pages import DIRECTORY, URL, assert_policy, facts, meta, room_page, words

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


@pytest.mark.parametrize(
    ("story", "shown"),
    [
        (KeyStory(KeyProof.ONION, NOW, 1), "proven 22 January 2026 12:00 UTC"),
        (KeyStory(KeyProof.PREVIEW_PAGE, None, 1), "shown by its preview page"),
        (KeyStory(KeyProof.DIRECTORY, None, 1), "named by this directory"),
        (KeyStory(KeyProof.CLAIM, None, 3), "sources that claim it: 3"),
        (KeyStory(KeyProof.ONION, NOW, 1, "ab" * 32, NOW - 86_400), "; new key since 21 January 2026 12:00 UTC"),
    ],
)
def test_why_the_key_is_believed_is_shown(story, shown):
    one = community("general")
    tree = room_page(one, key_stories={one.server.public_key: story})
    assert shown in facts(tree.find(".//dl")).replace(",", "")


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
    assert facts(tree.find(".//dl")) == (
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
    assert facts(tree.find(".//dl")).startswith(
        "Language unknown Visitors a week unknown Created unknown Reading unknown Writing unknown Uploads unknown"
    )
    assert tree.xpath("//p[@class='words'] | //ul[starts-with(@class, 'tags')]") == []
    assert len(tree.xpath("//a[@class='button']")) == 1
    assert meta(tree, "og:description").startswith("A public chat room in the messenger Session.")


def test_a_guess_is_called_one():
    tree = room_page(community(language="de", language_from="guess"))
    assert "German (guessed)" in facts(tree.find(".//dl"))
    assert tree.xpath("//h1/@lang") == []


def test_previews_of_links_are_safe_for_work():
    tree = room_page(community(description="Adult words.", nsfw_reason="tag"))
    assert "Adult" not in meta(tree, "og:description") + tree.findtext(".//script[@type]")
    assert "Adult words." in words(tree)


def test_a_room_that_comes_twice_has_one_page():
    cards = Cards([community("a"), community("A"), community("b")], DIRECTORY, NOW)
    assert [page.card.identifier[0] for page in community_pages(cards)] == ["A", "b"]


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


def test_a_community_shows_its_icon():
    (icon,) = room_page(community("general", icon="icons/0123-general-7.webp")).xpath("//main//img")
    assert icon.get("src") == "../../icons/0123-general-7.webp"


def test_its_server_has_a_page():
    (page,) = community_pages(
        Cards([community("general")], DIRECTORY, NOW), server_paths={community().server.public_key: "s/1/"}
    )
    tree = html.document_fromstring(build_environment().get_template("community.html").render(page=page))
    assert words(tree, "//a[contains(@href, 's/1/')]") == "sogs.example"
    assert tree.xpath("//dd/a/@href") == ["../../s/1/index.html"]
    assert room_page(community("general")).xpath("//dd/a") == []
