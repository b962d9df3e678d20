"""Busy, steady, quiet, silent: by events where they are known, else by visitors."""

import pytest

from sessioncrawler.editorial.activity import Activity, Pulse, Trend, counted, pulse
from sessioncrawler.state import Week

BUSY, STEADY, QUIET, SILENT = Activity.BUSY, Activity.STEADY, Activity.QUIET, Activity.SILENT
UP, LEVEL, DOWN = Trend.UP, Trend.LEVEL, Trend.DOWN


def two(events=0.0, days=0.0, events_before=0.0, days_before=0.0, *, users=None, users_before=None):
    """A week, after another one."""
    return Week(0, users_before, events_before, days_before), Week(7, users, events, days)


@pytest.mark.parametrize(
    ("weeks", "expected"),
    [
        ((), None),
        (two(900, 7, 350, 7)[:1], Pulse(BUSY, None, 50.0)),
        (two(), None),
        # Events of at least three days
        (two(350, 7), Pulse(BUSY, None, 50.0)),
        (two(349, 7), Pulse(STEADY, None, 349 / 7)),
        (two(35, 7), Pulse(STEADY, None, 5.0)),
        (two(34, 7), Pulse(QUIET, None, 34 / 7)),
        (two(1, 7), Pulse(QUIET, None, 1 / 7)),
        (two(0, 7), Pulse(SILENT, None, 0.0)),
        (two(150, 3), Pulse(BUSY, None, 50.0)),
        (two(5000, 2), None),
        # Events go before visitors: bunsogs always tells 0
        (two(35, 7, users=0.0), Pulse(STEADY, None, 5.0)),
        (two(0, 7, users=900.0), Pulse(SILENT, None, 0.0)),
        # Visitors where events are unknown
        (two(users=200.0), Pulse(BUSY, None, None)),
        (two(users=199.0), Pulse(STEADY, None, None)),
        (two(users=30.0), Pulse(STEADY, None, None)),
        (two(users=29.9), Pulse(QUIET, None, None)),
        (two(users=0.3), Pulse(QUIET, None, None)),
        (two(users=0.0), None),
        (two(9, 2, users=50.0), Pulse(STEADY, None, None)),
        # Trends
        (two(70, 7, 56, 7), Pulse(STEADY, UP, 10.0)),
        (two(70, 7, 57, 7), Pulse(STEADY, LEVEL, 10.0)),
        (two(56, 7, 70, 7), Pulse(STEADY, DOWN, 8.0)),
        (two(14, 7, 8, 7), Pulse(QUIET, LEVEL, 2.0)),
        (two(0, 7, 70, 7), Pulse(SILENT, DOWN, 0.0)),
        (two(0, 7, 0, 7), Pulse(SILENT, LEVEL, 0.0)),
        (two(70, 7, 10, 2), Pulse(STEADY, None, 10.0)),
        (two(70, 7, 20, 4), Pulse(STEADY, UP, 10.0)),
        (two(users=50.0, users_before=40.0), Pulse(STEADY, UP, None)),
        (two(users=5.0, users_before=2.0), Pulse(QUIET, LEVEL, None)),
        (two(users=5.0, users_before=0.0), Pulse(QUIET, None, None)),
    ],
)
def test_rules(weeks, expected):
    assert pulse(weeks) == expected


def test_ranks_are_in_order():
    assert sorted(Activity, key=lambda one: one.rank) == [SILENT, QUIET, STEADY, BUSY]


@pytest.mark.parametrize(
    ("users", "told", "shown"),
    [
        (0, Pulse(STEADY, None, 5.0), None),
        (0, Pulse(QUIET, None, 4.9), 0),
        (0, Pulse(SILENT, None, 0.0), 0),
        (0, None, 0),
        (7, Pulse(BUSY, None, 50.0), 7),
        (None, Pulse(BUSY, None, 50.0), None),
    ],
)
def test_nobody_in_a_busy_room_is_no_count(users, told, shown):
    assert counted(users, told) == shown
