from collections import Counter
from dataclasses import replace

import pytest
from lxml import html

from sessioncrawler.model import WEEK, Address, Server
from sessioncrawler.site.i18n.languages import LOCALES, site_language
from sessioncrawler.site.pages.cards import Cards
from sessioncrawler.site.render.environment import build_environment
from sessioncrawler.site.shelves.page import browse_page, shelf_page
from sessioncrawler.site.shelves.shelves import Shelves
from tests.support.publishing import NOW, community
from tests.support.site_pages import DIRECTORY, URL, assert_policy, meta, words

TOPICS = replace(DIRECTORY, topics={"linux": ("linux",), "music": ("music",), "home-brewing": ("beer",)})


def server(number: int) -> Server:
    return Server(Address("https", f"s{number}.example", 443), f"{number:02x}" * 32)


def room(token: str, number: int = 0, visitors: int = 0, **facts):
    facts = {"active_users": visitors, "active_users_cutoff": WEEK, "server": server(number), **facts}
    return community(token, token.title(), **facts)


def shelves(*rooms, most: int = 100):
    cards = Cards(rooms, TOPICS, NOW)
    return cards, Shelves.of(cards, most)


ROOMS = (
    room("penguins", visitors=9, language="de", topics=("linux",), description="Alles über Linux."),
    room("tunes", 1, visitors=90, language="en", topics=("music", "linux")),
    room("naked", 1, visitors=900, language="en", topics=("linux",), nsfw_reason="tag", description="Skin."),
    room("unknown", 2, language="und"),
    room("silent", 2),
)


def test_there_is_a_shelf_for_each_language_and_topic_of_a_community():
    _, found = shelves(*ROOMS)
    assert {code: [card.name for card in shelf.safe] for code, shelf in found.languages.items()} == {
        "en": ["Tunes"],
        "de": ["Penguins"],
    }
    assert {topic: [card.name for card in shelf.cards] for topic, shelf in found.topics.items()} == {
        "linux": ["Naked", "Tunes", "Penguins"],
        "music": ["Tunes"],
    }
    assert [(shelf.path, shelf.feed) for shelf in found.all] == [
        ("language/en/", "feed/lang/en.xml"),
        ("language/de/", "feed/lang/de.xml"),
        ("topic/linux/", "feed/topic/linux.xml"),
        ("topic/music/", "feed/topic/music.xml"),
    ]


def test_what_is_adult_makes_no_shelf():
    _, found = shelves(room("a", language="en", topics=("linux",), nsfw_reason="tag"))
    assert found.all == ()


def test_nobody_crowds_out_languages_with_rooms_in_all_there_are():
    many = [room(f"r{n}", 0, language=code) for n, code in enumerate(("aa", "ab", "ae", "af"))]
    real = [room("a", 1, language="zu"), room("b", 2, language="zu"), room("c", 3, language="en")]
    _, found = shelves(*many, *real, most=3)
    assert list(found.languages) == ["zu", "aa", "ab"]
    _, found = shelves(*many, *many, *real, room("d", 4, language="en"), most=2)
    assert list(found.languages) == ["en", "zu"]


def test_no_server_has_all_the_places_of_a_full_shelf():
    flood = [room(f"r{n}", 0, 1_000, language="en") for n in range(30)]
    _, found = shelves(*flood, *[room(f"honest{n}", 1 + n, 5, language="en") for n in range(6)])
    shelf = found.languages["en"]
    shown = Counter(card.key[0] for card in shelf.shown(8))
    assert shown[server(0).public_key] == 2
    assert len(shown) == 7
    assert shelf.shown(36) == shelf.cards


@pytest.mark.parametrize(
    ("tag", "path"),
    [("Linux", "topic/linux/"), ("english", "language/en/"), ("beer", None), ("french", None), ("\u202e", None)],
)
def test_tags_lead_to_shelves(tag, path):
    _, found = shelves(*ROOMS)
    shelf = found.of_tag(tag)
    assert (shelf.path if shelf else None) == path


def shown(name: str, code: str = "en", most: int = 200):
    cards, found = shelves(*ROOMS)
    shelf = next(one for one in found.all if one.name == name)
    page = shelf_page(shelf, cards, site_language(code), most=most)
    text = build_environment(None, site_language(code)).get_template("shelf.html").render(page=page)
    return html.document_fromstring(text.encode())


def test_the_page_of_a_topic():
    tree = shown("linux")
    assert tree.findtext(".//h1") == "Linux and free software"
    assert words(tree, "//p[@class='lead']").startswith("2 Communities on 2 servers.")
    assert tree.xpath("//main/ul[@class='shelf']//h3//a/@href") == [
        f"../../c/tunes%2B{server(1).server_id}/index.html",
        f"../../c/penguins%2B{server(0).server_id}/index.html",
    ]
    assert tree.xpath("//link[@type='application/atom+xml']/@href") == ["../../feed/topic/linux.xml"]
    assert len(tree.xpath("//link[@rel='alternate' and @hreflang]")) == len(LOCALES) + 1
    assert tree.xpath("//link[@rel='canonical']/@href") == [f"{URL}topic/linux/"]
    assert "Alles über Linux." in words(tree)
    assert_policy(tree)


def test_what_is_adult_is_named_behind_a_step_and_says_nothing():
    tree = shown("linux")
    assert words(tree, "//main//details").startswith("Not safe for work (1) Naked"[:21])
    assert "Skin." not in words(tree)
    assert "Naked" not in tree.xpath("string(//script[@type])") + meta(tree, "description")


def test_the_page_of_a_language_is_in_every_tongue():
    tree = shown("de", "fr")
    assert tree.findtext(".//h1") == "Communautés en allemand"
    assert tree.xpath("//html/@lang") == ["fr"]
    assert tree.xpath("//ul[@class='shelf']//a/@lang") == ["de"]
    assert tree.xpath("//a[@hreflang='fa']/@href") == ["../../../fa/language/de/index.html"]


def test_a_shelf_that_is_too_small_says_how_many_there_are():
    tree = shown("linux", most=1)
    assert "And 2 more, in the list" in words(tree)


def test_the_page_that_leads_to_all_of_them():
    cards, found = shelves(*ROOMS)
    page = browse_page(found, cards, site_language("de"))
    tree = html.document_fromstring(
        build_environment(None, site_language("de")).get_template("browse.html").render(page=page).encode()
    )
    assert tree.xpath("//ul[@class='shelves']//a/@href") == [
        "../../de/language/de/index.html",
        "../../de/language/en/index.html",
        "../../de/topic/linux/index.html",
        "../../de/topic/music/index.html",
    ]
    assert words(tree, "//ul[@class='shelves'][2]") == "Linux und freie Software 2 Musik 1"
    bare = browse_page(Shelves(), Cards([], TOPICS, NOW), site_language("en"))
    assert "No Community is listed" in build_environment().get_template("browse.html").render(page=bare)
