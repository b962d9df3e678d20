"""What is missing explains itself: places that lost what they had while others answer are missed for a day, no longer.

A server that went for good must not hold the site back for ever. But a fault on our own side takes many at once, so a
place is missed for a while, which the operator has for looking; and where hardly anybody answers, time says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sessioncrawler.editorial.monitors.figures import FEW, HOUR, Limits
from sessioncrawler.editorial.monitors.places import ServerPlace, ServerPlaces

RECOVERY = 7
"""Seconds that a place must be whole for each second that it was missing: a day away counts for a week.

Who goes and comes back each day would hold the site back each day otherwise.
"""
FORGOTTEN = 30 * 24 * HOUR
"""Seconds after which a place is forgotten that is not known any more."""


@dataclass(frozen=True, slots=True)
class Absence:
    """A place that lost what it had in a run, or in one of the last week."""

    place: str
    missed: int
    """Seconds for which it was missing while others answered, less what it made up for since."""
    at: int
    """Up to when that is counted; Unix seconds."""
    away: bool = True
    """Whether it was missing in the last run."""
    paused: bool = False
    """Whether the last run said nothing of it, so that the time up to the next is not counted."""
    forced: bool = False
    """Whether its operator published without it (``FORCE_PUBLISH``)."""

    def explained(self, patience: int) -> bool:
        """Whether it counts no more; ``patience`` in seconds, 0 for never."""
        return self.forced or 0 < patience <= self.missed


def others(places: ServerPlaces) -> int:
    """How many places that are known for a week are there: they tell whether our side works."""
    return sum(place.there for place in places.values())


def remember(places: ServerPlaces, before: Iterable[Absence], limits: Limits, now: int) -> tuple[Absence, ...]:
    """What is known of absences after a crawl at ``now`` that found ``places``, sorted.

    Time counts only while at least :data:`~sessioncrawler.editorial.monitors.figures.FEW` others are there, where what
    is missing was asked anew, and where no rule of ours hides it.
    """
    known = {one.place: one for one in before}
    counts = others(places) >= FEW
    after = [
        _back(known.get(name), now)
        if place.whole
        else _away(known.get(name) or Absence(name, 0, now, paused=True), place, limits, now, counts=counts)
        for name, place in places.items()
    ]
    elsewhere = [one for name, one in known.items() if name not in places and now - one.at < FORGOTTEN]
    return tuple(sorted((one for one in (*after, *elsewhere) if one), key=lambda one: one.place))


def excused(absences: Iterable[Absence]) -> tuple[Absence, ...]:
    """The same after a publication by force: what is missing is the operator's wish."""
    return tuple(replace(one, forced=True) if one.away else one for one in absences)


def _away(known: Absence, place: ServerPlace, limits: Limits, now: int, *, counts: bool) -> Absence:
    paused = place.hidden or not place.asked_at or not counts
    # A clock that was wrong once must not stop the time until it is right.
    since = min(known.at, now)
    at = now if paused else min(max(since, place.asked_at), now)
    passed = 0 if paused or known.paused else at - since
    return replace(known, missed=min(known.missed + passed, limits.patience), at=at, away=True, paused=paused)


def _back(known: Absence | None, now: int) -> Absence | None:
    if known is None:
        return None
    if known.away:
        return replace(known, at=now, away=False, paused=False, forced=False)
    missed = known.missed - max(0, now - known.at) // RECOVERY
    return replace(known, missed=missed, at=now) if missed > 0 else None
