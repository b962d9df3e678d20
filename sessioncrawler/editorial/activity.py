"""How much happens in a Community: busy, steady, quiet or silent, and whether that is more than the week before.

What is judged is how often its server's ``message_sequence`` grows: with each post, edit, deletion and reaction. So it
is never less than people write, and often more: "silent" is certain, "busy" is at most that. Where a server tells no
sequence, visitors stand for it. One that counts no visitors (bunsogs tells 0 of all its rooms) says nothing by it.
"""

from __future__ import annotations

from collections.abc import Sequence
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


class SevenDays(Protocol):
    """A week of a Community."""

    @property
    def events(self) -> float:
        """The sum of events."""

    @property
    def days(self) -> float:
        """Of how many days they are known."""

    @property
    def users(self) -> float | None:
        """Visitors a week, the mean of the days on which they are known."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """What is said of one Community."""

    activity: Activity
    trend: Trend | None
    """None where the week before is not known."""
    events: float | None
    """Events a day; None where it was judged by visitors."""


def pulse(weeks: Sequence[SevenDays]) -> Pulse | None:
    """How much happens, by the last two of ``weeks``; None where nothing is known of it, or too little."""
    if not weeks:
        return None
    last, before = weeks[-1], weeks[-2] if len(weeks) > 1 else None
    a_day = _a_day(last)
    if a_day is not None:
        earlier = _a_day(before) if before else None
        return Pulse(_rank(a_day, BUSY_EVENTS, STEADY_EVENTS), _trend(a_day, earlier, CHANGE_EVENTS), a_day)
    if not last.users:
        return None
    # What a server tells of visitors is of a whole week, on each day.
    trend = _trend(last.users, (before and before.users) or None, CHANGE_VISITORS)
    return Pulse(_rank(last.users, BUSY_VISITORS, STEADY_VISITORS), trend, None)


def by_visitors(users: float | None) -> Activity | None:
    """How much happens where only the visitors of a week are known; None where nobody is counted."""
    return _rank(users, BUSY_VISITORS, STEADY_VISITORS) if users else None


def counted(users: int | None, pulse: Pulse | None) -> int | None:
    """Visitors a week as they are shown; None where nobody is counted, as 0 is no count where people write."""
    writing = pulse is not None and pulse.events is not None and pulse.events >= STEADY_EVENTS
    return None if users == 0 and writing else users


def _a_day(week: SevenDays) -> float | None:
    """Events a day; None where they are known of too few days."""
    return week.events / week.days if week.days >= FEWEST_DAYS else None


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
