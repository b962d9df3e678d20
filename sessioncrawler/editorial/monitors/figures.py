"""What a crawl comes to in numbers, what is usual, and what may be lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median_low

from sessioncrawler.model import Outcome

FEW = 3
"""Fewer than these that are missing, or that fail, are the accident of one or two operators and no fault of ours."""
USUAL_RUNS = 32
"""Good runs, a day's worth, that say what is usual."""
HOUR = 3_600
KNOWN_FOR = 7 * 24 * HOUR
"""Seconds for which a server must have been listed to be missed: strangers can bring a thousand for a day or two."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a crawl came to."""

    communities: int
    """Communities that are listed."""
    servers: int
    """Servers (public keys) with at least one of them."""
    sources: int
    """Sources of join links that were heard of within a day before the crawl."""
    polls: Mapping[str, int] = field(default_factory=dict)
    """Outcome → how many addresses ended so."""
    state_bytes: int = 0
    """Bytes that the state takes afterwards; 0 where nobody looked."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a crawl may lose against the last good run. 0 switches a monitor off."""

    servers: float = 0.5
    communities: float = 0.5
    sources: float = 0.5
    """The share of the last good run's number that has to be there, 0 to 1."""
    failures: float = 0.25
    """The share of what answered last time that may now fail in one and the same way."""
    explained_after: float = 24
    """Hours after which what is missing is explained, while others answer; 0 for never."""

    @property
    def patience(self) -> int:
        """:attr:`explained_after` in seconds."""
        return round(self.explained_after * HOUR)


def usual(runs: Sequence[Figures]) -> Figures | None:
    """What to compare with: the last of the good ``runs`` (the latest first), but no more than is usual.

    Strangers may bring thousands of rooms or servers for an hour and take them away: what was there for less than half
    of the last runs must not make the rest look like a loss. None where there was no good run.
    """
    if not runs:
        return None
    last, reached = runs[0], Outcome.REACHED.value
    return Figures(
        communities=min(last.communities, median_low(run.communities for run in runs)),
        servers=min(last.servers, median_low(run.servers for run in runs)),
        sources=min(last.sources, median_low(run.sources for run in runs)),
        polls={
            **last.polls,
            reached: min(last.polls.get(reached, 0), median_low(run.polls.get(reached, 0) for run in runs)),
        },
    )
