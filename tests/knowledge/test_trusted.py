"""Whose key counts as proven, and who is named like an official room."""

import time

import pytest

from sessioncrawler.editorial.config import parse_directory
from sessioncrawler.knowledge.trusted import OfficialNames
from sessioncrawler.model import Address, KeyProof, Room, Server
from sessioncrawler.state import Facts, Listed
from tests.support.knowing import HOST, KEY, NOW, OTHER, SITE, http, knowledge, link, reached, room

OPEN = Address("https", "open.example", 443)
OFFICIAL = f'[[servers]]\nurl = "https://open.example"\npublic_key = "{OTHER}"\nofficial = true\n'

SHOWN = KeyProof.PREVIEW_PAGE


def proven(poll, directory="") -> bool:
    (item,) = knowledge(poll, links=[link(address=poll.address)], directory=directory).communities()
    return item.server.proven


@pytest.mark.parametrize(
    ("proof", "expected"),
    [
        (KeyProof.ONION, True),
        (KeyProof.DIRECTORY, True),
        (KeyProof.PREVIEW_PAGE, False),
        (KeyProof.CLAIM, False),
        (None, False),
    ],
)
def test_a_key_counts_where_it_is_proven_or_configured(proof, expected):
    assert proven(reached(room(), key_proof=proof)) is expected


def test_a_configured_address_counts_with_its_key_and_no_other():
    configured = f'[[servers]]\nurl = "https://sogs.example"\npublic_key = "{KEY}"\n'
    assert proven(reached(room(), key_proof=SHOWN), configured)
    assert proven(reached(room(), key_proof=SHOWN, address=http()), configured.replace("https", "http"))
    assert not proven(reached(room(), key=OTHER, key_proof=SHOWN), configured)
    copy = reached(room(), key_proof=SHOWN, address=http("evil.example"))
    assert not list(knowledge(copy, links=[link(address=copy.address)], directory=configured).communities())


def resembled(name, *, listed=(), official=("Session", "Lokinet Updates"), proof=KeyProof.PREVIEW_PAGE):
    polls = [reached(Room("there", name), address=HOST, key=KEY, key_proof=proof)]
    if official:
        rooms = [Room(f"r{index}", each) for index, each in enumerate(official)]
        polls.append(reached(*rooms, address=OPEN, key=OTHER))
    found = knowledge(*polls, links=[link()], directory=OFFICIAL, listed=listed).communities()
    return {item.room.name: item.resembles for item in found}


@pytest.mark.parametrize(
    "name",
    ["Session", "session", "SESSION", "Ѕеѕѕіоп", "Sessіon", "Sess\u200bion", "SESSlON", "𝐒𝐞𝐬𝐬𝐢𝐨𝐧", "Ｓｅｓｓｉｏｎ",
     "✔ Session ✔", "Sess\u034fion", "Session.", "5ession".replace("5", "ꓢ")],
)  # fmt: skip
def test_a_name_that_looks_like_that_of_an_official_room_is_told(name):
    assert resembled(name)[name] == "Session"
    assert resembled(name, proof=KeyProof.ONION)[name] == "Session"


@pytest.mark.parametrize("name", ["Sessions", "Session Deutschland", "Obsession", "", "🎉", "日本", "Сессия"])
def test_other_names_are_nobody_s(name):
    assert not resembled(name)[name]


def test_letters_that_join_are_told_too():
    assert resembled("Lokinet Updates", official=("Modern",))["Lokinet Updates"] == ""
    assert resembled("Modem", official=("Modern",))["Modem"] == "Modern"


def test_official_rooms_are_themselves():
    assert resembled("Other") == {"Session": "", "Lokinet Updates": "", "Other": ""}


def test_who_only_shows_an_official_key_is_not_it():
    copy = reached(Room("session", "Session"), address=HOST, key=OTHER)
    directory = parse_directory(SITE + OFFICIAL, "d.toml")
    names = OfficialNames(directory, [(Server(OPEN, OTHER, proven=True), Room("s", "Session"))], ())
    assert names.resembled(copy.server, copy.rooms[0]) == "Session"


def test_an_official_server_that_is_away_is_known_by_what_was_listed():
    def listed(*tags):
        return (Listed(Facts(OTHER, "session", "session+abab0000", "Session", "", tags=tags), NOW - 9, NOW - 9, None),)

    assert resembled("Sessіon", official=(), listed=listed("official"))["Sessіon"] == "Session"
    assert not resembled("Sessіon", official=(), listed=listed())["Sessіon"]
    assert not resembled("Sessіon", official=("Lokinet",), listed=listed("official"))["Sessіon"]


def test_five_thousand_rooms_take_well_under_a_second():
    directory = parse_directory(SITE + OFFICIAL, "d.toml")
    served = [(Server(OPEN, OTHER, proven=True), Room(str(n), f"Official room {n}")) for n in range(10)]
    served += [(Server(HOST, KEY), Room(str(n), f"Оne of mаny, nr. {n}")) for n in range(5_000)]
    started = time.process_time()
    names = OfficialNames(directory, served, ())
    assert not any(names.resembled(*pair) for pair in served)
    assert time.process_time() - started < 1
