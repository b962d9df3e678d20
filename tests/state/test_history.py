from __future__ import annotations

from dataclasses import replace

from sessioncrawler.state import Event, EventKind, Facts, Told, Total

DAY = 86_400
A = Facts("a" * 64, "Lobby", "Lobby+aaaa0000", "Lobby", "https://a.example/Lobby?public_key=" + "a" * 64, tags=("x",))
B = Facts("b" * 64, "attic", "attic+bbbb0000", "Attic", "https://b.example/attic?public_key=" + "b" * 64)


def record(state, *what, **how):
    return list(state.record_listing(*what, **how).happened)


def kinds(events):
    return [(event.kind, event.facts.token) for event in events]


def test_the_first_listing_is_no_event(state):
    assert record(state, [A, B], [], 100) == []
    assert state.events() == []
    assert [(one.facts, one.first_listed, one.gone_at) for one in state.listings()] == [(A, 100, None), (B, 100, None)]


def test_a_community_comes_goes_and_returns(state):
    state.record_listing([A], [], 100)
    assert kinds(record(state, [A, B], [], 200)) == [(EventKind.NEW, "attic")]
    assert kinds(record(state, [A], [], 300)) == [(EventKind.GONE, "attic")]
    assert record(state, [A], [], 300 + DAY) == []
    assert kinds(record(state, [A, B], [], 400 + DAY)) == [(EventKind.RETURNED, "attic")]
    assert kinds(state.events()) == [
        (EventKind.RETURNED, "attic"),
        (EventKind.GONE, "attic"),
        (EventKind.NEW, "attic"),
    ]
    assert kinds(state.events(1)) == [(EventKind.RETURNED, "attic")]
    assert state.listings()[1].first_listed == 200


def test_the_facts_are_those_of_the_last_listing(state):
    state.record_listing([A], [], 100)
    renamed = replace(A, token="lobby", name="Hall")
    assert record(state, [renamed], [], 200) == []
    assert [one.facts for one in state.listings()] == [renamed]


def test_a_clock_that_goes_backwards_takes_nothing_away(state):
    state.record_listing([A, B], [], 1000 + DAY)
    assert record(state, [A], [], 100) == []
    assert state.listings()[0].last_listed == 1000 + DAY


def test_what_is_withdrawn_is_forgotten_with_its_events(state):
    state.record_listing([A], [], 100)
    state.record_listing([A, B], [], 200)
    assert record(state, [A], [(B.public_key, "ATTIC"), (A.public_key, "lobby")], 200 + DAY) == []
    assert state.events() == []
    assert [one.facts for one in state.listings()] == [A]


def test_what_a_server_shows_at_a_second_address_too_keeps_its_samples(state):
    """There it is dropped, but it is listed."""
    for day, sequence in enumerate((10, 30)):
        at = day * DAY
        state.record_listing([A, B], [(A.public_key, "Lobby")], at)
        told = [Told(one.public_key, one.token, 5, sequence) for one in (A, B)]
        state.record_memory((), told, Total(day, 2, 2, 2, 10), at)
    samples = state.histories([A.key, B.key])
    assert [len(samples[one.key]) for one in (A, B)] == [2, 2]
    state.record_listing([B], [(A.public_key, "Lobby")], 2 * DAY)
    assert state.histories([A.key, B.key]).keys() == {B.key}


def test_what_is_silenced_is_neither_gone_nor_forgotten(state):
    state.record_listing([A, B], [], 100)
    assert record(state, [], [], 1000, silenced={A.public_key}) == [Event(1000, EventKind.GONE, B)]
    assert {one.facts.token: one.gone_at for one in state.listings()} == {A.token: None, B.token: 1000}
    assert record(state, [A], [], 2000) == []
    assert next(one.first_listed for one in state.listings() if one.facts == A) == 100


def test_what_is_withdrawn_is_forgotten_even_if_silenced(state):
    state.record_listing([A, B], [], 100)
    assert record(state, [B], [(A.public_key, A.token)], 1000, silenced={A.public_key}) == []
    assert [one.facts for one in state.listings()] == [B]
