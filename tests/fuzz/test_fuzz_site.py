"""Hostile rooms all the way onto the page and into the data files."""

import csv
import json
import re
import unicodedata
from dataclasses import replace
from io import StringIO
from urllib.parse import urlsplit

from hypothesis import strategies as st
from lxml import etree, html

from sessioncrawler.items import CommunityItem
from sessioncrawler.model import Room
from sessioncrawler.protocol.rooms import parse_rooms
from sessioncrawler.protocol.server_pages import parse_home_page
from tests.fuzz import page_strategies as pages
from tests.fuzz.bounds import LIMITS
from tests.fuzz.cases import fuzzed
from tests.fuzz.strategies import NEIGHBOUR_TEXT, arrays, rooms, texts
from tests.fuzz.world import PATHS, SERVERS, harmless, polled, process, render

INDEX, OWN, DATA = "index.html", "c/", "servers.json"
HIDDEN = re.compile("[\u200b\u200e\u200f\u061c\u2028-\u202e\u2060-\u206f\u180e\u00ad\ufeff\ufff9-\ufffb\U000e0001]")
"""What turns a text round, or hides in it."""
LOOSE_JOINER = re.compile("(?<![^\x00-\x7f\\s])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f\\s])")
TEXT_ATTRIBUTES = {("meta", "content")}
"""Where pages may repeat a stranger's text: previews of links."""
SEARCH = "#q="
"""Behind it a tag of strangers is searched for in the list."""
SCHEMES = {"", "http", "https", "mailto", "data"}

hostile = arrays(rooms(), NEIGHBOUR_TEXT).map(lambda body: parse_rooms(body, LIMITS).rooms)
legacy = st.one_of(pages.home_pages, pages.legacy_pages).map(
    lambda body: parse_home_page(body, SERVERS[1].address).rooms
)


def tree(page: bytes):
    return html.document_fromstring(page, parser=html.HTMLParser(encoding="utf-8"))


def form(top) -> list:
    """Every element with its attributes, in order; of scripts and styles the text as well."""
    return [
        (
            element.tag,
            {
                key: value.partition(SEARCH)[0]
                for key, value in element.attrib.items()
                if (element.tag, key) not in TEXT_ATTRIBUTES
            },
            element.text if element.tag in {"script", "style"} and not is_data(element) else None,
        )
        for element in top.iter()
    ]


def is_data(element) -> bool:
    return element.tag == "script" and element.get("type", "").endswith("json")


def check_page(page: bytes, twin: bytes) -> None:
    """No markup stems from a stranger, and no text can hide: the page has the form of its harmless twin."""
    top = tree(page)
    assert form(top) == form(tree(twin))
    # The same without any parser; in data (JSON) there are more quotation marks, though.
    assert [page.count(mark) for mark in b"<>'"] == [twin.count(mark) for mark in b"<>'"]
    shown = page.decode()
    assert not [char for char in shown if unicodedata.category(char) in {"Cc", "Cs"} and char != "\n"]
    for element in top.iter():
        if is_data(element):
            json.loads(element.text)
        elif element.tag not in {"script", "style"}:
            for text in (element.text or "", element.tail or "", *element.attrib.values()):
                assert not HIDDEN.search(text)
                assert not LOOSE_JOINER.search(text)
            assert urlsplit(element.get("href", "")).scheme in SCHEMES


def check_data(data: bytes, communities: list[CommunityItem]) -> None:
    """The data hold the same values as the items."""
    found = {
        f"{room['token']}+{server['server_id']}": (server["base_url"], server["pubkey"], room)
        for server in json.loads(data)
        for room in server["rooms"]
    }
    assert found.keys() == {item.identifier for item in communities}
    for item in communities:
        base_url, key, shape = found[item.identifier]
        assert (base_url, key) == (item.server.address.base_url, item.server.public_key)
        values = {name: shape[name] for name in Room.__slots__ if name != "description"}
        values |= {"admins": tuple(shape["admins"]), "moderators": tuple(shape["moderators"])}
        assert Room(**values) == replace(item.room, description=None)
        assert shape["description"] == item.description
        assert shape["string_tags"] == item.string_tags
        assert [(tag["text"], tag["type"]) for tag in shape["tags"]] == [(tag.text, tag.kind) for tag in item.tags]


@fuzzed(3, first=hostile, second=legacy)
def test_nothing_that_servers_write_changes_the_list(first, second, crawler):
    kept = process(crawler, polled(first, second))
    communities = [item for item in kept if isinstance(item, CommunityItem)]
    assert f"neighbour+{SERVERS[0].server_id}" in {item.identifier for item in communities}
    check_page(render(crawler, kept, INDEX)[INDEX], render(crawler, harmless(kept), INDEX)[INDEX])
    check_data(render(crawler, kept, DATA)[DATA], communities)


@fuzzed(2, names=st.lists(texts, min_size=1, max_size=12))
def test_no_name_or_description_changes_a_page(names, crawler):
    entries = [
        {"token": f"t{number}", "name": text, "description": f"{text[::-1]}{text} #{text}", "read": True}
        for number, text in enumerate(names)
    ]
    kept = process(crawler, polled(parse_rooms(json.dumps(entries).encode(), LIMITS).rooms, ()))
    twins = harmless(kept)
    check_page(render(crawler, kept, INDEX)[INDEX], render(crawler, twins, INDEX)[INDEX])
    # Of the pages of the Communities themselves one a case: each shows the same text in the same way.
    own, twin = render(crawler, kept[:1], OWN), render(crawler, twins[:1], OWN)
    assert own.keys() == twin.keys()
    for name in own:
        check_page(own[name], twin[name])


@fuzzed(2, first=hostile, second=legacy, path=st.sampled_from(PATHS))
def test_every_file_of_the_site_is_sound(first, second, path, crawler):
    kept = process(crawler, polled(first, second), remember=True)
    assert "state/failed" not in crawler.stats.get_stats()
    files, twins = (render(crawler, items, path) for items in (kept, harmless(kept)))
    for name, content in files.items():
        if name.endswith(".html"):
            check_page(content, twins[name])
        elif name.endswith((".xml", ".opml", ".atom", ".svg")):
            etree.fromstring(content)
        elif name.endswith((".json", "listings")):
            json.loads(content)
        elif name.endswith(".jsonl"):
            assert all(json.loads(line) for line in content.decode().split("\n")[:-1])
        elif name.endswith(".csv"):
            assert len({len(row) for row in csv.reader(StringIO(content.decode(), newline=""))}) == 1
