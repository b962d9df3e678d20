from sessioncrawler.editorial.config import Directory, Site
from sessioncrawler.model import Address, JoinLink, Server, Sighting, Tag, TagKind
from sessioncrawler.site.pages.cards import Cards, Provenance
from tests.support.publishing import NOW, community

DIRECTORY = Directory(Site(name="Rooms", url="https://example.org/", contact="crew@example.org"))
OTHER = Server(Address("http", "10.0.0.1", 8080), "0" * 64, legacy=True)
WEEK = 604_800


def card_of(*args, **more):
    (card,) = Cards([community(*args, **more)], DIRECTORY, NOW).all
    return card


def test_a_card_has_all_that_is_shown():
    nsfw = Tag("nsfw", TagKind.WARNING)
    card = card_of(
        "x", "Name", server=OTHER, description="A\nB", tags=[nsfw, Tag("a")], nsfw_reason="tag", language="de"
    )
    assert (card.identifier, card.name, card.initial) == (f"x+{OTHER.server_id}", "Name", "N")
    assert (card.lead, card.description) == ("A\nB", "")
    assert (card.badges, card.tags, card.nsfw) == ((nsfw,), (Tag("a"),), True)
    assert (card.language, card.guessed) == ("de", False)
    assert card.preview_url == "http://10.0.0.1:8080/view/room/x"
    assert card.join_url == f"http://10.0.0.1:8080/x?public_key={'0' * 64}"
    assert card.host_parts == ("10.", "0.", "0.", "1:8080")


def test_sources():
    link = JoinLink(OTHER.address, "Books", OTHER.public_key)
    elsewhere = JoinLink(Address("https", "other.example", 443), "books", OTHER.public_key)
    sightings = [Sighting(link, "wiki"), Sighting(elsewhere, "list"), Sighting(elsewhere, "wiki")]
    rooms = [community("books", server=OTHER), community("other", server=OTHER)]
    shown = Cards(rooms, DIRECTORY, NOW, provenance=Provenance.of(sightings)).all
    assert {card.key[1]: card.sources for card in shown} == {"books": ("list", "wiki"), "other": ()}


def test_an_invisible_name_becomes_the_token():
    assert card_of("general", "\u3164\u200b").name == "general"


def test_counts():
    cards = Cards([community("a", nsfw_reason="word"), community("b"), community("c", server=OTHER)], DIRECTORY, NOW)
    assert (len(cards.all), cards.servers, cards.nsfw) == (3, 2, 1)
