import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.editorial.config import Directory, Site
from sessioncrawler.model import Address, Server, Tag, TagKind
from sessioncrawler.site.page import build_page, contact_url
from tests.publishing import NOW, community

DIRECTORY = Directory(Site(name="Rooms", url="https://example.org/", contact="crew@example.org"))
OTHER = Server(Address("http", "10.0.0.1", 8080), "0" * 64, legacy=True)


def page(*communities, dropped=None, directory=DIRECTORY):
    return build_page(communities, directory, NOW, dropped or {})


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
    assert [row.token for row in rows] == ["pinned", "pinned-unknown", "many", "alpha", "a2", "b2", "few", "unknown"]


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
    assert row.identifier == f"x+{OTHER.server_id}"
    assert row.name == "Name"
    assert row.initial == "N"
    assert (row.lead, row.description) == ("A\nB", "")
    assert dataclasses.astuple(row.tags[0]) == ("nsfw", "warning", "A warning")
    assert (row.visitors, row.visitors_text) == (1234, "1,234")
    assert dataclasses.astuple(row.language) == ("🇩🇪", "German", "de")
    assert row.preview_url == "http://10.0.0.1:8080/view/room/x"
    assert row.join_url == f"http://10.0.0.1:8080/x?public_key={'0' * 64}"
    assert "".join(row.host_parts) == "10.0.0.1:8080"
    assert row.fingerprint.startswith("0000 0000 ")


def test_unknown_is_not_zero():
    (row,) = page(community()).rows
    assert (row.visitors, row.visitors_text, row.language) == (None, "\N{EN DASH}", None)
    (row,) = page(visited("x", 0)).rows
    assert (row.visitors, row.visitors_text) == (0, "0")


def test_an_invisible_name_becomes_the_token():
    (row,) = page(community("general", "\u3164\u200b")).rows
    assert row.name == "general"


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
