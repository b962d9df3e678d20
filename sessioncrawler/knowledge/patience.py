"""Whom a crawl asks how patiently, and whom it leaves alone, by how addresses fared (docs/polling.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sessioncrawler.model import Sighting
from sessioncrawler.protocol.keys.memory import DAY
from sessioncrawler.state import Fared
from sessioncrawler.state.memory.fared import interval

SOONER = 0.25
"""The share of its time by which an address may be asked sooner: those that fell together are not asked together."""


@dataclass(frozen=True, slots=True)
class Rests:
    """After how many days without success an address is asked less often; 0 for never."""

    daily_after: float = 7.0
    weekly_after: float = 30.0
    dropped_after: float = 90.0
    """Days without success, and without any source that shows its links, after which it is asked no more."""


@dataclass(frozen=True, slots=True)
class Rest:
    """An address that is asked less often than in every crawl."""

    every: int
    """Seconds between two questions; 0 where it is asked no more."""
    reached_at: int | None
    """When it was reached last, Unix seconds; None for never."""
    asked_at: int | None
    """When it was asked last; None where that is not remembered."""
    due: bool = False
    """Whether it is asked now all the same."""


class LearnedPatience:
    """What the past says of all addresses at ``now`` (Unix seconds).

    ``fared`` is how those fared that were asked, ``links`` are the join links of each ``host[:port]``. Those that are
    ``configured`` are asked in every crawl, those that are ``opted_out`` once a day. Everybody is asked where nobody at
    all was reached for a day: then it was this machine that failed, or did not crawl.
    """

    def __init__(
        self,
        fared: Iterable[Fared],
        links: Mapping[str, Sequence[Sighting]],
        configured: Collection[str],
        rests: Rests,
        now: int,
        *,
        opted_out: Collection[str] = (),
    ) -> None:
        self._fared = {one.netloc: one for one in fared}
        self._links = links
        self._rests = rests
        self._now = now
        self._opted_out = opted_out
        self.early: set[str] = set()
        """The ``host[:port]`` of those that are asked before they are due, since a join link of theirs is new."""
        self.rests: dict[str, Rest] = {}
        """``host[:port]`` → how it is asked, of all that are not asked in every crawl."""
        latest = max((one.reached_at or 0 for one in self._fared.values()), default=0)
        if now - latest < DAY:
            for netloc in sorted({*self._fared, *links} - {*configured}):
                if rest := self._rest(netloc):
                    self.rests[netloc] = rest

    def resting(self, netloc: str) -> Rest | None:
        """Why an address is not asked now; None where it is."""
        rest = self.rests.get(netloc)
        return rest if rest and not rest.due else None

    def remembers(self, netloc: str) -> bool:
        """Whether an address was asked before."""
        return netloc in self._fared

    def was_reached(self, netloc: str) -> bool:
        """Whether an address was reached once, so that something is remembered of it."""
        one = self._fared.get(netloc)
        return one is not None and one.reached_at is not None

    def is_full(self, netloc: str) -> bool:
        """Whether an address is worth all tries."""
        one = self._fared.get(netloc)
        return one is None or one.is_full(self._now)

    def loses(self, netloc: str) -> bool:
        """Whether an address lost tries lately."""
        one = self._fared.get(netloc)
        return one is not None and one.loses(self._now)

    def _rest(self, netloc: str) -> Rest | None:
        one, links, now = self._fared.get(netloc), self._links.get(netloc, ()), self._now
        asked_at, reached_at = (one.asked_at, one.reached_at) if one else (None, None)
        oldest = now - self._rests.dropped_after * DAY
        shown = any(link.last_seen >= oldest for link in links)
        if links and not shown and self._rests.dropped_after > 0 and (reached_at or 0) < oldest:
            return Rest(0, reached_at, asked_at)
        if one is None:
            return None
        # Nobody who does not want to be listed has to answer in every crawl.
        quiet = netloc in self._opted_out
        every = DAY if quiet else 0
        if one.failing_since is not None:
            every = max(every, interval(now - one.failing_since, self._rests.daily_after, self._rests.weekly_after))
        if not every:
            return None
        # A clock that was wrong once must not silence anybody.
        waited = every if one.asked_at > now else now - one.asked_at
        due = waited >= every * (1 - SOONER * _chance(netloc))
        if (
            not (due or quiet)
            and any(link.first_seen > one.asked_at for link in links)
            and not _lately(one.early_at, now)
        ):
            self.early.add(netloc)
            due = True
        return Rest(every, reached_at, asked_at, due)


def _lately(at: int | None, now: int) -> bool:
    return at is not None and 0 <= now - at < DAY


def _chance(netloc: str) -> float:
    """A number from 0 to 1 that an address keeps."""
    return hashlib.sha256(netloc.encode()).digest()[0] / 255
