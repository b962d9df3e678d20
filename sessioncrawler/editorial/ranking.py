"""The recommended order of the list: where a newcomer can write and finds people comes first (page "About").

A Community has points for what is good for somebody who comes for the first time. Those with equal points have no order
of their own: servers take turns, so that one with many rooms fills no screen, and who begins is drawn anew each day, so
that nobody is first for ever. Nothing in it is secret, and no name helps: the draw is made of the day, the token and
the whole key.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from sessioncrawler.editorial.activity import Activity


class Rank(IntEnum):
    """What goes before all points."""

    PINNED = 0
    """By the curator of this directory."""
    OPEN = 1
    CLOSED = 2
    """Nobody can read there who is not let in."""
    AWAY = 3
    """Its server was not reached for a while."""


POINTS = {
    "writable": 4,
    "moderated": 2,
    "available": 1,
    "described": 1,
}
"""For what holds of a Community."""
ACTIVITY_POINTS = {Activity.BUSY: 4, Activity.STEADY: 3, Activity.QUIET: 1, Activity.SILENT: 0}
"""For how much happens there; nothing where that is not known."""


@dataclass(frozen=True, slots=True)
class Merits:
    """What the order of one Community depends on."""

    server: str
    """The key of its server."""
    token: str
    rank: Rank
    writable: bool
    """Everybody may write."""
    moderated: bool
    """It has enough staff for its visitors."""
    available: bool
    """Its server was reached in the last round."""
    described: bool
    activity: Activity | None = None
    """None where nothing is known of it."""

    @property
    def points(self) -> int:
        """The sum of :data:`POINTS` and :data:`ACTIVITY_POINTS`: 12 at most."""
        activity = ACTIVITY_POINTS[self.activity] if self.activity else 0
        return activity + sum(points for name, points in POINTS.items() if getattr(self, name))


def recommended(merits: Sequence[Merits], day: date) -> list[int]:
    """The places of ``merits`` in the order in which they are shown on ``day`` (of UTC)."""
    draws = {number: _draw(one, day) for number, one in enumerate(merits)}
    drawn = sorted(draws, key=lambda number: (_level(merits[number]), draws[number]))
    taken: Counter[tuple[tuple[int, int], str]] = Counter()
    turns: dict[int, int] = {}
    for number in drawn:
        level_and_server = _level(merits[number]), merits[number].server
        turns[number] = taken[level_and_server]
        taken[level_and_server] += 1
    return sorted(drawn, key=lambda number: (_level(merits[number]), turns[number], draws[number]))


def _level(one: Merits) -> tuple[int, int]:
    return one.rank, -one.points


def _draw(one: Merits, day: date) -> bytes:
    text = f"{day.isoformat()} {one.token} {one.server}"
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=16).digest()
