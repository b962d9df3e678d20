import json

import pytest

from sessioncrawler.editorial.config import Directory, Site
from sessioncrawler.knowledge.keys import KeyStory
from sessioncrawler.model import Address, JoinLink, KeyProof, Server, Sighting, Tag, TagKind
from sessioncrawler.site.pages.cards import Cards, Provenance, facts
from tests.support.publishing import NOW, community

DIRECTORY = Directory(Site(name="Rooms", url="https://example.org/", contact="crew@example.org"))
OTHER = Server(Address("http", "10.0.0.1", 8080), "0" * 64, legacy=True)
WEEK = 604_800


def card_of(*args, **more):
    (card,) = Cards([community(*args, **more)], DIRECTORY, NOW).all
    return card


@pytest.mark.parametrize(
    ("story", "told"),
    [
        (KeyStory(KeyProof.ONION, NOW, 3), {"proof": "onion", "proven": NOW}),
        (KeyStory(KeyProof.ONION, NOW, 3, "ab" * 32, 5), {"proof": "onion", "proven": NOW, "since": 5}),
        (KeyStory(KeyProof.PREVIEW_PAGE, None, 3), {"proof": "preview-page"}),
        (KeyStory(KeyProof.CLAIM, None, 3), {"proof": "claim", "claimed": 3}),
        (KeyStory(None, None, 0), {}),
    ],
)
def test_scripts_know_why_a_key_is_believed(story, told):
    (card,) = Cards([community()], DIRECTORY, NOW, key_stories={community().server.public_key: story}).all
    assert facts(card) == told


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


@pytest.mark.parametrize(
    ("rights", "known"),
    [
        ((True, True, True), {"read": True, "write": True, "upload": True}),
        ((True, False, True), {"read": True, "write": False, "upload": False}),
        ((False, True, False), {"read": False, "write": True, "upload": False}),
        ((None, None, None), {}),
        ((True, None, True), {"read": True, "upload": True}),
    ],
)
def test_rights(rights, known):
    read, write, upload = rights
    assert facts(card_of(read=read, write=write, upload=upload)) == known


def test_facts_are_plain_values():
    link = JoinLink(community().server.address, "general", community().server.public_key)
    room = community(
        language="de",
        created=NOW - 100,
        message_sequence=0,
        active_users=0,
        active_users_cutoff=WEEK,
        admins=("a", "a"),
        moderators=("a", "b", "c"),
        read=True,
    )
    cards = Cards([room], DIRECTORY, NOW, provenance=Provenance.of([Sighting(link, "</script>"), Sighting(link, "b")]))
    expected = {
        "language": "de",
        "visitors": 0,
        "age": 100,
        "read": True,
        "admins": 1,
        "moderators": 2,
        "posts": 0,
        "sources": ["</script>", "b"],
    }
    assert json.loads(cards.facts) == [expected]
    assert not set("<>&'") & set(cards.facts)
    assert Cards([], DIRECTORY, NOW).facts == "[]"


def test_facts_come_in_the_order_of_the_list():
    rooms = [community(name, active_users=n, active_users_cutoff=WEEK) for n, name in enumerate("abc")]
    assert [one["visitors"] for one in json.loads(Cards(rooms, DIRECTORY, NOW).facts)] == [2, 1, 0]


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
