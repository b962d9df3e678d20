"""Which polls belong to the last round, and to which addresses something still leads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from sessioncrawler.model import Poll
from sessioncrawler.protocol.candidates import plain
from sessioncrawler.state import KnownPoll

T = TypeVar("T")
HOUR = 3600


def last_round(polls: Sequence[KnownPoll], now: int, hours: float) -> Mapping[str, KnownPoll]:
    """``host[:port]`` → its poll, of those made within ``hours`` before the latest at ``now`` (Unix seconds)."""
    times = [known.polled_at for known in polls]
    # What a clock that was wrong then has put into the future must not outlive what is asked today.
    latest = max((at for at in times if at <= now), default=max(times, default=0))
    oldest = latest - hours * HOUR
    return by_netloc(known for known in polls if oldest <= known.polled_at <= latest)


def by_netloc(polls: Iterable[KnownPoll]) -> dict[str, KnownPoll]:
    """``host[:port]`` → its poll."""
    return {known.poll.address.netloc: known for known in polls}


def followed(named: Iterable[str], polls: Mapping[str, KnownPoll]) -> frozenset[str]:
    """The ``host[:port]`` of ``polls`` that are ``named``, or to which one of these redirects in the end."""
    found: set[str] = set()
    waiting = list(named)
    while waiting:
        netloc = waiting.pop()
        if netloc not in found and netloc in polls:
            found.add(netloc)
            waiting += [plain(alias).netloc for alias in polls[netloc].poll.aliases]
    return frozenset(found)


def grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    """All values of each key, in their order."""
    found: dict[str, list[T]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found


def last_polls(polls: Iterable[KnownPoll], settled: Iterable[Poll]) -> dict[str, KnownPoll]:
    """``host[:port]`` → its last poll, as one of ``settled`` where it is there."""
    found = {poll.address.netloc: poll for poll in settled}
    return {netloc: replace(one, poll=found.get(netloc, one.poll)) for netloc, one in by_netloc(polls).items()}
