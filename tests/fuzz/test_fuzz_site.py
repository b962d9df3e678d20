"""Hostile rooms all the way onto the page and into the data files."""

import json
import re
import unicodedata
from dataclasses import replace

from hypothesis import strategies as st
from lxml import html

from sessioncrawler.items import CommunityItem
from sessioncrawler.model import Room
from sessioncrawler.protocol.pages import parse_home_page
from sessioncrawler.protocol.rooms import parse_rooms
from tests.fuzz import page_strategies as pages
from tests.fuzz.cases import fuzzed
from tests.fuzz.strategies import NEIGHBOUR_TEXT, arrays, rooms, texts
from tests.fuzz.world import SERVERS, export, export_page, harmless, polled, process

HIDDEN = re.compile("[\u200b\u200e\u200f\u061c\u2028-\u202e\u2060-\u206f\u180e\u00ad\ufeff\ufff9-\ufffb\U000e0001]")
"""What turns a text round, or hides in it."""
LOOSE_JOINER = re.compile("(?<![^\x00-\x7f\\s])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f\\s])")
HREF = re.compile(
    r"https?://[\[\]0-9a-z._:-]+/[0-9A-Za-z_/.-]*|#[0-9A-Za-z_-]{1,64}\+[0-9a-f]{8}|mailto:crew@example\.org"
)

hostile = arrays(rooms(), NEIGHBOUR_TEXT).map(lambda body: parse_rooms(body).rooms)
legacy = st.one_of(pages.home_pages, pages.legacy_pages).map(
    lambda body: parse_home_page(body, SERVERS[1].address).rooms
)


def tree(page: bytes):
    return html.document_fromstring(page, parser=html.HTMLParser(encoding="utf-8"))


def structure(page: bytes) -> list:
    """Every element with its attributes, in order; with its text too where no stranger may write."""
    return [
        (element.tag, dict(element.attrib), None if in_table(element) else (element.text, element.tail))
        for element in tree(page).iter()
    ]


def in_table(element) -> bool:
    return element.tag == "tbody" or any(parent.tag == "tbody" for parent in element.iterancestors())


def check_texts(page: bytes) -> None:
    shown = page.decode()
    assert not [char for char in shown if unicodedata.category(char) in {"Cc", "Cs"} and char != "\n"]
    assert not HIDDEN.search(shown)
    for node in tree(page).xpath("//body//text()"):
        assert not LOOSE_JOINER.search(node)


def check_page(page: bytes, twin: bytes) -> None:
    """No markup stems from a stranger: the page has the form of its harmless twin, whoever parses it."""
    assert structure(page) == structure(twin)
    for mark in b"<>\"'":
        assert page.count(mark) == twin.count(mark)
    for href in tree(page).xpath("//body//@href"):
        assert HREF.fullmatch(href)


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


@fuzzed(6, first=hostile, second=legacy, remember=st.sampled_from((False, False, False, True)))
def test_nothing_that_servers_write_changes_the_page(first, second, remember, crawler):
    kept = process(crawler, polled(first, second), remember=remember)
    files = export(crawler, kept)
    assert not {"publish/errors", "state/failed"} & crawler.stats.get_stats().keys()
    communities = [item for item in kept if isinstance(item, CommunityItem)]
    assert f"neighbour+{SERVERS[0].server_id}" in {item.identifier for item in communities}
    check_texts(files["index.html"])
    check_page(files["index.html"], export_page(crawler, harmless(kept)))
    check_data(files["servers.json"], communities)
    for name, content in files.items():
        assert not name.endswith(".json") or json.loads(content)


@fuzzed(2, names=st.lists(texts, min_size=1, max_size=20))
def test_no_name_or_description_changes_the_page(names, crawler):
    entries = [
        {"token": f"t{number}", "name": text, "description": text[::-1] + text, "read": True}
        for number, text in enumerate(names)
    ]
    kept = process(crawler, polled(parse_rooms(json.dumps(entries).encode()).rooms, ()))
    page = export_page(crawler, kept)
    check_texts(page)
    check_page(page, export_page(crawler, harmless(kept)))
