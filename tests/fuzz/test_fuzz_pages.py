"""Home pages, preview pages and legacy lists of servers that send whatever they like."""

import re

from hypothesis import strategies as st

from sessioncrawler.model import Address, Room
from sessioncrawler.protocol.rooms import NotRoomsError
from sessioncrawler.protocol.server_pages import parse_home_page, parse_legacy_rooms, parse_preview_page
from tests.fuzz import page_strategies as pages
from tests.fuzz.bounds import LIMITS, check_rooms
from tests.fuzz.cases import fuzzed
from tests.fuzz.strategies import KEY, damaged

BASE = Address("https", pages.HOST, 443)
NEIGHBOUR = Room("neighbour", "N & M")


@fuzzed(6, body=pages.home_pages | damaged(pages.home_pages) | st.binary(max_size=60))
def test_a_home_page_of_anything_is_rooms_within_bounds(body):
    page = parse_home_page(body, BASE, LIMITS)
    check_rooms(page.rooms)
    assert page.rooms or not page.legacy


@fuzzed(4, body=pages.modern_pages)
def test_a_room_survives_what_stands_beside_it(body):
    page = parse_home_page(body, BASE, LIMITS)
    assert NEIGHBOUR in page.rooms
    assert not page.legacy


@fuzzed(3, body=pages.legacy_pages)
def test_a_legacy_room_survives_what_stands_beside_it(body):
    page = parse_home_page(body, BASE, LIMITS)
    assert NEIGHBOUR in page.rooms
    assert page.legacy


@fuzzed(3, body=pages.preview_pages | damaged(pages.preview_pages), token=st.sampled_from(("neighbour", "a", "-")))
def test_a_preview_page_of_anything_gives_a_key_or_none(body, token):
    key = parse_preview_page(body, token)
    assert key is None or re.fullmatch("[0-9a-f]{64}", key)


@fuzzed(3, body=pages.true_previews)
def test_no_text_on_a_preview_page_forges_or_hides_its_key(body):
    assert parse_preview_page(body, "neighbour") == KEY


@fuzzed(3, body=pages.legacy_lists | damaged(pages.legacy_lists))
def test_a_legacy_list_of_anything_is_rooms_or_an_error(body):
    try:
        rooms = parse_legacy_rooms(body, LIMITS).rooms
    except NotRoomsError:
        return
    check_rooms(rooms)


@fuzzed(2, body=pages.neighbourly_legacy_lists)
def test_a_room_survives_its_neighbours_in_a_legacy_list(body):
    assert NEIGHBOUR in parse_legacy_rooms(body, LIMITS).rooms
