"""Busy, steady, quiet, silent: by events where they are known, else by visitors."""

import pytest

from sessioncrawler.editorial.activity import Activity, Pulse, Trend, pulse
from sessioncrawler.state import Weeks

BUSY, STEADY, QUIET, SILENT = Activity.BUSY, Activity.STEADY, Activity.QUIET, Activity.SILENT
UP, LEVEL, DOWN = Trend.UP, Trend.LEVEL, Trend.DOWN


@pytest.mark.parametrize(
    ("weeks", "expected"),
    [
        (None, None),
        (Weeks(), None),
        # Events of at least three days
        (Weeks(350, 7), Pulse(BUSY, None, 50.0)),
        (Weeks(349, 7), Pulse(STEADY, None, 349 / 7)),
        (Weeks(35, 7), Pulse(STEADY, None, 5.0)),
        (Weeks(34, 7), Pulse(QUIET, None, 34 / 7)),
        (Weeks(1, 7), Pulse(QUIET, None, 1 / 7)),
        (Weeks(0, 7), Pulse(SILENT, None, 0.0)),
        (Weeks(150, 3), Pulse(BUSY, None, 50.0)),
        (Weeks(5000, 2), None),
        # Events go before visitors: bunsogs always tells 0
        (Weeks(35, 7, users=0.0), Pulse(STEADY, None, 5.0)),
        (Weeks(0, 7, users=900.0), Pulse(SILENT, None, 0.0)),
        # Visitors where events are unknown
        (Weeks(users=200.0), Pulse(BUSY, None, None)),
        (Weeks(users=199.0), Pulse(STEADY, None, None)),
        (Weeks(users=30.0), Pulse(STEADY, None, None)),
        (Weeks(users=29.9), Pulse(QUIET, None, None)),
        (Weeks(users=0.3), Pulse(QUIET, None, None)),
        (Weeks(users=0.0), None),
        (Weeks(9, 2, users=50.0), Pulse(STEADY, None, None)),
        # Trends
        (Weeks(70, 7, 56, 7), Pulse(STEADY, UP, 10.0)),
        (Weeks(70, 7, 57, 7), Pulse(STEADY, LEVEL, 10.0)),
        (Weeks(56, 7, 70, 7), Pulse(STEADY, DOWN, 8.0)),
        (Weeks(14, 7, 8, 7), Pulse(QUIET, LEVEL, 2.0)),
        (Weeks(0, 7, 70, 7), Pulse(SILENT, DOWN, 0.0)),
        (Weeks(0, 7, 0, 7), Pulse(SILENT, LEVEL, 0.0)),
        (Weeks(70, 7, 10, 2), Pulse(STEADY, None, 10.0)),
        (Weeks(70, 7, 20, 4), Pulse(STEADY, UP, 10.0)),
        (Weeks(users=50.0, users_before=40.0), Pulse(STEADY, UP, None)),
        (Weeks(users=5.0, users_before=2.0), Pulse(QUIET, LEVEL, None)),
        (Weeks(users=5.0, users_before=0.0), Pulse(QUIET, None, None)),
    ],
)
def test_rules(weeks, expected):
    assert pulse(weeks) == expected


def test_ranks_are_in_order():
    assert sorted(Activity, key=lambda one: one.rank) == [SILENT, QUIET, STEADY, BUSY]
