import json

import pytest

from sessioncrawler.editorial.config import Directory, Site
from sessioncrawler.knowledge.keys import KeyStory
from sessioncrawler.model import Address, JoinLink, KeyProof, Server, Sighting
from sessioncrawler.site.list.facts import facts, page_facts
from sessioncrawler.site.pages.cards import Cards, Provenance
from tests.support.publishing import NOW, community

DIRECTORY = Directory(Site(name="Rooms", url="https://example.org/", contact="crew@example.org"))
OTHER = Server(Address("http", "10.0.0.1", 8080), "0" * 64, legacy=True)
WEEK = 604_800


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
    assert json.loads(page_facts([card]))["servers"] == [{"url": "https://sogs.example", "key": card.key[0], **told}]


def card_of(*args, **more):
    (card,) = Cards([community(*args, **more)], DIRECTORY, NOW).all
    return card


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
    told = facts(card_of(read=read, write=write, upload=upload))
    assert {name: told[name] for name in ("read", "write", "upload") if name in told} == known


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
        "created": NOW - 100,
        "read": True,
        "admins": 1,
        "moderators": 2,
        "posts": 0,
        "sources": ["</script>", "b"],
        "preview": "/r/general/",
        "server": 0,
    }
    assert json.loads(page_facts(cards.all))["rooms"] == [expected]
    assert not set("<>&'") & set(page_facts(cards.all))
    assert json.loads(page_facts([])) == {"servers": [], "rooms": []}


def test_facts_come_in_the_order_of_the_rows():
    rooms = [community(name, active_users=n, active_users_cutoff=WEEK) for n, name in enumerate("abc")]
    cards = Cards(rooms, DIRECTORY, NOW).all[::-1]
    assert [one["visitors"] for one in json.loads(page_facts(cards))["rooms"]] == [2, 1, 0]
