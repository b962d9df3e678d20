"""Sources that publish whatever they like, in whatever encoding they claim."""

import json
from functools import cache

import pytest
from hypothesis import strategies as st
from scrapy.http import HtmlResponse, TextResponse
from scrapy.utils.test import get_crawler

from sessioncrawler.items import SightingItem
from sessioncrawler.protocol.joinlinks import find_join_links, parse_join_link
from sessioncrawler.protocol.sources import (
    Posted,
    read_any,
    read_awesome_list,
    read_session_directory,
    session_directory_pages,
)
from sessioncrawler.spiders.awesome_session_groups import AwesomeSessionGroups
from sessioncrawler.spiders.lokilocker import LokiLocker
from sessioncrawler.spiders.session_directory import SessionDirectory
from tests.fuzz import page_strategies as pages
from tests.fuzz.bounds import check_link, check_posted
from tests.fuzz.cases import fuzzed
from tests.fuzz.strategies import damaged, texts
from tests.support.publishing import no_reactor

URL = "https://session.directory/?all=groups"
NEIGHBOUR = parse_join_link(pages.NEIGHBOUR_LINK)
READERS = (read_any, read_awesome_list, read_session_directory)
SPIDERS = (AwesomeSessionGroups, LokiLocker, SessionDirectory)
CHARSETS = (
    "", "utf-8", "utf-7", "utf-16", "latin-1", "shift_jis", "iso2022_jp", "idna", "punycode", "unicode_escape",
    "undefined", "raw_unicode_escape", "hex", "zip", "bz2", "base64", "rot13", "mbcs", "nonsense", "x" * 500, "a\x00b",
    "\xff", "..", "''",
)  # fmt: skip
_bodies = st.one_of(pages.html_pages, pages.plain_pages).map(lambda text: text.encode("utf-8", "replace"))


@cache
def made(spider):
    """A real spider, made once: a crawler costs more than a case."""
    settings = {"CONTACT_URL": "https://example.org/", "TWISTED_REACTOR_ENABLED": False}
    with no_reactor():
        return spider.from_crawler(get_crawler(spider, settings))


def links(posted: list[Posted]) -> list:
    return [entry.link for entry in posted]


@fuzzed(4, text=pages.plain_pages | pages.link_texts)
def test_links_are_found_in_one_spelling_and_found_again(text):
    found = find_join_links(text)
    for link in found:
        check_link(link)
    assert found == sorted(set(found))
    # What has no key is no link any more to whoever reads our spelling of it in a text.
    whole = [link for link in found if link.public_key]
    assert find_join_links("\n".join(link.url for link in found)) == whole


@fuzzed(3, text=pages.link_texts | texts)
def test_a_link_is_a_link_or_none(text):
    if link := parse_join_link(text):
        check_link(link)


@fuzzed(4, text=st.one_of(pages.plain_pages, pages.html_pages), reader=st.sampled_from(READERS))
def test_a_listing_of_anything_is_links_within_bounds(text, reader):
    # What reaches a reader was decoded, and no decoder gives surrogates.
    check_posted(reader(text.encode("utf-8", "replace").decode()))


@fuzzed(3, text=pages.neighbourly_plain, reader=st.sampled_from((read_any, read_awesome_list)))
def test_a_link_survives_what_stands_beside_it(text, reader):
    posted = reader(text)
    check_posted(posted)
    assert NEIGHBOUR in links(posted)


@fuzzed(3, text=pages.neighbourly_html, reader=st.sampled_from((read_any, read_session_directory)))
def test_a_link_on_a_page_survives_what_stands_beside_it(text, reader):
    posted = reader(text.encode("utf-8", "replace").decode())
    check_posted(posted)
    assert NEIGHBOUR in links(posted)


@fuzzed(2, body=pages.neighbourly_json)
def test_an_entry_of_json_survives_its_neighbours(body):
    posted = read_session_directory(body.decode())
    check_posted(posted)
    # Other entries may name the same link.
    assert {"linux", "privacy"} <= {tag.casefold() for tag in dict(posted)[NEIGHBOUR]}


@fuzzed(3, body=damaged(pages.json_listings), more=st.sampled_from(("", "{", "]", ",,", '"', "[" * 5_000, "9" * 5_000)))
def test_a_link_survives_json_that_is_broken(body, more):
    text = f'[{{"url":{json.dumps(pages.NEIGHBOUR_LINK)}}},{more}\n' + body.decode("utf-8", "replace")
    posted = read_session_directory(text)
    check_posted(posted)
    assert NEIGHBOUR in links(posted)


@fuzzed(2, text=pages.html_pages)
def test_only_pages_of_the_known_form_are_followed(text):
    found = session_directory_pages(text.encode("utf-8", "replace").decode(), URL)
    assert len(found) == len(set(found))
    assert all(page.startswith("https://session.directory/") for page in found)
    assert all("view_session_group_user_lokinet.php?id=" in page for page in found)


@fuzzed(
    4,
    body=st.one_of(_bodies, damaged(_bodies), damaged(pages.json_listings)),
    charset=st.sampled_from(CHARSETS),
    spider=st.sampled_from(SPIDERS),
    kind=st.sampled_from((HtmlResponse, TextResponse)),
)
# Python's own word to the authors of "unicode_escape" texts.
@pytest.mark.filterwarnings("ignore:invalid (octal )?escape sequence:DeprecationWarning")
def test_a_spider_reads_any_bytes_in_any_encoding(body, charset, spider, kind):
    headers = {"Content-Type": f"text/html; charset={charset}".encode()}
    for item in made(spider).parse(kind(URL, headers=headers, body=body), URL):
        if isinstance(item, SightingItem):
            check_link(item.sighting.link)
            assert item.sighting.source == spider.name
        else:
            assert item.url.startswith("https://session.directory/")
