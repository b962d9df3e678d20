"""How much is remembered of what strangers can make at will (docs/memory.md, "Bounds")."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from sys import maxsize


@dataclass(frozen=True, slots=True)
class Bounds:
    """What settings say of it; what they do not say is not bounded."""

    news: int = maxsize
    """Entries in the news of one server and day; more become one entry a kind."""
    news_days: int = maxsize
    """Days for which news are kept."""
    remembered: int = maxsize
    """Communities of one server that are remembered when they are no longer listed, those that went last."""


def kept(owners: Iterable[tuple[str, ...]], each: int, together: int) -> set[int]:
    """Places of those rows that are kept, of rows that come with the most precious first.

    ``owners`` are those that a row counts for: each has ``each`` rows at most, and all have ``together``. Where these
    are too few, all have the same number: who has few loses nothing to who has many.
    """
    seen: Counter[str] = Counter()
    ranks: list[tuple[int, int]] = []
    for place, own in enumerate(owners):
        seen.update(own)
        ranks.append((max(seen[one] for one in own), place))
    return {place for rank, place in sorted(ranks)[:together] if rank <= each}
