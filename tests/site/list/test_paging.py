"""A long list: its pages, the links between them, and the search index."""

import json

from lxml import html

from sessioncrawler.editorial.config import Directory
from sessioncrawler.model import Tag
from sessioncrawler.site.i18n.languages import site_language
from sessioncrawler.site.list.facts import INDEX_END, INDEX_START, search_index
from sessioncrawler.site.list.page import A_PAGE, list_pages
from sessioncrawler.site.pages.cards import Cards
from sessioncrawler.site.render.environment import encoded
from tests.site.list.test_index import SITE, environment
from tests.support.publishing import KEY, NOW, community


def many(count):
    return [community(f"room-{n:04}", f"Room {n}") for n in range(count)]


def pages_of(communities, whole):
    shown = list_pages(Cards(communities, Directory(SITE), NOW), {}, site_language("en"), whole=whole)
    return [
        html.document_fromstring(encoded(environment("en").get_template("index.html"), page=page).decode())
        for page in shown
    ]


def test_a_long_list_has_pages_that_are_linked():
    trees = pages_of(many(2 * A_PAGE + 1), 2 * A_PAGE)
    rows = [tree.xpath("//ul[@id='communities']/li/@id") for tree in trees]
    assert [len(one) for one in rows] == [A_PAGE, A_PAGE, 1]
    assert len({one for page in rows for one in page}) == 2 * A_PAGE + 1
    assert trees[0].xpath("//nav[@id='pages']//a/@href") == ["index.html", "page/2/index.html", "page/3/index.html"]
    assert trees[1].xpath("//nav[@id='pages']//a/@href")[2] == "../../page/3/index.html"
    assert [tree.xpath("string(//a[@aria-current='page']/@href)") for tree in trees[1:]] == [
        "../../page/2/index.html",
        "../../page/3/index.html",
    ]
    assert [len(tree.xpath("//h1")) for tree in trees] == [1, 1, 1]
    assert trees[1].findtext(".//title") == "Page 2 – Rooms & more"
    assert trees[1].xpath("string(//link[@rel='canonical']/@href)") == "https://example.org/page/2/"
    assert json.loads(trees[1].xpath("string(//script[@id='texts'])"))["index"] == "../../search/index.js"
    policy = "string(//meta[@http-equiv='Content-Security-Policy']/@content)"
    assert "strict-dynamic" in trees[0].xpath(policy)


def test_a_list_that_is_one_page_loads_nothing():
    (tree,) = pages_of(many(7), 7)
    assert tree.xpath("//nav[@id='pages']") == []
    assert json.loads(tree.xpath("string(//script[@id='texts'])"))["index"] == ""
    assert "strict-dynamic" not in tree.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")


def read_index(*communities):
    text = search_index(Cards(communities, Directory(SITE), NOW).in_order)
    assert text.startswith(INDEX_START)
    assert text.endswith(b";\n")
    return json.loads(text[len(INDEX_START) : -len(INDEX_END)].replace(b"\\\\", b"\\"))


def test_the_search_index_has_what_rows_show_and_what_scripts_know():
    told = read_index(
        community("books", "Books", description="All of them.", tags=[Tag("novels")], topics=("reading",), write=True)
    )
    assert told["servers"] == [{"url": "https://sogs.example", "key": KEY}]
    (room,) = told["rooms"]
    hue = room.pop("hue")
    assert 0 <= hue < 12
    assert room == {
        "id": "books+118d404b",
        "name": "Books",
        "lead": "All of them.",
        "link": "c/books%2B118d404b/index.html",
        "initial": "B",
        "write": True,
        "tags": ["novels"],
        "topics": ["reading"],
        "preview": "/r/books/",
        "server": 0,
    }


def test_strangers_cannot_leave_the_search_index():
    text = "</script><!-- \u2028 ';alert(1)//"
    raw = search_index(Cards([community("x", text, description=text, tags=[Tag(text)])], Directory(SITE), NOW).all)
    told = raw.removeprefix(INDEX_START).removesuffix(INDEX_END).decode()
    assert not {*told} & {"<", ">", "'", "\n", "\u2028"}
    assert "\\" not in told.replace("\\\\", "")
    (tag,) = read_index(community("x", "a", tags=[Tag(text)]))["rooms"][0]["tags"]
    assert tag == "</script><!-- ';alert(1)//"
