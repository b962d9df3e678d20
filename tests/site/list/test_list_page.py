import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.editorial.config import Directory, Site
from sessioncrawler.model import Address, Server
from sessioncrawler.site.i18n.languages import site_language
from sessioncrawler.site.list.page import list_page
from sessioncrawler.site.pages.cards import Cards
from tests.support.publishing import NOW, community

DIRECTORY = Directory(Site(name="Rooms", url="https://example.org/", contact="crew@example.org"))
OTHER = Server(Address("http", "10.0.0.1", 8080), "0" * 64, legacy=True)


def page(*communities, left_out=None, directory=DIRECTORY):
    return list_page(Cards(communities, directory, NOW), left_out or {}, site_language("en"))


def visited(token, visitors, **more):
    return community(token, more.pop("name", token), active_users=visitors, active_users_cutoff=604_800, **more)


def test_rows_are_in_the_recommended_order():
    cards = page(
        visited("closed", 900, read=False),
        visited("silent", 0),
        visited("busy", 900, write=True),
        visited("reading-only", 900, write=False),
        community("pinned", pinned=True),
        visited("described", 900, write=True, description="About it."),
    ).cards
    assert [card.identifier.partition("+")[0] for card in cards] == [
        "pinned",
        "described",
        "busy",
        "reading-only",
        "silent",
        "closed",
    ]


@given(st.permutations([visited(token, n) for token, n in zip("abcdef", (3, 3, None, 0, 9, None), strict=True)]))
def test_the_order_of_arrival_does_not_matter(communities):
    assert page(*communities).cards == page(*communities[::-1]).cards


def test_counts():
    assert page().summary == "0 Communities on 0 servers"
    assert page(community()).summary == "1 Community on 1 server"
    shown = page(
        community("a"), community("b"), community("c", server=OTHER), left_out={"test": 1200, "closed": 2, "x": 0}
    )
    assert (len(shown.cards), shown.summary) == (3, "3 Communities on 2 servers")
    assert shown.left_out_summary == "1,202 Communities are not listed"
    assert [(reason.count, reason.text) for reason in shown.left_out] == [
        (1200, "tagged as tests"),
        (2, "neither readable nor writable"),
    ]
    assert page(left_out={"test": 1}).left_out_summary == "1 Community is not listed"
    assert page().left_out_summary == ""


def test_the_operators_texts():
    site = dataclasses.replace(
        DIRECTORY.site, description="Ours.", about="One.\n\n\n\nTwo\nthree.", source_code="https://x/"
    )
    shown = page(directory=dataclasses.replace(DIRECTORY, site=site))
    assert (shown.description, shown.site.about, shown.site.source_code) == (
        "Ours.",
        ("One.", "Two\nthree."),
        "https://x/",
    )
    assert page().description == "0 Communities on 0 servers: a directory of public chat rooms in Session"
    assert page().site.about == ()
