"""What a life leaves in numbers: shares of checks, visitors, events. Computed from the life alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import floor
from typing import Any

from sessioncrawler.model import WEEK
from simnet.life import Life, Moment
from simnet.specs import RoomSpec, ServerSpec
from tests.support.living import Place, Remembered

HOUR, DAY = 3_600, 86_400
LONGEST = 30 * DAY
"""Seconds over which events are spread."""


@dataclass
class Day:
    """One day of a Community."""

    users: int | None = None
    events: float | None = None
    known: float = 0.0


@dataclass
class Numbers:
    """What publications leave of Communities and of the whole network."""

    life: Life
    told: dict[Place, list[tuple[int, int | None, int]]] = field(default_factory=lambda: defaultdict(list))
    """When it told how many visitors, and which sequence."""
    shown: dict[Place, int | None] = field(default_factory=dict)
    """Visitors that are shown: what it told now, or when its server told all its rooms last."""
    _served: dict[int, dict[str, ServerSpec]] = field(default_factory=dict)
    totals: dict[int, tuple[int, int, int, int]] = field(default_factory=dict)
    """Day → Communities, servers, those that answered, and visitors of its last publication."""

    def publish(
        self, moment: Moment, listed: Mapping[Place, tuple[str, int]], servers: Mapping[str, Remembered]
    ) -> None:
        """Remember what those tell that answer."""
        for (key, token), (reach, reached_at) in listed.items():
            one, at = servers[key], reached_at
            if reach == "now" and token in one.told:
                room = self._room(key, token, at)
                self.told[key, token].append((at, visitors(room), room.message_sequence))
            elif reach == "now":
                at = max(told_at for told_at, tokens in one.whole.values() if token in tokens)
            self.shown[key, token] = visitors(self._room(key, token, at))
        answering = {key for (key, _), (reach, _) in listed.items() if reach == "now"}
        seen = sum(self.shown[place] or 0 for place in listed)
        self.totals[moment.at // DAY] = len(listed), len({key for key, _ in listed}), len(answering), seen

    def _room(self, key: str, token: str, at: int) -> RoomSpec:
        """A room as it was at ``at``."""
        if at not in self._served:
            self._served[at] = {place.spec.key: place.spec for place in self.life.places(at).values()}
        return next(room for room in self._served[at][key].rooms if room.token == token)

    def days(self, place: Place) -> dict[int, Day]:
        """Its days: events are what the sequence grew by, evenly spread over the time in between."""
        found: dict[int, Day] = defaultdict(Day)
        for at, users, _ in self.told[place]:
            found[at // DAY].users = users
        for (since, _, before), (at, _, after) in zip(self.told[place], self.told[place][1:], strict=False):
            if at - since > LONGEST or after < before:
                continue
            for day in range(since // DAY, at // DAY + 1):
                part = min(at, (day + 1) * DAY) - max(since, day * DAY)
                if part:
                    one = found[day]
                    one.events = (one.events or 0.0) + (after - before) * part / (at - since)
                    one.known += part / DAY
        return dict(found)


def visitors(room: RoomSpec) -> int | None:
    """A week."""
    if room.active_users is None or not room.active_users_cutoff:
        return None
    return floor(room.active_users * WEEK / room.active_users_cutoff)


def shares(one: Remembered, now: int) -> list[list[int]]:
    """Checks that reached a server, and all, of the last 24 hours, 7 days, 30 days and the year."""
    since = (((now // HOUR) - 23) * HOUR, *((now // DAY - days + 1) * DAY for days in (7, 30, 365)))
    return [_counted(one.checks, first) for first in since]


def _counted(checks: Iterable[tuple[int, bool]], since: int) -> list[int]:
    of_them = [is_reached for at, is_reached in checks if at >= since]
    return [sum(of_them), len(of_them)]


def server_days(one: Remembered) -> dict[int, list[int]]:
    """Day → checks of a server: all, and those that reached it."""
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for at, is_reached in one.checks:
        found[at // DAY][0] += 1
        found[at // DAY][1] += is_reached
    return dict(found)


def by_day(stretches: Mapping[str, Any], *names: str) -> dict[int, tuple[Any, ...]]:
    """Day → the values of ``names`` in a file of the histories; days of which it knows nothing are left out."""
    if stretches["first"] is None:
        return {}
    first = day_number(stretches["first"])
    rows = zip(*(stretches[name] for name in names), strict=True)
    return {first + place: row for place, row in enumerate(rows) if any(value is not None for value in row)}


def day_number(text: str) -> int:
    """``2026-01-22`` → its day, counted from 1970."""
    return (date.fromisoformat(text) - date(1970, 1, 1)).days
