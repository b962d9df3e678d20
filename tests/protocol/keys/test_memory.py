from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.model import Address, KeyProof, Outcome, Poll, Server
from sessioncrawler.protocol.keys.log import KeyChange, KeyEvent
from sessioncrawler.protocol.keys.memory import (
    DAY,
    GIVEN_UP_AFTER,
    MOST_ADDRESSES,
    MOST_KEYS,
    KnownKey,
    holder,
    kept_at_address,
    kept_of_key,
    learn,
    place_of,
)

ADDRESS = Address("http", "sogs.example", 80)
NAMED = Address("https", "sogs.example", 443)
OLD, NEW = "a" * 64, "b" * 64


def poll(key: str, proof: KeyProof = KeyProof.ONION, **more) -> Poll:
    return Poll(ADDRESS, Outcome.REACHED, server=Server(ADDRESS, key), key_proof=proof, **more)


PAGE = KeyProof.PREVIEW_PAGE
DOWN = Poll(ADDRESS, Outcome.DNS)


def story(*answers: tuple[int, Poll]) -> tuple[list[KnownKey], list[tuple[int, KeyChange, str]]]:
    """What is known in the end, and what happened, of answers at times."""
    known: list[KnownKey] = []
    events: list[KeyEvent] = []
    for at, one in answers:
        known, happened = learn(one, known, at)
        events += happened
    return known, [(event.at, event.change, event.public_key) for event in events]


def test_the_first_proof_is_an_event_and_the_next_ones_are_none():
    known, events = story((10, poll(OLD)), (20, poll(OLD, named=NAMED, named_at=20)), (30, poll(OLD)))
    assert events == [(10, KeyChange.FIRST, OLD)]
    assert known == [KnownKey(OLD, ADDRESS, 10, 30, shown_at=30, named=NAMED, named_at=20)]


def test_a_server_that_says_nothing_of_itself_was_asked_all_the_same():
    known, _ = story((10, poll(OLD, named=NAMED, named_at=10)), (20, poll(OLD, named_at=20)))
    assert [(one.named, one.named_at) for one in known] == [(None, 20)]


def test_a_key_that_takes_the_place_of_another_is_a_change():
    known, events = story((10, poll(OLD)), (20, poll(NEW)), (30, poll(NEW)))
    assert events == [(10, KeyChange.FIRST, OLD), (20, KeyChange.CHANGED, NEW)]
    assert {one.public_key: one.lost_at for one in known} == {NEW: None, OLD: 20}
    assert holder(known).public_key == NEW


def test_a_key_that_comes_back_after_another_is_a_change_too():
    _, events = story((10, poll(OLD)), (20, poll(NEW)), (30, poll(OLD)))
    assert events[-1] == (30, KeyChange.CHANGED, OLD)


def test_who_the_former_key_was_is_told():
    known, _ = learn(poll(OLD), [], 10)
    _, [event] = learn(poll(NEW), known, 20)
    assert event == KeyEvent(20, KeyChange.CHANGED, "http://sogs.example", NEW, OLD)


def test_what_answers_without_a_proof_for_a_day_has_lost_its_key():
    _, events = story((10, poll(OLD)), (20, poll(OLD, PAGE)), (9 + DAY, poll(OLD, PAGE)))
    assert events == [(10, KeyChange.FIRST, OLD)]
    known, events = story((10, poll(OLD)), (10 + DAY, poll(OLD, PAGE)), (11 + DAY, poll(OLD, PAGE)))
    assert events[1:] == [(10 + DAY, KeyChange.LOST, OLD)]
    _, [event] = learn(poll(OLD), known, 2 * DAY)
    assert event == KeyEvent(2 * DAY, KeyChange.RETURNED, "http://sogs.example", OLD)


def test_what_is_down_keeps_its_key_for_long():
    known, events = story((10, poll(OLD)), (9 + GIVEN_UP_AFTER, DOWN))
    assert len(events) == 1
    _, [event] = learn(DOWN, known, 10 + GIVEN_UP_AFTER)
    assert (event.change, event.how) == (KeyChange.LOST, "dns")


def test_a_key_that_is_only_shown_is_no_event_but_is_held():
    known, events = story((10, poll(OLD, PAGE)), (20, DOWN), (30, poll(OLD, PAGE)))
    assert (events, [(one.held_since, one.shown_at) for one in known]) == ([], [(10, 30)])
    known, _ = story((10, poll(OLD, PAGE)), (20, poll(NEW, PAGE)), (30, poll(OLD, PAGE)))
    assert {one.public_key: one.held_since for one in known} == {OLD: 30, NEW: None}


def test_a_place_is_the_one_that_answered():
    odd = Address("http", "sogs.example", 443)
    assert place_of(Poll(odd, Outcome.REACHED, server=Server(NAMED, OLD))) == "sogs.example"
    assert place_of(Poll(odd, Outcome.DNS)) == "sogs.example"


def test_ever_new_keys_do_not_push_out_a_proven_one():
    known, _ = learn(poll(OLD), [], 10)
    for number in range(50):
        known, _ = learn(poll(f"{number:064x}", PAGE), known, 20 + number)
        known = list(kept_at_address(known))
    assert len(known) == MOST_KEYS
    assert known[0].public_key == OLD


def test_ever_new_addresses_do_not_push_out_those_before():
    first = KnownKey(OLD, ADDRESS, held_since=5)
    flood = [KnownKey(OLD, Address("https", f"{number}.example", 443), held_since=6) for number in range(99)]
    kept = list(kept_of_key([*flood, first]))
    assert len(kept) == MOST_ADDRESSES
    assert kept[0] == first


@given(
    st.lists(
        st.tuples(st.integers(0, 40 * DAY), st.one_of(
            st.builds(poll, st.sampled_from([OLD, NEW]), st.sampled_from(KeyProof)),
            st.builds(Poll, st.just(ADDRESS), st.sampled_from(Outcome)),
        )), max_size=12,
    )
)  # fmt: skip
def test_whatever_happens_one_key_at_most_is_held_at_an_address(answers):
    known, events = story(*answers)
    assert sum(one.last_proven is not None and one.lost_at is None for one in known) <= 1
    assert sum(one.held_since is not None for one in known) <= 1
    # What is lost twice came back between.
    told = [change for _, change, _ in events]
    assert all((a, b) != (KeyChange.LOST, KeyChange.LOST) for a, b in pairwise(told))
    assert told[:1] in ([], [KeyChange.FIRST])
