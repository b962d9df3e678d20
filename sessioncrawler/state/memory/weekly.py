"""The last weeks of Communities, each as one mean of visitors and one sum of events, for thousands of pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection, func, select

from sessioncrawler.state.memory.samples import BATCH, Key, communities, samples
from sessioncrawler.state.memory.spans import Span, day_of

T = TypeVar("T")
WEEKS = 12
"""Most weeks that can be told: not more than there are days for (``spans.DAYS_KEPT``)."""


@dataclass(frozen=True, slots=True)
class Week:
    """Seven whole days of a Community."""

    first_day: int
    """Number of the day (UTC, from 1970) with which it begins."""
    users: float | None = None
    """Weekly active users, the mean of the days on which they are known."""
    events: float = 0.0
    """Posts, edits, deletions and reactions: at most this many."""
    days: float = 0.0
    """For how many days ``events`` are known, parts of days included."""

    @property
    def a_day(self) -> float | None:
        """Events a day; None where they are not known."""
        return self.events / self.days if self.days else None


def weekly(
    connection: Connection, now: int, keys: Iterable[Key] | None = None, last: int = WEEKS
) -> dict[Key, tuple[Week, ...]]:
    """Public key and lower-case token → the ``last`` weeks until yesterday, oldest first.

    Communities that are not known are left out; where all are asked for (``keys`` is None), so are those of which these
    weeks know nothing. The database sums them up: it does so ten times as fast as all samples can be read.
    """
    first = day_of(now) - 7 * last
    place = (samples.c.start - first) // 7
    sums = (
        select(
            samples.c.community,
            place.label("place"),
            func.avg(samples.c.users).label("users"),
            func.coalesce(func.sum(samples.c.events), 0.0).label("events"),
            func.sum(samples.c.days).label("days"),
        )
        .where(samples.c.span == Span.DAY, samples.c.start >= first, samples.c.start < day_of(now))
        .group_by(samples.c.community, place)
    )
    unknown = [Week(first + 7 * number) for number in range(last)]
    numbers = _numbers(connection, keys)
    found = {} if keys is None else {number: list(unknown) for number in numbers}
    for some in [None] if keys is None else _batches(numbers):
        wanted = sums if some is None else sums.where(samples.c.community.in_(some))
        for number, at, *told in connection.execute(wanted):
            found.setdefault(number, list(unknown))[at] = Week(first + 7 * at, *told)
    return {numbers[number]: tuple(weeks) for number, weeks in found.items()}


def _numbers(connection: Connection, keys: Iterable[Key] | None) -> dict[int, Key]:
    """The number of each Community that is known, of all or of ``keys``."""
    known = select(communities.c.number, communities.c.public_key, communities.c.token)
    if keys is None:
        return {number: (key, token) for number, key, token in connection.execute(known)}
    wanted = set(keys)
    found: dict[int, Key] = {}
    for some in _batches({key for key, _ in wanted}):
        for number, key, token in connection.execute(known.where(communities.c.public_key.in_(some))):
            if (key, token) in wanted:
                found[number] = key, token
    return found


def _batches(values: Iterable[T]) -> Iterator[list[T]]:
    """As many at a time as a database takes in one question."""
    listed = list(values)
    return (listed[first : first + BATCH] for first in range(0, len(listed), BATCH))
