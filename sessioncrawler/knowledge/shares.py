"""Whom a crawl asks, in which order: who is known first, then newcomers in turns, each group of them up to its share.

Join links are written by strangers: without shares, whoever posts thousands of them decides whom a crawl has time for,
and upon whom it calls.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from sessioncrawler.editorial.monitors import place_of
from sessioncrawler.knowledge.keys import opening
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import Address, Outcome, Poll, Sighting
from sessioncrawler.protocol.candidates import Candidate, plain
from sessioncrawler.protocol.keys.memory import DAY

T = TypeVar("T")
KNOWN_FOR = 30 * DAY
"""Seconds after which an address that was not reached is a newcomer again."""
TURN = 3600
"""Seconds after which other newcomers of a crowd have their turn."""


@dataclass
class Shares:
    """How many newcomers a crawl has asked, by domain or network and by source; 0 stands for no bound."""

    domain: int = 0
    source: int = 0
    _places: Counter[str] = field(default_factory=Counter)
    _sources: Counter[str] = field(default_factory=Counter)

    def take(self, address: Address, source: str) -> str:
        """Why a newcomer is one too many; empty where there is a share left, which it takes.

        ``source`` shows it; empty where what led to it has a share, or needs none.
        """
        place = place_of(address)
        if 0 < self.domain <= self._places[place]:
            return f"is one of too many new addresses of {place}: {self.domain} are asked a crawl"
        if source and 0 < self.source <= self._sources[source]:
            return f"is one of too many new addresses of {source}: {self.source} are asked a crawl"
        self._places[place] += 1
        if source:
            self._sources[source] += 1
        return ""


@dataclass(frozen=True)
class Queue:
    """The candidates of a crawl in the order in which they are asked."""

    known: tuple[Candidate, ...]
    """Those that were reached lately, and those of ``[[servers]]``."""
    newcomers: tuple[tuple[Candidate, str], ...]
    """The others, each with the source by which it is in the line."""
    lately: frozenset[str] = frozenset()
    """``host[:port]`` of all that was reached lately, named or not."""
    resting: tuple[Candidate, ...] = ()
    """Those that are not asked now, since they did not answer for long."""
    opening: bool = False
    """Whether the directory begins: no server was published for a week."""

    def ask(self, shares: Shares) -> Iterator[tuple[Candidate, bool, str]]:
        """Each candidate, whether it is a newcomer, and why it is not asked (empty: it is)."""
        for candidate in self.known:
            yield candidate, False, ""
        for candidate, source in self.newcomers:
            yield candidate, True, shares.take(candidate.address, source)


def line_up(known: Knowledge) -> Queue:
    """Who is asked at what place in the line: in turns between sources, and there between domains.

    What a source shows now goes before what it showed once. Who of one domain is first is left to chance, which is
    another in every hour: of a crowd that is too large each has its turn some time.
    """
    lately = {one.netloc for one in known.keys if known.now - one.shown_at < KNOWN_FOR}
    lately |= {plain(server.address).netloc for server in known.directory.servers}
    seen: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in known.sightings:
        seen[plain(sighting.link.address).netloc].append(sighting)
    friends: list[Candidate] = []
    strangers: list[Candidate] = []
    resting = tuple(one for one in known.candidates if known.patience.resting(one.address.netloc))
    for candidate in known.candidates:
        if known.patience.resting(candidate.address.netloc):
            continue
        (friends if candidate.address.netloc in lately else strangers).append(candidate)
    crowds = Counter(source for one in strangers for source in {each.source for each in seen[one.address.netloc]})

    def source_of(candidate: Candidate) -> str:
        """The source that shows the fewest newcomers, of those that show it."""
        sources = {each.source for each in seen[candidate.address.netloc]}
        return min(sources, key=lambda one: (crowds[one], one), default="")

    def chance(candidate: Candidate) -> bytes:
        return hashlib.sha256(f"{candidate.address.netloc} {known.now // TURN}".encode()).digest()

    shown: dict[str, list[Candidate]] = defaultdict(list)
    past: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in sorted(strangers, key=chance):
        sightings = seen[candidate.address.netloc]
        (shown if any(map(known.on_page_now, sightings)) else past)[source_of(candidate)].append(candidate)
    lines = [
        [(one, source) for group in (shown[source], past[source]) for one in in_turns(group, _place)]
        for source in sorted({*shown, *past})
    ]
    return Queue(
        tuple(in_turns(friends, _place)),
        tuple(_zipped(lines)),
        frozenset(lately),
        resting,
        opening(known.keys, known.now),
    )


def crowded(candidate: Candidate, why: str) -> Poll:
    """The poll of a newcomer that is not asked."""
    return Poll(candidate.address, Outcome.CROWDED, why)


def in_turns(values: Iterable[T], group: Callable[[T], str]) -> Iterator[T]:
    """``values`` in rounds, one of each group in every round; groups and what is in them keep their order."""
    groups: dict[str, list[T]] = defaultdict(list)
    for value in values:
        groups[group(value)].append(value)
    return _zipped(groups.values())


def _zipped(lines: Iterable[list[T]]) -> Iterator[T]:
    left = [iter(line) for line in lines]
    while left:
        going = []
        for line in left:
            for value in line:
                yield value
                going.append(line)
                break
        left = going


def _place(candidate: Candidate) -> str:
    return place_of(candidate.address)
