"""The last weeks of Communities, each as one number of visitors and one of events, for thousands of pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection, and_, func, select

from sessioncrawler.state.memory.samples import BATCH, Key, communities, samples
from sessioncrawler.state.memory.spans import Span, day_of

T = TypeVar("T")
WEEKS = 12
"""Weeks that are told: not more than there are days for (``spans.DAYS_KEPT``)."""


@dataclass(frozen=True, slots=True)
class Week:
    """Seven whole days of a Community."""

    first_day: int
    """Number of the day (UTC, from 1970) with which it begins."""
    users: float | None = None
    """Weekly active users, the mean of the days on which they are known."""
    events: float | None = None
    """Posts, edits, deletions and reactions a day: at most this many; None where not a single day is known."""


def weekly(connection: Connection, keys: Iterable[Key], now: int) -> dict[Key, tuple[Week, ...]]:
    """Public key and lower-case token → the last :data:`WEEKS` weeks until yesterday, oldest first.

    Communities that are not known are left out. They are summed up by the database: it does so ten times as fast as
    all samples can be read.
    """
    wanted, today = set(keys), day_of(now)
    numbers: dict[int, Key] = {}
    for some in _batches({key for key, _ in wanted}):
        for row in connection.execute(select(communities).where(communities.c.public_key.in_(some))):
            if (row.public_key, row.token) in wanted:
                numbers[row.number] = row.public_key, row.token
    first = today - 7 * WEEKS
    found = {key: [Week(first + 7 * place) for place in range(WEEKS)] for key in numbers.values()}
    place = (samples.c.start - first) // 7
    sums = select(
        samples.c.community,
        place.label("place"),
        func.avg(samples.c.users).label("users"),
        func.sum(samples.c.events).label("events"),
        func.sum(samples.c.days).label("days"),
    ).group_by(samples.c.community, place)
    for some_numbers in _batches(numbers):
        recent = and_(
            samples.c.community.in_(some_numbers),
            samples.c.span == Span.DAY,
            samples.c.start >= first,
            samples.c.start < today,
        )
        for row in connection.execute(sums.where(recent)):
            a_day = row.events / row.days if row.days and row.events is not None else None
            found[numbers[row.community]][row.place] = Week(first + 7 * row.place, row.users, a_day)
    return {key: tuple(weeks) for key, weeks in found.items()}


def _batches(values: Iterable[T]) -> Iterator[list[T]]:
    """As many at a time as a database takes in one question."""
    listed = list(values)
    return (listed[first : first + BATCH] for first in range(0, len(listed), BATCH))
