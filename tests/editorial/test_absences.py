"""Which servers have one voice, and how long what is missing counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.addresses import parse_address
from sessioncrawler.editorial.monitors import (
    HOUR,
    Absence,
    Acquaintance,
    Figures,
    Limits,
    ServerPlace,
    by_place,
    excused,
    judge,
    place_of,
    remember,
)
from sessioncrawler.model import Outcome

LIMITS, PATIENCE = Limits(), 24 * HOUR
OTHERS = {f"other{number}": ServerPlace(there=True, whole=True) for number in range(3)}
PLACES = {
    "https://sogs.example.org": "example.org",
    "https://a.b.example.co.uk:8443": "example.co.uk",
    "https://co.uk": "co.uk",
    "https://somebody.duckdns.org": "duckdns.org",
    "https://somebody.github.io": "github.io",
    "https://5-9-10-11.sslip.io": "sslip.io",
    "https://xn--bcher-kva.xn--p1ai": "xn--bcher-kva.xn--p1ai",
    "https://a.sogs.test": "sogs.test",
    "http://intranet:8080": "intranet:8080",
    "http://5.9.10.11:8081": "5.9.10.0/24",
    "http://[::ffff:5.9.10.11]": "5.9.10.0/24",
    "http://[2002:509:a0b::1]": "5.9.10.0/24",
    "http://[2a01:4f8:12:34::1]": "2a01:4f8::/32",
    "http://127.0.0.1:8081": "127.0.0.1:8081",
    "http://192.168.1.7": "192.168.1.7",
    "http://[fd00::7]:81": "[fd00::7]:81",
    f"http://{'a' * 56}.onion": "onion and loki",
    "http://somebody.loki": "onion and loki",
}


@pytest.mark.parametrize(("url", "place"), PLACES.items())
def test_who_has_one_voice(url, place):
    assert place_of(parse_address(url)) == place


def test_the_best_server_of_a_place_counts():
    """A stranger who settles beside an honest server takes nothing away from it."""
    strangers = [Acquaintance("duckdns.org", 1, 0, asked_at=5, outcome=None) for _ in range(99)]
    (together,) = by_place([*strangers, Acquaintance("duckdns.org", 4, 2)], 0.5).values()
    assert (together.there, together.whole) == (True, True)
    (alone,) = by_place([*strangers, Acquaintance("duckdns.org", 4, 1, asked_at=3)], 0.5).values()
    assert (alone.there, alone.whole, alone.asked_at) == (True, False, 3)


def live(hours, place="stranger", limits=LIMITS, start=()):
    """The absences hour by hour of a place that is (True) or is not there."""
    known = tuple(start)
    for hour, there in enumerate(hours):
        now = hour * HOUR + 1
        known = remember({**OTHERS, place: ServerPlace(there, there, asked_at=now)}, known, limits, now)
        yield there, known


def counts(there, known):
    return not there and not any(one.explained(PATIENCE) for one in known)


def test_a_day_of_absence_explains_it_and_a_week_of_presence_forgets_it():
    hours = [counts(*one) for one in live([False] * 40)]
    assert hours == [True] * 24 + [False] * 16
    *_, (_, known) = live([False] * 40 + [True] * (7 * 24 + 2))
    assert known == ()


@given(st.lists(st.booleans(), max_size=24 * 21))
def test_no_schedule_holds_the_site_back_for_more_than_a_day_a_week(hours):
    """But for the first run of an absence: who comes and goes is held to have been away in between."""
    told = [(there, counts(there, known)) for there, known in live(hours)]
    again = sum(told[n][1] and not told[n - 1][0] for n in range(1, len(told)))
    assert again <= 24 + sum(hours) / 7


@pytest.mark.parametrize(("groups", "size", "most"), [(1, 4, 1), (2, 6, 2), (3, 11, 3), (4, 40, 0), (8, 40, 0)])
def test_taking_turns_holds_it_back_for_three_days_of_eight_at_most(groups, size, most):
    """Ten honest places; strangers stay away in turns, a day each, and are there for the next seven."""
    known, held, figures = (), 0, Figures(50, 10, 1)
    for hour in range(24 * 8 * 4):
        now, away = hour * HOUR + 1, hour // 24 % 8
        places = {f"honest{n}": ServerPlace(there=True, whole=True) for n in range(10)}
        for group in range(groups):
            end = frozenset({Outcome.DNS} if group == away else ())
            one = ServerPlace(group != away, group != away, asked_at=now, failures=end)
            places |= {f"group{group} {n}": one for n in range(size)}
        known = remember(places, known, LIMITS, now)
        held += not all(one.ok for one in judge(figures, figures, LIMITS, places, known))
    assert held // (24 * 4) == most


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 2)), max_size=99))
def test_time_says_nothing_while_hardly_anybody_answers(hours):
    known = ()
    for hour, (asked, others) in enumerate(hours):
        now = hour * HOUR * 9 + 1
        places = {f"other{n}": ServerPlace(n < others, n < others, asked_at=now) for n in range(9)}
        places["gone"] = ServerPlace(there=False, whole=False, asked_at=now if asked else 0)
        known = remember(places, known, LIMITS, now)
    assert all(one.missed == 0 for one in known)


def test_fresh_servers_at_an_old_place_do_not_begin_anew():
    """A stranger who has many servers there, each known for a week, and takes one of them away a day."""
    *_, (_, known) = live([False] * 25)
    (gone,) = known
    fresh = {**OTHERS, "stranger": ServerPlace(there=False, whole=False, asked_at=26 * HOUR)}
    assert remember(OTHERS, known, LIMITS, 25 * HOUR + 2) == known  # nobody is known there now
    assert [one.explained(PATIENCE) for one in remember(fresh, (gone,), LIMITS, 26 * HOUR)] == [True]
    assert remember(OTHERS, known, LIMITS, 60 * 24 * HOUR) == ()


def test_a_clock_that_was_wrong_stops_nothing_for_long():
    ahead = Absence("stranger", 0, 10**9)
    *_, (_, known) = live([False] * 26, start=[ahead])
    assert known[0].explained(PATIENCE)


def test_what_was_published_by_force_counts_no_more_until_it_is_back():
    *_, (_, known) = live([False])
    forced = excused((*known, Absence("there again", 5, 5, away=False)))
    assert [one.explained(0) for one in forced] == [True, False]
    *_, (_, back) = live([True], start=forced[:1])
    assert [one.explained(0) for one in back] == [False]


def test_never_is_never():
    *_, (_, known) = live([False] * 99, limits=Limits(explained_after=0))
    assert [one.explained(0) for one in known] == [False]
