from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.editorial.activity import Activity, by_visitors
from sessioncrawler.editorial.ranking import ACTIVITY_POINTS, POINTS, Merits, Rank, recommended

DAY = date(2026, 1, 22)
PLAIN = Merits("aa" * 32, "room", Rank.OPEN, writable=False, moderated=False, available=False, described=False)
BEST = replace(PLAIN, writable=True, moderated=True, available=True, described=True, activity=Activity.BUSY)


@pytest.mark.parametrize("name", POINTS)
def test_what_is_good_for_a_newcomer_comes_first(name):
    assert recommended([PLAIN, replace(PLAIN, **{name: True})], DAY) == [1, 0]


def test_more_activity_is_better():
    rooms = [replace(PLAIN, activity=activity) for activity in (Activity.QUIET, None, Activity.BUSY, Activity.STEADY)]
    assert recommended(rooms, DAY) == [2, 3, 0, 1]
    assert list(ACTIVITY_POINTS) == sorted(ACTIVITY_POINTS, key=ACTIVITY_POINTS.get, reverse=True)


def test_the_most_points():
    assert (BEST.points, PLAIN.points) == (12, 0)


def test_pins_lead_and_what_cannot_be_entered_or_reached_comes_last():
    ranks = [Rank.AWAY, Rank.CLOSED, Rank.OPEN, Rank.PINNED]
    rooms = [replace(BEST, rank=rank) for rank in ranks[:2]] + [replace(PLAIN, rank=rank) for rank in ranks[2:]]
    assert recommended(rooms, DAY) == [3, 2, 1, 0]


def test_equals_change_places_from_day_to_day():
    rooms = [replace(PLAIN, server=f"{n:02x}" * 32) for n in range(10)]
    first = {recommended(rooms, DAY + timedelta(days=n))[0] for n in range(60)}
    assert len(first) > 5
    assert recommended(rooms, DAY) == recommended(rooms, DAY)


def test_servers_take_turns():
    many = [replace(BEST, token=f"t{n}") for n in range(50)]
    rooms = [*many, replace(BEST, server="bb" * 32), replace(BEST, server="cc" * 32)]
    assert {50, 51} <= {*recommended(rooms, DAY)[:3]}


@given(st.permutations(range(6)))
def test_the_order_of_arrival_does_not_matter(order):
    rooms = [replace(PLAIN, token=f"t{n}", writable=n % 2 == 0) for n in range(6)]
    mixed = [rooms[n] for n in order]
    assert [mixed[n] for n in recommended(mixed, DAY)] == [rooms[n] for n in recommended(rooms, DAY)]


@pytest.mark.parametrize(("users", "activity"), [(None, None), (0, None), (1, "quiet"), (30, "steady"), (200, "busy")])
def test_visitors_stand_for_events_where_these_are_unknown(users, activity):
    assert by_visitors(users) == activity
