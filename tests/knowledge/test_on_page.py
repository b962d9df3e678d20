"""Who has how many places on the page."""

from __future__ import annotations

import pytest

from sessioncrawler.editorial.config import parse_directory
from sessioncrawler.editorial.judge import Judge
from sessioncrawler.knowledge.on_page import Acquainted, PageBounds, beyond
from sessioncrawler.model import Address, Room, Server
from sessioncrawler.state import Facts, KnownKey, Listed
from tests.support.knowing import DAY, NOW, SITE, http, knowledge, link, reached, sentences

OLD = NOW - 8 * DAY


def server(host: str, key: str = "") -> Server:
    return Server(Address("https", host, 443), (key or host.partition(".")[0][-1]) * 64)


def rooms(one: Server, count: int, **facts) -> list[tuple[Server, Room]]:
    """The first are the oldest."""
    return [(one, Room(f"room{age:05}", "x", **{"created": 1.0 + age, **facts})) for age in range(count)]


def known(one: Server, published_at: int = OLD) -> KnownKey:
    return KnownKey(one.public_key, one.address, published_at=published_at)


def listed(one: Server, token: str, first: int) -> Listed:
    return Listed(Facts(one.public_key, token, token, "x", ""), first, NOW, None)


def shown(served, bounds: PageBounds, *, keys=(), configured=(), before=(), directory: str = "") -> list[str]:
    """Key digit and number of all rooms that have a place."""
    judge = Judge(parse_directory(SITE + directory, "directory.toml"), NOW, guess=False)
    found = beyond(served, bounds, Acquainted(configured, keys, before, NOW), judge)
    assert found.keys() <= {(one.public_key, room.token) for one, room in served}
    return [
        f"{one.public_key[0]}{int(room.token.removeprefix('room'))}"
        for one, room in served
        if (one.public_key, room.token) not in found
    ]


A, B, C, D = server("a.example"), server("b.example"), server("c.example"), server("d.example")
FEW = PageBounds(server=2)
NEW = PageBounds(newcomers=4)


def test_of_one_server_the_oldest_rooms_have_a_place():
    served = [*rooms(A, 10_000)[::-1], *rooms(B, 2)]
    assert shown(served, PageBounds(server=3), keys=[known(A), known(B)]) == ["a2", "a1", "a0", "b0", "b1"]
    assert len(shown(served, PageBounds())) == 10_002


def test_those_that_were_listed_first_keep_their_places_whatever_age_is_told_of_others():
    before = [listed(A, "room00007", OLD), listed(A, "room00008", OLD + DAY)]
    assert shown(rooms(A, 10), FEW, keys=[known(A)], before=before) == ["a7", "a8"]


def test_what_is_not_listed_for_another_reason_takes_no_place():
    served = [*rooms(A, 3, read=False, write=False), *((A, Room(f"room{n}", "x")) for n in (7, 8))]
    assert set(shown(served, FEW, keys=[known(A)])) >= {"a7", "a8"}


def test_a_pinned_room_is_first():
    pin = f'[[pin]]\nmatch = "room00009+{A.public_key}"\nreason = "x"\n'
    proven = Server(A.address, A.public_key, proven=True)
    assert shown(rooms(proven, 10), FEW, keys=[known(A)], directory=pin) == ["a0", "a9"]


def test_a_room_that_is_told_twice_has_one_place():
    served = [(A, Room("room1", "x", created=1.0)), (A, Room("ROOM1", "x", created=2.0)), (A, Room("room2", "x"))]
    judge = Judge(parse_directory(SITE, "directory.toml"), NOW, guess=False)
    assert beyond(served, FEW, Acquainted((), [known(A)], (), NOW), judge) == {}


def test_a_server_of_the_directory_has_all_its_places():
    assert len(shown(rooms(A, 10), PageBounds(server=2, newcomers=2), configured=("a.example",))) == 10


def test_newcomers_share_in_turns_what_is_left_to_them():
    """Who was there first has the first place of each turn, and no more than others."""
    served = [*rooms(A, 100), *rooms(B, 3), *rooms(C, 1), *rooms(D, 50)]
    assert sorted(shown(served, NEW, keys=[known(D)], before=[listed(B, "room00000", NOW - DAY)])) == sorted(
        ["a0", "b0", "b1", "c0", *(f"d{number}" for number in range(50))]
    )


def test_any_number_of_names_of_one_domain_are_one_place_in_each_turn():
    crowd = [server(f"n{digit}.crowd.example", digit) for digit in "12345678"]
    served = [pair for one in crowd for pair in rooms(one, 100)] + rooms(A, 3) + rooms(D, 1)
    found = shown(served, PageBounds(newcomers=6), keys=[known(D)])
    assert {"a0", "a1", "a2", "d0"} <= set(found)
    assert len(found) == 7


@pytest.mark.parametrize(("published_at", "more"), [(NOW - 7 * DAY + 1, 8), (NOW - 7 * DAY, 4)])
def test_a_directory_that_begins_has_more_places_for_newcomers(published_at, more):
    served = [*rooms(A, 100), *rooms(B, 100)]
    bounds = PageBounds(newcomers=4, opening=2)
    assert len(shown(served, bounds, keys=[known(D, published_at)])) == more


def test_a_server_that_took_a_new_address_or_key_is_no_newcomer():
    moved, changed = Server(http("new.example"), A.public_key), Server(A.address, "f" * 64)
    for one in (moved, changed):
        assert len(shown([*rooms(one, 5), *rooms(B, 5)], PageBounds(newcomers=2), keys=[known(A)])) == 7


def test_who_has_no_place_is_told_so():
    told = reached(*(room for _, room in rooms(A, 3)))
    some = knowledge(told, links=[link()], page=PageBounds(server=1))
    said = sentences("room00002+118d", some)
    assert said[0].endswith("is not listed: its server lists 3 rooms, of which 1 have a place here (ROOMS_ON_PAGE).")
    assert any(one.startswith("What can be done: ") and "[[servers]]" in one for one in said)
    assert any(one.startswith("2 rooms are not listed, because its server lists 3 rooms") for one in said)
