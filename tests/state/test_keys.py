from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import create_engine, text

from sessioncrawler.model import Address, JoinLink, KeyProof, Outcome, Poll, Server
from sessioncrawler.protocol.keys.log import KeyChange, broken_at
from sessioncrawler.protocol.keys.memory import FORGOTTEN, MOST_ADDRESSES, MOST_KEYS
from sessioncrawler.state import Facts, KnownKey, State, history, migrations
from sessioncrawler.state.keys import MOST_A_DAY

ADDRESS = Address("https", "sogs.example", 443)
OTHER = Address("http", "192.0.2.1", 8081)
KEY, NEW = "a" * 64, "b" * 64
DAY = 86_400


def poll(key: str = KEY, address: Address = ADDRESS, proof: KeyProof = KeyProof.ONION, **more) -> Poll:
    return Poll(address, Outcome.REACHED, server=Server(address, key), key_proof=proof, **more)


@pytest.fixture
def state(tmp_path):
    with State.open(f"sqlite:///{tmp_path}/state.db") as state:
        yield state


def test_what_polls_prove_is_remembered(state):
    state.record_polls([poll(named=OTHER, named_at=100), poll(address=OTHER, proof=KeyProof.CLAIM)], 100)
    state.record_polls([poll(), Poll(OTHER, Outcome.DNS)], 200)
    assert state.keys() == [
        KnownKey(KEY, OTHER, held_since=100, shown_at=100),
        KnownKey(KEY, ADDRESS, 100, 200, shown_at=200, named=OTHER, named_at=100),
    ]


def test_events_are_logged_in_a_chain(state):
    state.record_polls([poll(), poll(address=OTHER)], 100)
    state.record_polls([poll(NEW)], 200)
    state.record_polls([poll(NEW), poll(address=OTHER, proof=KeyProof.PREVIEW_PAGE)], 200 + DAY)
    log = state.key_log()
    assert [(entry.number, entry.event.change, entry.event.public_key, entry.event.how) for entry in log] == [
        (1, KeyChange.FIRST, KEY, "onion"),
        (2, KeyChange.FIRST, KEY, "onion"),
        (3, KeyChange.CHANGED, NEW, "onion"),
        (4, KeyChange.LOST, KEY, "preview-page"),
    ]
    assert log[2].event.former_key == KEY
    assert broken_at(log) is None
    assert state.key_log(2) == log[2:]


def test_two_polls_of_one_place_at_once_are_taken_one_after_the_other(state):
    state.record_polls([poll(), Poll(Address("http", "sogs.example", 443), Outcome.REACHED, server=Server(ADDRESS, NEW),
                                     key_proof=KeyProof.ONION)], 100)  # fmt: skip
    assert [entry.event.change for entry in state.key_log()] == [KeyChange.FIRST, KeyChange.CHANGED]


def listed(address: Address = ADDRESS, key: str = KEY) -> Facts:
    return Facts(key, "lobby", "lobby+aa", "Lobby", JoinLink(address, "lobby", key).url)


def test_the_address_that_is_published_is_remembered_with_its_first_time(state):
    state.record_polls([poll()], 100)
    state.record_listing([listed(), listed(OTHER, NEW)], [], 110)
    state.record_listing([listed()], [], 210)
    assert state.keys() == [
        KnownKey(KEY, ADDRESS, 100, 100, shown_at=100, published_at=110),
        KnownKey(NEW, OTHER, shown_at=110, published_at=110),
    ]
    state.record_polls([poll()], 220)
    assert state.keys()[0].published_at == 110


def test_a_flood_of_addresses_does_not_push_out_who_held_the_key_before(state):
    state.record_polls([poll(proof=KeyProof.PREVIEW_PAGE)], 100)
    for at in (200, 300):
        copiers = [Address("https", f"c{at}-{number}.example", 443) for number in range(60)]
        state.record_polls([poll(address=one, proof=KeyProof.PREVIEW_PAGE) for one in copiers], at)
    keys = state.keys()
    assert len(keys) == MOST_ADDRESSES
    assert ADDRESS in {one.address for one in keys}


def test_a_flood_of_keys_does_not_push_out_the_one_that_was_proven(state):
    state.record_polls([poll()], 100)
    for number in range(20):
        state.record_polls([poll(f"{number:064x}", proof=KeyProof.PREVIEW_PAGE)], 200 + number)
    keys = state.keys()
    assert len(keys) == MOST_KEYS
    assert KEY in {one.public_key for one in keys}


def test_what_was_not_seen_for_more_than_a_year_is_forgotten_but_stays_in_the_log(state):
    state.record_polls([poll()], 100)
    state.record_polls([], 100 + FORGOTTEN)
    assert len(state.keys()) == 1
    state.record_polls([], 101 + FORGOTTEN)
    assert (state.keys(), len(state.key_log())) == ([], 1)


def test_a_server_that_changes_its_key_in_every_crawl_fills_no_log(state):
    for number in range(3 * MOST_A_DAY):
        state.record_polls([poll(f"{number:064x}"), poll(address=OTHER)], 100 + number)
    log = state.key_log()
    assert Counter(entry.event.address for entry in log) == {str(ADDRESS): MOST_A_DAY, str(OTHER): 1}
    assert broken_at(log) is None
    state.record_polls([poll(NEW)], 200 + DAY)
    assert state.key_log()[-1].event.public_key == NEW


def test_the_log_has_a_bound_and_what_is_left_is_a_chain(state, monkeypatch):
    for module in ("sessioncrawler.state.keys", "sessioncrawler.protocol.keys.log"):
        monkeypatch.setattr(f"{module}.KEPT", 5)
    for number in range(8):
        state.record_polls([poll(f"{number:064x}", Address("https", f"s{number}.example", 443))], 100)
    assert [entry.number for entry in state.key_log()] == [4, 5, 6, 7, 8]
    assert broken_at(state.key_log()) is None
    assert broken_at(state.key_log()[1:]) == 1


def test_many_answers_at_once(state):
    polls = [poll(f"{number:064x}", Address("https", f"s{number}.example", 443)) for number in range(2_000)]
    state.record_polls(polls, 100)
    state.record_polls(polls, 200)
    known = state.keys()
    assert {(one.first_proven, one.last_proven) for one in known} == {(100, 200)}
    assert len(state.key_log()) == 2_000


def test_an_entry_that_was_changed_is_found(state, tmp_path):
    state.record_polls([poll(), poll(address=OTHER)], 100)
    with create_engine(f"sqlite:///{tmp_path}/state.db").begin() as connection:
        connection.execute(text("UPDATE key_log SET address = 'https://evil.example', change = 'odd' WHERE number = 2"))
    assert broken_at(state.key_log()) == 2


def test_what_is_no_longer_understood_is_left_out(state, tmp_path):
    state.record_polls([poll(named=OTHER), poll(NEW, OTHER)], 100)
    with create_engine(f"sqlite:///{tmp_path}/state.db").begin() as connection:
        connection.execute(text(f"UPDATE keys SET address = 'x' WHERE public_key = '{NEW}'"))
        connection.execute(text("UPDATE keys SET named = 'x'"))
    assert state.keys() == [KnownKey(KEY, ADDRESS, 100, 100, shown_at=100)]


def test_a_state_of_an_earlier_version_begins_with_what_it_published(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/state.db"
    steps = migrations.MIGRATIONS
    monkeypatch.setattr(migrations, "MIGRATIONS", steps[: steps.index(migrations.create_keys)])
    State.open(url).close()
    with create_engine(url).begin() as connection:
        history.record(connection, [listed()], [], 50)
        history.record(connection, [listed()], [], 60)
    monkeypatch.undo()
    with State.open(url) as state:
        assert state.keys() == [KnownKey(KEY, ADDRESS, shown_at=60, published_at=50)]
