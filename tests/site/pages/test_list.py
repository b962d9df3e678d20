import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.editorial.config import Directory, Site
from sessioncrawler.editorial.tags import RESERVED, NsfwReason
from sessioncrawler.model import Address, JoinLink, Room, Server, Sighting, Tag, TagKind
from sessioncrawler.site.i18n.texts import ENGLISH
from sessioncrawler.site.pages.cards import Cards, Provenance, rights
from sessioncrawler.site.pages.list import build_page, contact_url
from tests.support.publishing import NOW, community

DIRECTORY = Directory(Site(name="Rooms", url="https://example.org/", contact="crew@example.org"))
OTHER = Server(Address("http", "10.0.0.1", 8080), "0" * 64, legacy=True)


def page(*communities, dropped=None, directory=DIRECTORY):
    return build_page(Cards(communities, directory, NOW), dropped or {})


def visited(token, visitors, **more):
    return community(token, more.pop("name", token), active_users=visitors, active_users_cutoff=604_800, **more)


def test_rows_are_ordered():
    rows = page(
        community("unknown"),
        visited("few", 0),
        visited("b2", 5, name="beta"),
        visited("a2", 5, name="Beta"),
        visited("alpha", 5),
        visited("many", 900),
        community("pinned-unknown", pinned=True),
        visited("pinned", 1, pinned=True),
    ).rows
    assert [row.card.token for row in rows] == [
        "pinned",
        "pinned-unknown",
        "many",
        "alpha",
        "a2",
        "b2",
        "few",
        "unknown",
    ]


@given(st.permutations([visited(token, n) for token, n in zip("abcdef", (3, 3, None, 0, 9, None), strict=True)]))
def test_the_order_of_arrival_does_not_matter(communities):
    assert page(*communities) == page(*communities[::-1])


def test_counts():
    assert page().summary == "0 Communities on 0 servers"
    assert page(community()).summary == "1 Community on 1 server"
    shown = page(
        community("a"), community("b"), community("c", server=OTHER), dropped={"test": 1200, "closed": 2, "x": 0}
    )
    assert (shown.communities, shown.servers, shown.summary) == (3, 2, "3 Communities on 2 servers")
    assert shown.dropped_summary == "1,202 Communities are not listed"
    assert [(reason.count_text, reason.text) for reason in shown.dropped] == [
        ("1,200", "tagged as tests"),
        ("2", "neither readable nor writable"),
    ]
    assert page(dropped={"test": 1}).dropped_summary == "1 Community is not listed"
    assert page().dropped_summary == ""


def test_a_row_has_all_that_is_shown():
    (row,) = page(
        visited(
            "x", 1234, name="Name", server=OTHER, description="A\nB", tags=[Tag("nsfw", TagKind.WARNING)], language="de"
        )
    ).rows
    assert row.card.identifier == f"x+{OTHER.server_id}"
    assert row.card.name == "Name"
    assert row.card.initial == "N"
    assert (row.card.lead, row.card.description) == ("A\nB", "")
    assert dataclasses.astuple(row.badges[0]) == ("nsfw", "warning", "Not safe for work")
    assert row.tags == ()
    assert (row.card.visitors, row.visitors) == (1234, "1,234")
    assert dataclasses.astuple(row.language) == ("🇩🇪", "German", "de", "de")
    assert row.card.preview_url == "http://10.0.0.1:8080/view/room/x"
    assert row.card.join_url == f"http://10.0.0.1:8080/x?public_key={'0' * 64}"
    assert "".join(row.card.home.host_parts) == "10.0.0.1:8080"
    assert row.card.home.fingerprint.startswith("0000 0000 ")


def test_rooms_that_nobody_can_read_come_after_those_that_can_be():
    rows = page(
        visited("closed", 900, read=False), visited("open", 1, read=True), visited("silent", 2), community("no-number")
    ).rows
    assert [row.card.token for row in rows] == ["silent", "open", "no-number", "closed"]


@pytest.mark.parametrize(
    ("read", "write", "upload", "letters"),
    [
        (True, True, True, "rwu"),
        (True, False, True, "r--"),
        (False, True, False, "-w-"),
        (None, None, None, "???"),
        (True, None, True, "r?u"),
    ],
)
def test_rights(read, write, upload, letters):
    assert rights(Room("x", "X", read=read, write=write, upload=upload)) == letters


def test_badges_and_tags():
    tags = [
        Tag("we're here", TagKind.RESERVED),
        Tag("pinned", TagKind.RESERVED),
        Tag("odd", TagKind.RESERVED),
        Tag("a"),
    ]
    (row,) = page(community(tags=[*tags, Tag("nsfw", TagKind.WARNING)], nsfw_reason="curator")).rows
    assert [badge.text for badge in row.badges] == ["we’re here", "odd", "nsfw"]
    assert [badge.title for badge in row.badges[1:]] == [
        "A tag that this directory gave",
        "Not safe for work: the curator of this directory says so",
    ]
    assert [tag.text for tag in row.tags] == ["a"]
    assert row.card.nsfw


def test_equal_tags_look_equal():
    first, second = page(community("a", tags=[Tag("x")]), community("b", tags=[Tag("x")])).rows
    assert first.tags == second.tags
    assert first.tags[0].text == "x"


def test_sources():
    link = JoinLink(OTHER.address, "Books", OTHER.public_key)
    elsewhere = JoinLink(Address("https", "other.example", 443), "books", OTHER.public_key)
    sightings = [Sighting(link, "wiki"), Sighting(elsewhere, "list"), Sighting(elsewhere, "wiki")]
    rooms = [community("books", server=OTHER), community("other", server=OTHER)]
    shown = Cards(rooms, DIRECTORY, NOW, provenance=Provenance.of(sightings)).all
    assert {card.token: card.sources for card in shown} == {"books": ("list", "wiki"), "other": ()}


def test_every_tag_of_the_directory_has_a_text():
    assert RESERVED - {"pinned", "modded", "not modded", "not moderated"} == set(ENGLISH.badges)
    assert {reason.value for reason in NsfwReason} == set(ENGLISH.nsfw_reasons)


def test_unknown_is_not_zero():
    (row,) = page(community()).rows
    assert (row.card.visitors, row.visitors, row.language) == (None, "\N{EN DASH}", None)
    (row,) = page(visited("x", 0)).rows
    assert (row.card.visitors, row.visitors) == (0, "0")


def test_an_invisible_name_becomes_the_token():
    (row,) = page(community("general", "\u3164\u200b")).rows
    assert row.card.name == "general"


def test_many_languages_are_no_language_of_the_text():
    (row,) = page(community(language="mul")).rows
    assert (row.language.code, row.language.flag) == ("", "🌐")


def test_the_operators_texts():
    site = dataclasses.replace(
        DIRECTORY.site, description="Ours.", about="One.\n\n\n\nTwo\nthree.", source_code="https://x/"
    )
    shown = page(directory=dataclasses.replace(DIRECTORY, site=site))
    assert (shown.description, shown.about, shown.source_code) == ("Ours.", ("One.", "Two\nthree."), "https://x/")
    assert page().description == "0 Communities on 0 servers: a directory of public chat rooms in Session"
    assert page().about == ()


@pytest.mark.parametrize(
    ("contact", "url"),
    [
        ("crew@example.org", "mailto:crew@example.org"),
        ("https://example.org/us", "https://example.org/us"),
        ("javascript:alert(1)", ""),
        ("a@b.c?body=x", ""),
        ("05" + "a" * 64, ""),
        ("", ""),
    ],
)
def test_contact(contact, url):
    assert contact_url(contact) == url
