from __future__ import annotations

import time
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.model import Address, KeyProof, Outcome, Poll, Room, Server
from sessioncrawler.protocol.keys.claims import Claimed
from sessioncrawler.protocol.keys.memory import DAY, WEEK, KnownKey
from sessioncrawler.protocol.servers import settle

KEY = "a" * 64
NOW = 100 * DAY
TRUE = Address("http", "192.0.2.1", 8081)
COPIER = Address("https", "chat.example", 443)
RELAY = Address("https", "relay.example", 443)
NAME = Address("https", "sogs.example", 443)
PLAIN = Address("http", "sogs.example", 80)
LOBBY = Room("lobby", "Lobby", created=1.25)
MANY = tuple(Room(f"r{number}", "Room", created=1.25) for number in range(11))


def reached(address: Address, *rooms: Room, key: str = KEY, proof: KeyProof = KeyProof.ONION, **more) -> Poll:
    return Poll(address, Outcome.REACHED, server=Server(address, key), rooms=rooms, key_proof=proof, **more)


def shown(address: Address, *rooms: Room, proof: KeyProof = KeyProof.PREVIEW_PAGE) -> Poll:
    """A key that is shown, not proven."""
    return reached(address, *(rooms or (LOBBY,)), proof=proof)


def proven(address: Address, *, named: Address | None = None) -> Poll:
    return reached(address, LOBBY, named=named, named_at=NOW if named else 0)


def known(address: Address, **times) -> KnownKey:
    return KnownKey(KEY, address, **times)


def was_proven(address: Address, first: int, last: int, **more) -> KnownKey:
    return known(address, first_proven=first, last_proven=last, **more)


def held(address: Address, since: int) -> KnownKey:
    return known(address, held_since=since, shown_at=NOW)


def seen(address: Address, since: int, last: int) -> KnownKey:
    return known(address, held_since=since, shown_at=last)


CONFIGURED = {(KEY, TRUE)}
WHO = {
    "a proof, against a better-looking copier": ([proven(TRUE), shown(COPIER)], [], (), [TRUE]),
    "a proof, against one with more rooms": ([proven(TRUE), shown(COPIER, *MANY)], [], (), [TRUE]),
    "a proof, against one with rooms of its own": ([proven(TRUE), shown(COPIER, Room("x", "X"))], [], (), [TRUE]),
    "a proof, against one who held the key for longer": (
        [proven(TRUE), shown(COPIER)], [held(COPIER, 1)], (), [TRUE],
    ),
    "a proof, against where it was proven before": (
        [proven(TRUE), shown(COPIER)], [was_proven(COPIER, 1, NOW - 1)], (), [TRUE],
    ),
    "the operator's word, against a copier on plain http": (
        [shown(TRUE, proof=KeyProof.DIRECTORY), shown(PLAIN, *MANY)], [], CONFIGURED, [TRUE],
    ),
    "the operator's word comes before a proof": (
        [shown(TRUE, proof=KeyProof.DIRECTORY), proven(RELAY)], [], CONFIGURED, [TRUE, RELAY],
    ),
    "the operator's word, while the server is down": ([shown(COPIER)], [held(COPIER, 1)], CONFIGURED, []),
    "a proof at an address that is not the operator's": ([proven(NAME)], [], CONFIGURED, [NAME]),
    "proven last, with a copier": (
        [shown(COPIER), shown(TRUE)], [was_proven(TRUE, 1, NOW - DAY)], (), [TRUE],
    ),
    "proven last, while it is down": ([shown(COPIER, *MANY)], [was_proven(TRUE, 1, NOW - 9 * DAY)], (), []),
    "proven last, by https now": ([shown(NAME)], [was_proven(PLAIN, 1, NOW - DAY)], (), [NAME]),
    "a relay that was proven, too, does not stand in for the true one": (
        [shown(RELAY)], [was_proven(TRUE, 1, NOW, published_at=1), was_proven(RELAY, 5, NOW)], (), [],
    ),
    "another port of its host is somebody else": (
        [shown(Address("https", "192.0.2.1", 9000))], [was_proven(TRUE, 1, NOW)], (), [],
    ),
    "never proven: who held it longest": (
        [shown(COPIER, *MANY), shown(TRUE)], [held(TRUE, 10), held(COPIER, 11)], (), [TRUE],
    ),
    "never proven: who is new comes last": ([shown(COPIER, *MANY), shown(TRUE)], [held(TRUE, 10)], (), [TRUE]),
    "never proven: who was published before anything was remembered": (
        [shown(COPIER), shown(TRUE)], [held(TRUE, 10), held(COPIER, 10), known(TRUE, published_at=1)], (), [TRUE],
    ),
    "never proven, and the one that held it has been down for long": (
        [shown(COPIER)], [seen(TRUE, 10, NOW - WEEK), held(COPIER, 11)], (), [COPIER],
    ),
    "never proven: https of the host that holds it": (
        [shown(NAME), shown(PLAIN)], [held(PLAIN, 10)], (), [NAME, PLAIN],
    ),
    "nobody else shows it": ([shown(COPIER)], [], (), [COPIER]),
}  # fmt: skip


@pytest.mark.parametrize("case", WHO)
def test_who_owns_a_key(case):
    polls, memory, configured, owners = WHO[case]
    for order in permutations(polls):
        settled = settle(order, memory, configured, now=NOW)
        assert [poll.address for poll in settled if poll.outcome is Outcome.REACHED] == owners
        copies = [poll for poll in settled if poll.outcome is Outcome.KEY_COPY]
        assert len(copies) + len(owners) == len(polls)
        assert all(poll.rooms == () and "does not prove that it holds it" in poll.detail for poll in copies)
        assert settle(reversed(settled), memory, configured, now=NOW) == settled


CONTESTED = {
    "two at first sight": ([shown(TRUE), shown(COPIER, *MANY)], [], []),
    "a page says no more than a claim": ([shown(TRUE, proof=KeyProof.CLAIM), shown(COPIER)], [], []),
    "two that hold it equally long": ([shown(TRUE), shown(COPIER)], [held(TRUE, 10), held(COPIER, 10)], []),
    "two whose links are equally old": ([shown(TRUE), shown(COPIER)], [], [(TRUE, 10), (COPIER, 10)]),
    "while the one that held it longer is down for a day": (
        [shown(COPIER)], [seen(TRUE, 10, NOW - DAY), held(COPIER, 11)], [],
    ),
    "at first sight, while another that links name does not answer": ([shown(COPIER)], [], [(TRUE, 10), (COPIER, 10)]),
    "the same, within a week": ([shown(COPIER)], [held(COPIER, NOW - 6 * DAY)], [(TRUE, 10), (COPIER, 10)]),
}  # fmt: skip


@pytest.mark.parametrize("case", CONTESTED)
def test_a_key_that_nobody_proves_and_several_claim_is_nobodys(case):
    polls, memory, claims = CONTESTED[case]
    claimed = [Claimed(KEY, address, since) for address, since in claims]
    for order in permutations(polls):
        down = {TRUE, COPIER} - {poll.address for poll in polls}
        settled = settle([*order, *(Poll(one, Outcome.REFUSED) for one in down)], memory, claimed=claimed, now=NOW)
        settled = [poll for poll in settled if poll.address not in down]
        assert {poll.outcome for poll in settled} == {Outcome.KEY_CONTESTED}
        assert not any(poll.rooms for poll in settled)
        assert all(f"as {other} " in poll.detail for poll in settled for other in {TRUE, COPIER} - {poll.address})


FIRST = {
    "whose links are older": ([shown(COPIER, *MANY), shown(TRUE)], [], [(TRUE, 9), (COPIER, 10)]),
    "who was shown before the other was named": ([shown(TRUE)], [held(TRUE, 10)], [(TRUE, 10), (COPIER, 11)]),
    "who was shown before the other, of those whose links are equally old": (
        [shown(TRUE), shown(COPIER, *MANY)], [held(TRUE, 10)], [(TRUE, 10), (COPIER, 10)],
    ),
    "who was named before the other, which is down": ([shown(TRUE)], [], [(TRUE, 10), (COPIER, 11)]),
    "who has shown it for a week, while the other never answered": (
        [shown(TRUE)], [held(TRUE, NOW - WEEK)], [(COPIER, 10)],
    ),
    "who is asked, of those that were there before": (
        [shown(TRUE)], [seen(COPIER, 10, NOW - DAY), held(TRUE, 11)], [],
    ),
    "the same host": ([shown(NAME)], [], [(PLAIN, 10), (NAME, 10)]),
    "of two that prove it, whose links are older": ([proven(TRUE), proven(RELAY)], [], [(TRUE, 9), (RELAY, 10)]),
}  # fmt: skip


@pytest.mark.parametrize("case", FIRST)
def test_who_was_there_first(case):
    polls, memory, claims = FIRST[case]
    claimed = [Claimed(KEY, address, since) for address, since in claims]
    for order in permutations(polls):
        settled = settle(order, memory, claimed=claimed, now=NOW)
        best = next(poll for poll in settled if poll.outcome is Outcome.REACHED)
        assert best.address == (NAME if polls[0].address == NAME else TRUE)


WHERE = {
    "https and a name, where nothing else is known": ([TRUE, PLAIN, NAME], [], {}, ()),
    "the one that is configured": ([NAME, TRUE], [known(NAME, published_at=1)], {NAME: NAME}, {(KEY, TRUE)}),
    "the host that the server names": ([RELAY, PLAIN], [known(RELAY, published_at=1)], {PLAIN: PLAIN}, ()),
    "what it names by a relay counts as well": ([RELAY, PLAIN], [], {RELAY: PLAIN}, ()),
    "what it named before": ([RELAY, TRUE], [known(TRUE, named=TRUE, named_at=5)], {}, ()),
    "where it is now, of what it named": (
        [TRUE, NAME],
        [known(TRUE, named=TRUE, named_at=5, published_at=1), known(NAME, named=NAME, named_at=6)],
        {},
        (),
    ),
    "a name that leads nowhere changes nothing": (
        [RELAY, TRUE], [known(TRUE, published_at=1)], {TRUE: Address("http", "example.net", 80)}, (),
    ),
    "the one that was published first": (
        [RELAY, TRUE], [known(TRUE, published_at=1), known(RELAY, published_at=2)], {}, (),
    ),
    "not a relay on another port of the named host": (
        [Address("https", "192.0.2.1", 9000), TRUE], [], {TRUE: TRUE}, (),
    ),
    "the one that was proven first, where none was published": (
        [RELAY, TRUE], [was_proven(TRUE, 1, NOW), was_proven(RELAY, 2, NOW)], {}, (),
    ),
    "https of the same host": ([PLAIN, NAME, RELAY], [known(PLAIN, published_at=1)], {}, ()),
}  # fmt: skip
BEST = dict(zip(WHERE, (NAME, TRUE, PLAIN, PLAIN, TRUE, NAME, TRUE, TRUE, TRUE, TRUE, NAME), strict=True))


@pytest.mark.parametrize("case", WHERE)
def test_which_address_is_published(case):
    addresses, memory, named, configured = WHERE[case]
    for order in permutations(addresses):
        settled = settle([proven(one, named=named.get(one)) for one in order], memory, configured)
        assert {poll.outcome for poll in settled} == {Outcome.REACHED}
        assert settled[0].address == BEST[case]


def test_two_ways_to_one_address_have_an_order_too():
    ways = [proven(NAME), replace(reached(NAME, LOBBY, *MANY), address=Address("http", "sogs.example", 443))]
    assert settle(ways) == settle(ways[::-1]) == tuple(ways)


def test_addresses_of_one_server_stand_together():
    other = reached(PLAIN, LOBBY, key="b" * 64)
    settled = settle([proven(TRUE), other, proven(COPIER)])
    assert [poll.address for poll in settled] == [COPIER, TRUE, PLAIN]


def test_other_keys_and_failures_are_left_alone():
    failed = Poll(PLAIN, Outcome.REFUSED)
    other = reached(TRUE, LOBBY, key="b" * 64)
    assert set(settle([failed, other, proven(NAME)])) == {failed, other, proven(NAME)}


ADDRESSES = st.builds(
    Address,
    st.sampled_from(["https", "http"]),
    st.sampled_from(["a.example", "b.example", "192.0.2.9", "sogs.example.evil.example"]),
    st.sampled_from([80, 443, 8081]),
)
ROOMS = st.lists(st.builds(Room, st.sampled_from(["lobby", "x"]), st.just("X"), created=st.just(1.25)), max_size=3)
IMPOSTORS = st.lists(
    st.builds(
        lambda address, rooms, proof: shown(address, *rooms, proof=proof),
        ADDRESSES,
        ROOMS,
        st.sampled_from([KeyProof.PREVIEW_PAGE, KeyProof.CLAIM]),
    ),
    max_size=6,
)
VICTIMS = [
    ([proven(TRUE)], [], ()),
    ([shown(TRUE)], [held(TRUE, 10)], ()),
    ([shown(TRUE)], [was_proven(TRUE, 1, NOW - DAY)], ()),
    ([shown(TRUE, proof=KeyProof.DIRECTORY)], [], CONFIGURED),
    ([], [was_proven(TRUE, 1, NOW - DAY)], ()),
    ([], [], CONFIGURED),
]


@given(st.sampled_from(VICTIMS), IMPOSTORS)
def test_an_impostor_never_changes_what_its_victim_lists(victim, impostors):
    polls, memory, configured = victim
    later = [held(poll.address, 20) for poll in impostors]
    settled = settle([*impostors, *polls], [*memory, *later], configured, now=NOW)
    assert [poll for poll in settled if poll.outcome is Outcome.REACHED] == polls


@pytest.mark.parametrize("true", [proven(TRUE), shown(TRUE)])
def test_ten_thousand_servers_and_as_many_copies_of_one_key(true):
    polls = [true]
    for number in range(10_000):
        address = Address("https", f"s{number}.example", 443)
        polls += [reached(address, LOBBY, key=f"{number:064x}"), shown(replace(address, port=9000))]
    memory = [was_proven(poll.address, 1, NOW) for poll in polls[:64]] if true.key_proof is KeyProof.ONION else []
    claimed = [Claimed(KEY, poll.address, 10) for poll in polls]
    begun = time.process_time()
    settled = settle(polls, memory, claimed=claimed, now=NOW)
    assert time.process_time() - begun < 5  # half a second, on a machine with nothing else to do
    assert sum(poll.outcome is Outcome.REACHED for poll in settled) == 10_000 + len(memory[:1])
