"""Whether a Community has enough staff for its visitors (docs/protocol.md, "Identifiers and rules")."""

from __future__ import annotations

import math
from enum import StrEnum

from sessioncrawler.model import Room

_LEAST = 2


class Standing(StrEnum):
    """How many staff a Community shows for its active users."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    UNKNOWN = "unknown"


def good_staff(active_users: int) -> int:
    """Return from how many staff on the standing is good: ``max(2, ⌈u^0.25⌉)``, u ≥ 0."""
    root = math.isqrt(math.isqrt(max(0, active_users)))  # in whole numbers: 81 ** 0.25 is not exact
    return max(_LEAST, root if root**4 >= active_users else root + 1)


def fair_staff(active_users: int) -> int:
    """Return below how many staff the standing is poor: ``max(2, 1 + round((0.38·ln u)^1.15))``, u ≥ 0."""
    if active_users <= 1:
        return _LEAST  # ln 1 is 0, and ln 0 is not a number
    power: float = (0.38 * math.log(active_users)) ** 1.15
    return max(_LEAST, 1 + round(power))


def standing(room: Room, known_staff: int | None = None) -> Standing:
    """Judge a room by its staff and its active users.

    ``known_staff`` is the count in directory.toml for rooms that hide their staff; where more are visible, those count.
    Unknown where no staff is known (hidden staff are not visible, by protocol) or the server does not count its users.
    """
    staff = max(len(room.staff), known_staff or 0)
    if staff == 0 or room.active_users is None:
        return Standing.UNKNOWN
    if staff >= good_staff(room.active_users):
        return Standing.GOOD
    return Standing.POOR if staff < fair_staff(room.active_users) else Standing.FAIR
