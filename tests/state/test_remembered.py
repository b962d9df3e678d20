"""What is remembered of Communities that are no longer listed is bounded a server, and costs nobody else anything."""

from __future__ import annotations

import pytest

from sessioncrawler.state import Bounds, Facts, Told, Total
from sessioncrawler.state.memory.samples import FORGOTTEN

DAY, HOUR = 86_400, 3_600
START = 20_000 * DAY
LOUD, HONEST = "a" * 64, "b" * 64


def room(number, key=LOUD, host="loud.example"):
    return Facts(key, f"r{number}", f"r{number}+0", f"Room {number}", f"https://{host}/r{number}?public_key={key}")


BESIDE = [room(number, HONEST, "honest.example") for number in range(20)]


USUAL = Bounds(news=10, news_days=90, remembered=1_000)


def crawl(state, at, listed, bounds=USUAL):
    state.record_listing(listed, [], at, bounds)
    told = [Told(*one.key, users=3, sequence=at // HOUR) for one in listed]
    state.record_memory([], told, Total(at // DAY, len(listed), 2, 2, 0), at)


def rows(state, table):
    with state._engine.connect() as connection:
        return connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()


def test_fifty_crawls_with_a_thousand_new_tokens_each(state):
    """The honest server beside keeps all of its past, also of what is gone since long before."""
    crawl(state, START, BESIDE)
    for number in range(1, 51):
        loud = [room(1_000 * number + token) for token in range(1_000)]
        crawl(state, START + number * 12 * HOUR, [*loud, *BESIDE[:10]])
    most = 1_000 + 1_000 + 20
    assert rows(state, "listed") == rows(state, "communities") == most
    assert rows(state, "samples") <= most + 10 * 26
    assert rows(state, "events") <= 26 * 12 + 10
    known = {one.facts.key: one for one in state.listings()}
    assert all(one.key in known and known[one.key].first_listed == START for one in BESIDE)
    assert {known[one.key].gone_at for one in BESIDE[10:]} == {START + 12 * HOUR}
    told = state.histories([one.key for one in BESIDE])
    assert {len(told[one.key]) for one in BESIDE[:10]} == {26}
    assert {len(told[one.key]) for one in BESIDE[10:]} == {1}
    assert {number // 1_000 for key, token in known if key == LOUD for number in [int(token[1:])]} == {49, 50}


FEW = Bounds(remembered=5)


def gone(state, key=LOUD):
    return sorted(one.facts.token for one in state.listings() if one.facts.public_key == key and one.gone_at)


def test_what_went_first_is_forgotten_first_and_nothing_that_is_listed(state):
    rooms = [room(number) for number in range(10)]
    crawl(state, START, [*rooms, *BESIDE], FEW)
    for number in range(1, 9):
        crawl(state, START + number * HOUR, [*rooms[number:], *BESIDE], FEW)
    assert gone(state) == ["r3", "r4", "r5", "r6", "r7"]
    assert len(state.histories([one.key for one in rooms])) == 7
    crawl(state, START + 9 * HOUR, [*rooms, *BESIDE], FEW)
    assert gone(state) == []
    assert len(state.listings()) == 30


def test_of_what_went_at_once_the_oldest_is_kept(state):
    crawl(state, START, [room(9), *BESIDE], FEW)
    crawl(state, START + HOUR, [*(room(number) for number in range(10)), *BESIDE], FEW)
    crawl(state, START + 2 * HOUR, BESIDE, FEW)
    assert gone(state) == ["r0", "r1", "r2", "r3", "r9"]


def test_a_server_that_takes_another_key_each_crawl_is_one_server(state):
    crawl(state, START, BESIDE, FEW)
    for number in range(1, 20):
        loud = [room(token, f"{number:064x}", f"loud.example:{8000 + number}") for token in range(3)]
        crawl(state, START + number * HOUR, [*loud, *BESIDE], FEW)
    assert rows(state, "listed") == rows(state, "communities") == 20 + 3 + 5


def test_many_servers_together_leave_everybody_the_same(state, monkeypatch):
    monkeypatch.setattr("sessioncrawler.state.history.MOST_GONE", 60)
    crawl(state, START, BESIDE)
    loud = [room(number, f"{key:064x}", f"h{key}.example") for key in range(10) for number in range(30)]
    crawl(state, START + HOUR, [*loud, *BESIDE[4:]])
    crawl(state, START + 2 * HOUR, BESIDE[4:])
    assert len([one for one in state.listings() if one.gone_at]) == 60
    assert gone(state, HONEST) == ["r0", "r1", "r2", "r3"]
    assert {len(gone(state, f"{key:064x}")) for key in range(10)} <= {5, 6}


def test_what_went_long_ago_is_forgotten(state):
    crawl(state, START, BESIDE)
    crawl(state, START + DAY, BESIDE[1:])
    crawl(state, START + DAY + FORGOTTEN * DAY, BESIDE[1:])
    assert gone(state, HONEST) == ["r0"]
    crawl(state, START + DAY + FORGOTTEN * DAY + 1, BESIDE[1:])
    assert gone(state, HONEST) == []
    assert len(state.listings()) == 19


@pytest.mark.parametrize("more", [[], [room(7)]])
def test_who_is_withdrawn_is_forgotten_at_once(state, more):
    crawl(state, START, BESIDE)
    state.record_listing([*BESIDE[1:], *more], [BESIDE[0].key], START + HOUR)
    assert state.histories([BESIDE[0].key]) == {}
    assert BESIDE[0].key not in {one.facts.key for one in state.listings()}


def test_how_large_it_is_and_who_brought_how_much(state):
    before = state.size()
    state.record_listing(BESIDE, [], START)
    state.record_listing([*BESIDE[1:], *(room(number) for number in range(700))], [], START + HOUR)
    assert before < state.size() < before + 3_000_000
    [loud] = state.newcomers(START)
    assert (loud.public_key, loud.base_url, loud.new, loud.listed) == (LOUD, "https://loud.example", 700, 700)
    everybody = {one.public_key: (one.new, one.listed) for one in state.newcomers(START - 1)}
    assert everybody == {LOUD: (700, 700), HONEST: (20, 19)}
    assert state.newcomers(START + HOUR) == []
