"""What settings say of how a state is read."""

from __future__ import annotations

from typing import TypedDict

from sessioncrawler.knowledge.carried import Ladder
from sessioncrawler.knowledge.on_page import PageBounds
from sessioncrawler.knowledge.patience import Rests
from sessioncrawler.protocol.keys.memory import DAY

MOST_EVENTS = 10_000
"""Events that are read from the state, the latest."""
CLAIMS_LAST = 30 * DAY
"""Seconds for which the join links of a source count that cannot be read any more."""
INCIDENTS_SINCE = 90 * DAY
"""Seconds."""
ROUND_HOURS = 3.0
"""Hours that lie at most between the first and the last poll of one round."""


class Reading(TypedDict, total=False):
    """Fields of :class:`~sessioncrawler.knowledge.known.Knowledge` that settings decide."""

    guess: bool
    round_hours: float
    ladder: Ladder
    links_per_source: int
    page: PageBounds
    rests: Rests
