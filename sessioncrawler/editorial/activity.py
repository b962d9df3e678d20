"""How much happens in a Community: busy, steady, quiet or silent, and whether that is more than the week before.

What is judged is how often its server's ``message_sequence`` grows: with each post, edit, deletion and reaction. So it
is never less than people write, and often more: "silent" is certain, "busy" is at most that. Where a server tells no
sequence, visitors stand for it. One that counts no visitors (bunsogs tells 0 of all its rooms) says nothing by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

FEWEST_DAYS = 3
"""Whole days of which events must be known: a weekday and a Sunday are not alike, and two days are luck."""
BUSY_EVENTS = 50.0
"""Events a day: in sixteen waking hours one every twenty minutes, so who looks in finds people talking."""
STEADY_EVENTS = 5.0
"""Events a day: a question is answered on the day on which it is asked."""
BUSY_VISITORS = 200.0
"""Visitors a week, where events are unknown: of so many, some are there at any hour."""
STEADY_VISITORS = 30.0
"""Visitors a week: four or five a day, enough for an answer."""
CHANGE = 1.25
"""A week is more than the one before where it is so many times that: less is the weather."""
CHANGE_EVENTS = 1.0
"""Events a day by which it must differ, too: three after two in a week are no trend."""
CHANGE_VISITORS = 5.0
"""Visitors a week by which it must differ, too."""


class Activity(StrEnum):
    """How much happens. Each value is a word of the search, and a key of the texts."""

    BUSY = "busy"
    STEADY = "steady"
    QUIET = "quiet"
    SILENT = "silent"

    @property
    def rank(self) -> int:
        """3 for the most, 0 for nothing."""
        return _RANKS.index(self)


class Trend(StrEnum):
    """The last week against the one before."""

    UP = "up"
    LEVEL = "level"
    DOWN = "down"


_RANKS = (Activity.SILENT, Activity.QUIET, Activity.STEADY, Activity.BUSY)


class Fortnight(Protocol):
    """The last seven whole days, and the seven before: sums of events, the days of which they are known, mean users."""

    @property
    def events(self) -> float:
        """Events of the last seven days."""

    @property
    def days(self) -> float:
        """Of how many of these days events are known."""

    @property
    def events_before(self) -> float:
        """Events of the seven days before."""

    @property
    def days_before(self) -> float:
        """Of how many of those events are known."""

    @property
    def users(self) -> float | None:
        """Visitors a week, the mean of the days on which they are known."""

    @property
    def users_before(self) -> float | None:
        """The same of the week before."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """What is said of one Community."""

    activity: Activity
    trend: Trend | None
    """None where the week before is not known."""
    events: float | None
    """Events a day; None where it was judged by visitors."""


def pulse(weeks: Fortnight | None) -> Pulse | None:
    """How much happens; None where nothing is known of it, or too little."""
    if weeks is None:
        return None
    if weeks.days >= FEWEST_DAYS:
        a_day = weeks.events / weeks.days
        before = weeks.events_before / weeks.days_before if weeks.days_before >= FEWEST_DAYS else None
        return Pulse(_rank(a_day, BUSY_EVENTS, STEADY_EVENTS), _trend(a_day, before, CHANGE_EVENTS), a_day)
    if not weeks.users:
        return None
    # What a server tells of visitors is of a whole week, on each day.
    trend = _trend(weeks.users, weeks.users_before or None, CHANGE_VISITORS)
    return Pulse(_rank(weeks.users, BUSY_VISITORS, STEADY_VISITORS), trend, None)


def _rank(number: float, busy: float, steady: float) -> Activity:
    if number >= busy:
        return Activity.BUSY
    if number >= steady:
        return Activity.STEADY
    return Activity.QUIET if number > 0 else Activity.SILENT


def _trend(number: float, before: float | None, least: float) -> Trend | None:
    if before is None:
        return None
    if number >= before * CHANGE and number - before >= least:
        return Trend.UP
    if before >= number * CHANGE and before - number >= least:
        return Trend.DOWN
    return Trend.LEVEL
