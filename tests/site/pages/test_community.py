"""The page of a single Community, as a browser's parser reads it."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from sessioncrawler.knowledge.keys import KeyStory
from sessioncrawler.model import Address, KeyProof, Server, Tag, TagKind
from sessioncrawler.site.history.past import Past
from sessioncrawler.site.pages.cards import Cards
from sessioncrawler.site.pages.community import Surroundings, community_pages
from sessioncrawler.site.render.environment import build_environment
from sessioncrawler.site.shelves.shelves import Shelves
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
        (KeyStory(KeyProof.ONION, NOW, 1), "proven 22 January 2026"),
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
        f"Staff none that its server shows Server sogs. example Public key {' '.join(['abab'] * 16)}"
    )
    assert [words(tag, ".") for tag in tree.xpath("//li[starts-with(@class, 'tag')]")] == ["official", "chat"]
    assert tree.xpath("//a[@class='button']/@href") == [
        "https://sogs.example/r/general/",
        f"../../index.html#{identifier}",
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
    assert "Adult" not in meta(tree, "og:description") + "".join(tree.xpath("//script[@type]/text()"))
    assert "Adult words." in words(tree)


def test_what_is_adult_is_behind_a_step_and_in_no_index():
    tree = room_page(community("pics", description="Adult words.", nsfw_reason="tag", icon="icons/1.webp"))
    assert tree.xpath("//meta[@name='robots']/@content") == ["noindex"]
    (step,) = tree.xpath("//details[@class='step']")
    assert step.get("open") is None
    assert tree.xpath("//main//img") == []
    for hidden in ("//p[@class='words']", "//section[@class='way']", "//dl"):
        assert all(step in one.iterancestors() for one in tree.xpath(hidden)), hidden
    plain = room_page(community("pics", description="Kind words."))
    assert plain.xpath("//meta[@name='robots'] | //details[@class='step']") == []


def test_a_room_that_comes_twice_has_one_page():
    cards = Cards([community("a"), community("A"), community("b")], DIRECTORY, NOW)
    pages = [page for page in community_pages(cards) if page.language.code == "en"]
    assert [page.card.identifier[0] for page in pages] == ["A", "b"]


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
    around = Surroundings(server_paths={community().server.public_key: "s/1/"})
    page, *_ = community_pages(Cards([community("general")], DIRECTORY, NOW), around)
    tree = html.document_fromstring(build_environment().get_template("community.html").render(page=page))
    assert words(tree, "//a[contains(@href, 's/1/')]") == "sogs.example"
    assert tree.xpath("//dd/a/@href") == ["../../s/1/index.html"]
    assert room_page(community("general")).xpath("//dd/a") == []


def test_tags_and_language_and_server_lead_on():
    one = community("general", language="en", tags=[Tag("linux"), Tag("English"), Tag("x & y")], topics=("linux",))
    cards = Cards([one], replace(DIRECTORY, topics={"linux": ("linux",)}), NOW)
    key = one.server.public_key
    around = Surroundings(server_paths={key: "s/1/"}, servers_alone=True, shelves=Shelves.of(cards))
    german = next(page for page in community_pages(cards, around) if page.language.code == "de")
    assert [tag.link for tag in german.tags] == [
        "../../../de/topic/linux/index.html",
        "../../../de/language/en/index.html",
        "../../../de/index.html#q=%23x%20%26%20y",
    ]
    assert german.language_link == "../../../de/language/en/index.html"
    assert german.server_link == "../../../s/1/index.html"


def test_it_is_reported_where_the_operator_says():
    for template, link in (
        ("https://rooms.example/report?room={identifier}", "https://rooms.example/report?room=general%2B{}"),
        ("mailto:crew@rooms.example?subject={identifier}", "mailto:crew@rooms.example?subject=general%2B{}"),
    ):
        one = community("general")
        directory = replace(DIRECTORY, site=replace(DIRECTORY.site, report_url=template))
        tree = room_page(one, directory=directory)
        (report,) = tree.xpath("//a[.='Report this Community']/@href")
        assert report == link.format(one.server.server_id)
    tree = room_page(community("general"))
    assert tree.xpath("//a[.='Report this Community']") == []
    assert "Its operators: crew@rooms.example." in words(tree)


def test_what_looks_like_it_is_named_and_not_itself():
    rooms = [community(token, f"Linux {token}") for token in ("a", "b", "c")]
    page = next(page for page in community_pages(Cards(rooms, DIRECTORY, NOW)) if page.card.name == "Linux a")
    assert {card.name for card in page.like} == {"Linux b", "Linux c"}


def test_of_too_many_those_that_were_listed_first_have_pages_in_every_language():
    rooms = [community(token) for token in ("new", "old", "older")]
    first = {(rooms[0].server.public_key, token): NOW - days for token, days in (("old", 5), ("older", 9))}
    cards = Cards(rooms, DIRECTORY, NOW, past=Past(first_listed=first), most_translated=2)
    assert {card.key[1]: card.alone for card in cards.all} == {"new": True, "old": False, "older": False}
    codes = [page.language.code for page in community_pages(cards) if page.card.key[1] == "new"]
    assert codes == ["en"]
    assert not any(card.alone for card in Cards(rooms, DIRECTORY, NOW, most_translated=3).all)


def test_a_crawl_within_the_same_day_changes_no_byte_of_it():
    one, key = community("general", created=NOW), community("general").server.public_key

    def page(at):
        cards = Cards([one], DIRECTORY, at, key_stories={key: KeyStory(KeyProof.ONION, at, 1)})
        (page, *_) = community_pages(cards)
        return build_environment().get_template("community.html").render(page=page)

    assert page(NOW) == page(NOW + 3_600)
    assert page(NOW) != page(NOW + 86_400)
