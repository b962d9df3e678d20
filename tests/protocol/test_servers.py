from __future__ import annotations

from dataclasses import replace
from itertools import permutations

from sessioncrawler.model import Address, KeyProof, Outcome, Poll, Room, Server
from sessioncrawler.protocol.servers import settle

KEY = "a" * 64


def reached(address: Address, *rooms: Room, key: str = KEY, proof: KeyProof = KeyProof.PREVIEW_PAGE) -> Poll:
    return Poll(address, Outcome.REACHED, server=Server(address, key), rooms=rooms, key_proof=proof)


NAME = Address("https", "sogs.example", 443)
PLAIN = Address("http", "sogs.example", 80)
NUMBER = Address("https", "192.0.2.1", 443)
LOBBY = Room("lobby", "Lobby", created=1.25)
ATTIC = Room("attic", "Attic", created=2.5)


def test_the_best_address_comes_first_whoever_answered_first():
    polls = [reached(PLAIN, LOBBY), reached(NUMBER, LOBBY), reached(NAME, LOBBY)]
    for order in permutations(polls):
        assert [poll.address for poll in settle(order)] == [NAME, NUMBER, PLAIN]


def test_two_ways_to_one_address_have_an_order_too():
    ways = [reached(NAME, LOBBY), replace(reached(NAME, LOBBY, ATTIC), address=Address("http", "sogs.example", 443))]
    assert settle(ways) == settle(ways[::-1]) == tuple(ways)


def test_addresses_that_share_a_room_are_one_server():
    settled = settle([reached(NAME, LOBBY, ATTIC), reached(NUMBER, ATTIC)])
    assert {poll.outcome for poll in settled} == {Outcome.REACHED}


def test_addresses_are_joined_through_a_third():
    settled = settle([reached(NAME, LOBBY), reached(PLAIN, ATTIC), reached(NUMBER, LOBBY, ATTIC)])
    assert {poll.outcome for poll in settled} == {Outcome.REACHED}


def test_a_copy_of_a_key_has_no_room_in_common_and_the_better_proof_stays():
    honest, copy = reached(NUMBER, LOBBY), reached(NAME, replace(LOBBY, created=9.0), proof=KeyProof.CLAIM)
    for order in permutations([honest, copy]):
        settled = {poll.address: poll for poll in settle(order)}
        assert settled[NUMBER].outcome is Outcome.REACHED
        assert settled[NAME].outcome is Outcome.KEY_COPY
        assert settled[NAME].rooms == ()
        assert "https://192.0.2.1" in settled[NAME].detail


def test_the_operators_word_is_the_best_proof():
    known = reached(NUMBER, LOBBY, proof=KeyProof.DIRECTORY)
    settled = {poll.address: poll.outcome for poll in settle([reached(NAME, ATTIC, LOBBY.__class__("x", "x")), known])}
    assert settled == {NUMBER: Outcome.REACHED, NAME: Outcome.KEY_COPY}


def test_other_keys_and_failures_are_left_alone():
    failed = Poll(PLAIN, Outcome.REFUSED)
    other = reached(NUMBER, ATTIC, key="b" * 64)
    assert set(settle([failed, other, reached(NAME, LOBBY)])) == {failed, other, reached(NAME, LOBBY)}
