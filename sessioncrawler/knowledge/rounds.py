"""Which polls belong to the last round, and to which addresses something still leads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sessioncrawler.protocol.candidates import plain
from sessioncrawler.state import KnownPoll

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
