"""How rooms are used: visitors and message sequences at any time of a life."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from math import pi, sin
from random import Random

from simnet.specs import RoomSpec

DAY = 86_400
LOST = 500_000
"""By how much a sequence was higher before its server's database was lost."""
_WEEKEND = (5, 6)
_MONDAY = 3
"""Days from a Monday to 1 January 1970, a Thursday."""


class Habit(Enum):
    """Events a day."""

    BUSY = 400.0
    STEADY = 40.0
    QUIET = 1.2
    SILENT = 0.0


@dataclass(frozen=True, slots=True)
class Use:
    """How one room is used from ``start`` to ``end`` (Unix seconds)."""

    habit: Habit
    start: int
    end: int
    growth: float
    """By how much more it is used at the end than at the start; 0.5 for half as much again."""
    phase: float
    counted: tuple[float, ...]
    """Events from the start up to the beginning of each day."""

    @classmethod
    def draw(cls, rng: Random, start: int, end: int, most: int, events: float | None = None) -> Use:
        """Most rooms are quiet, where nobody says how many ``events`` a day there are.

        In all there are at most ``most`` events, since a sequence begins at 0.
        """
        habit = rng.choices(tuple(Habit), (1, 3, 4, 2))[0]
        weekend = rng.choice((0.4, 1.0, 1.6))
        growth, phase = rng.uniform(-0.4, 0.8), rng.uniform(0, 2 * pi)
        daily = habit.value if events is None else events
        counted = [0.0]
        days = (end - start) // DAY + 2
        for day in range(days):
            weekday = ((start + day * DAY) // DAY + _MONDAY) % 7
            wave = 1 + 0.3 * sin(phase + day * 2 * pi / 11)
            rest = weekend if weekday in _WEEKEND else 1.0
            counted.append(counted[-1] + daily * (1 + growth * day / days) * wave * rest)
        scale = min(1.0, most / counted[-1]) if counted[-1] else 1.0
        return cls(habit, start, end, growth, phase, tuple(count * scale for count in counted))

    def events(self, since: float, at: float) -> int:
        """Events from ``since`` to ``at``; those of two times in a row are those of both together."""
        return self._count(at) - self._count(since)

    def _count(self, at: float) -> int:
        days, rest = divmod(at - self.start, DAY)
        before, after = self.counted[int(days)], self.counted[int(days) + 1]
        return int(before + (after - before) * rest / DAY)

    def used(self, room: RoomSpec, at: float, reset: float) -> RoomSpec:
        """``room`` as it is at ``at``; at the end of the life it is what its specification says.

        ``reset`` is when its server's database was lost.
        """
        users = room.active_users
        if users is not None:
            users = round(users * self._level(at) / self._level(self.end))
        lost = LOST if at < reset else 0
        return replace(
            room, active_users=users, message_sequence=room.message_sequence + lost - self.events(at, self.end)
        )

    def _level(self, at: float) -> float:
        """How many visitors it has, compared with other times."""
        wave = 1 + 0.15 * sin(self.phase + at * 2 * pi / (9 * DAY))
        return wave * (1 + self.growth * (at - self.start) / max(1, self.end - self.start))
