"""How many join links are taken of each source: whoever can post there must not crowd out all others."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cached_property

from sessioncrawler.model import JoinLink, Sighting
from sessioncrawler.state import State, StateError


class SourceShares:
    """Takes ``limit`` join links of a source: those that it showed when it was read last, then the first others.

    So a flood of new links takes the place of no known one. Where the state at ``state_url`` cannot be read, none is
    known; whoever writes to it says what is wrong.
    """

    def __init__(self, limit: int, state_url: str) -> None:
        self._limit = limit
        self._state_url = state_url
        self._taken: defaultdict[str, set[JoinLink]] = defaultdict(set)
        self.left_out: Counter[str] = Counter()
        """Source → join links of it that were not taken."""

    def takes(self, source: str, link: JoinLink) -> bool:
        """Whether a link is taken; one that is not is counted."""
        known, taken = self._known.get(source, frozenset()), self._taken[source]
        if link in known or link in taken:
            return True
        if len(known) + len(taken) < self._limit:
            taken.add(link)
            return True
        self.left_out[source] += 1
        return False

    @cached_property
    def _known(self) -> dict[str, frozenset[JoinLink]]:
        try:
            with State.open(self._state_url) as state:
                sightings = state.sightings()
        except StateError:
            return {}
        by_source: defaultdict[str, list[Sighting]] = defaultdict(list)
        for one in sightings:
            by_source[one.source].append(one)
        return {source: frozenset(_shown(own)[: self._limit]) for source, own in by_source.items()}


def _shown(sightings: list[Sighting]) -> list[JoinLink]:
    """The links that one source showed when it was read last, sorted."""
    read_at = max(one.last_seen for one in sightings)
    return sorted(one.link for one in sightings if one.last_seen == read_at)
