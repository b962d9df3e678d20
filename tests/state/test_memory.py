"""What is remembered over time: made less as it grows old, bounded, and counted once."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from sessioncrawler.state import Check, Span, Told, Total
from sessioncrawler.state.memory import checks, samples
from sessioncrawler.state.memory.incidents import MOST_INCIDENTS

DAY, HOUR = 86_400, 3_600
KEY, OTHER = "a" * 64, "b" * 64
START = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())  # a Monday
ROOM = (KEY, "lobby")


def crawl(state, at, *, reached=True, sequence=None, users=None, key=KEY, token="lobby", flags=3):
    told = [Told(key, token, users, sequence, flags)] if reached else []
    total = Total(at // DAY, len(told), 1, int(reached), users or 0)
    state.record_memory([Check(key, at, reached, 0.5, "" if reached else "dns")], told, total, at)


def live(state, days, *, start=START, until=None):
    """A crawl a day in which the sequence grows by 10; the server is down each tenth day."""
    for day in range(days):
        crawl(state, start + day * DAY, reached=day % 10 != 9, sequence=1_000 + 10 * day, users=day % 7)


def spans(found):
    return Counter(one.span for one in found)


def test_days_become_weeks_and_weeks_months_and_nothing_is_lost(state):
    days = 2 * 365 + 120
    live(state, days)
    history = state.server_histories([KEY])[KEY]
    of_days = [one for one in history.checks if one.span is not Span.HOUR]
    assert sum(one.asked for one in of_days) == days
    assert sum(one.reached for one in of_days) == sum(day % 10 != 9 for day in range(days))
    assert sum(one.seconds for one in of_days) == pytest.approx(0.5 * sum(one.reached for one in of_days))
    found = state.histories([ROOM])[ROOM]
    assert [one.start for one in found] == sorted(one.start for one in found)
    # The last day is one on which the server is down, so nothing is told.
    assert sum(one.events or 0 for one in found) == pytest.approx(10 * (days - 2))
    assert sum(one.days for one in found) == pytest.approx(days - 2)
    for each in (of_days, found):
        kinds = spans(each)
        assert 90 <= kinds[Span.DAY] <= 97
        assert 2 * 52 - 13 <= kinds[Span.WEEK] <= 2 * 52 - 7
        assert kinds[Span.MONTH] in {3, 4}
    week = next(one for one in found if one.span is Span.WEEK)
    assert (week.start + 3) % 7 == 0
    assert week.days == pytest.approx(7)
    assert week.users == pytest.approx(3, abs=0.6)
    month = found[0]
    assert (month.span, month.start) == (Span.MONTH, START // DAY)


def test_hours_are_kept_for_two_days(state):
    for hour in range(100):
        crawl(state, START + hour * HOUR)
    history = state.server_histories([KEY])[KEY]
    assert spans(history.checks)[Span.HOUR] <= 48 + 24  # what is old goes with the first crawl of a day
    found = state.availability(START + 99 * HOUR)[KEY]
    assert (found.day, found.week, found.month, found.year) == ((24, 24), (100, 100), (100, 100), (100, 100))


def test_the_latest_incidents_are_kept(state):
    for number in range(2 * MOST_INCIDENTS + 10):
        crawl(state, START + number * HOUR, reached=number % 2 == 0)
    found = state.server_histories([KEY])[KEY].incidents
    assert len(found) == MOST_INCIDENTS
    assert found[-1].began == START + (2 * MOST_INCIDENTS + 9) * HOUR
    assert [one.seconds(START) for one in found[:-1]] == [HOUR] * (MOST_INCIDENTS - 1)
    assert {one.how for one in found} == {"dns"}
    assert found[-1].ended is None


def test_who_was_gone_for_long_is_forgotten(state):
    crawl(state, START, sequence=1)
    crawl(state, START + DAY, reached=False)
    later = START + max(checks.FORGOTTEN, samples.FORGOTTEN * DAY)
    crawl(state, later, key=OTHER, sequence=5)
    assert KEY in state.last_reached()
    crawl(state, later + DAY, key=OTHER, sequence=5)
    assert state.last_reached().keys() == {OTHER}
    assert state.server_histories([KEY]) == {}
    assert state.incidents(0) == []
    assert state.histories([ROOM]) == {}
    assert state.histories([(OTHER, "lobby")]).keys() == {(OTHER, "lobby")}


def test_what_is_recorded_twice_counts_once(state):
    crawl(state, START, sequence=10, users=5)
    crawl(state, START + DAY, sequence=30, users=7)
    before = state.server_histories([KEY]), state.histories([ROOM]), state.totals(), state.incidents(0)
    crawl(state, START + DAY, sequence=30, users=7)
    assert (state.server_histories([KEY]), state.histories([ROOM]), state.totals(), state.incidents(0)) == before


def test_a_failure_that_is_recorded_twice_is_one_incident(state):
    crawl(state, START)
    for _ in range(2):
        crawl(state, START + HOUR, reached=False)
    assert [(one.began, one.ended) for one in state.incidents(0)] == [(START + HOUR, None)]
    assert state.availability(START + HOUR)[KEY].day == (1, 2)


def test_an_incident_ends_when_another_key_is_shown_where_the_server_was(state):
    crawl(state, START)
    crawl(state, START, key=OTHER)
    for key in (KEY, OTHER):
        crawl(state, START + HOUR, reached=False, key=key)
    total = Total(START // DAY, 1, 1, 1, 1)
    for hours in (2, 3):
        state.record_memory((), (), total, START + hours * HOUR, replaced={KEY})
    ends = {one.public_key: (one.ended, one.replaced, one.how) for one in state.incidents(0)}
    assert ends == {KEY: (START + 2 * HOUR, True, "dns"), OTHER: (None, False, "dns")}
    assert state.server_histories([KEY])[KEY].incidents == (state.incidents(0)[0],)
    assert state.availability(START + 3 * HOUR)[KEY].day == (1, 2)  # it was not checked any more


def test_a_clock_that_goes_backwards_counts_nothing_twice(state):
    crawl(state, START + 5 * DAY, sequence=100, users=5)
    for days in (1, 4):
        crawl(state, START + days * DAY, sequence=110, users=9)
        crawl(state, START + days * DAY, reached=False)
    assert state.incidents(0) == []
    [sample] = state.histories([ROOM])[ROOM]
    assert (sample.start, sample.users, sample.events) == (START // DAY + 5, 5, None)
    crawl(state, START + 6 * DAY, sequence=120, users=6)
    assert [one.events for one in state.histories([ROOM])[ROOM]] == [20, None]
    assert state.availability(START + 6 * DAY)[KEY].year == (2, 2)


def test_two_servers_that_fall_and_rise_at_once(state):
    def both(at, *, first, second):
        found = [Check(key, at, reached, 0.1, "dns") for key, reached in ((KEY, first), (OTHER, second))]
        state.record_memory(found, (), Total(at // DAY, 0, 2, 2, 0), at)

    both(START, first=True, second=True)
    both(START + HOUR, first=False, second=True)
    both(START + 2 * HOUR, first=True, second=False)
    both(START + 3 * HOUR, first=True, second=True)
    assert [(one.public_key, one.began - START, (one.ended or 0) - START) for one in state.incidents(0)] == [
        (KEY, HOUR, 2 * HOUR),
        (OTHER, 2 * HOUR, 3 * HOUR),
    ]
    assert state.last_reached() == {KEY: START + 3 * HOUR, OTHER: START + 3 * HOUR}
    assert {key: one.day for key, one in state.availability(START + 3 * HOUR).items()} == {KEY: (3, 4), OTHER: (3, 4)}
