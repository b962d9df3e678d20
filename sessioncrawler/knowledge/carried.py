"""Servers that do not answer now, and keep their Communities for a while as they told them last (docs/memory.md)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from sessioncrawler.model import Outcome, Poll, Reach, Room
from sessioncrawler.state import KnownKey, KnownPoll

HOUR = 3_600
_SPEAKS = frozenset({
    Outcome.NO_ROOMS, Outcome.NO_KEY, Outcome.KEY_CONFLICT, Outcome.KEY_COPY, Outcome.KEY_CONTESTED,
    Outcome.KEY_CHANGED,
})  # fmt: skip
"""Outcomes of what answers, and says by it that what it told before holds no more."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """For how long a server that does not answer keeps its Communities; hours."""

    as_ever: float = 6.0
    """Listed as ever: servers are restarted, and networks have bad hours."""
    at_all: float = 72.0
    """Listed at all: a weekend, after which its operator may have looked."""

    def reach(self, seconds: int) -> Reach | None:
        """How it stands with a server that was reached ``seconds`` ago, and not since; None where it is gone."""
        if seconds <= min(self.as_ever, self.at_all) * HOUR:
            return Reach.LATELY
        return Reach.AWAY if seconds <= self.at_all * HOUR else None


def told_last(known: Iterable[KnownPoll], current: Collection[str], keys: Iterable[KnownKey]) -> Iterator[KnownPoll]:
    """What was told last by those who tell nothing in the last round, each as the poll that told it.

    ``current`` are the ``host[:port]`` of that round. Only an address that was published with its key counts: what was
    never listed has no place to keep.
    """
    published = {(one.public_key, one.netloc) for one in keys if one.published_at is not None}
    for one in known:
        told, at = (one.poll, one.polled_at) if _tells(one.poll) else (one.told, one.told_at)
        if told is None or told.server is None or at is None:
            continue
        asked = one.poll.address.netloc in current
        if asked and (_tells(one.poll) or one.poll.outcome in _SPEAKS):
            continue
        if (told.server.public_key, told.server.address.netloc) in published:
            yield KnownPoll(told, at, at, None)


def told_together(told: Iterable[KnownPoll], keys: Collection[KnownKey], seconds: int) -> list[KnownPoll]:
    """Those of addresses at which their key was seen within ``seconds`` of the last time that it was seen anywhere.

    A server that moved is where it was last. What it told where it was before is old, and where it took another key at
    its new address nobody is left whose it would be.
    """
    every = [(one, (one.poll.server.public_key, one.poll.server.address.netloc)) for one in told if one.poll.server]
    proven = {one.public_key for one in keys if one.last_proven is not None}
    # Where a key can be proven, whoever only shows it says nothing of where its server is.
    seen: dict[tuple[str, str], int] = {
        (one.public_key, one.netloc): (one.last_proven or 0) if one.public_key in proven else one.shown_at
        for one in keys
        if one.published_at is not None
    }
    for one, place in every:
        seen[place] = max(one.polled_at, seen.get(place, 0))
    last: dict[str, int] = {}
    for (key, _), at in seen.items():
        last[key] = max(at, last.get(key, 0))
    return [one for one, place in every if seen[place] >= last[place[0]] - seconds]


def _tells(poll: Poll) -> bool:
    return poll.outcome is Outcome.REACHED and poll.whole and poll.server is not None


def completed(one: KnownPoll, oldest: int) -> Poll:
    """A poll that brought only some rooms, with those that the server told since ``oldest`` when it told all."""
    poll, told = one.poll, one.told
    if poll.whole or poll.outcome is not Outcome.REACHED or told is None or (one.told_at or 0) < oldest:
        return poll
    if poll.server is None or told.server is None or poll.server.public_key != told.server.public_key:
        return poll
    rooms: dict[str, Room] = {room.token: room for room in (*told.rooms, *poll.rooms)}
    return replace(poll, rooms=tuple(rooms[token] for token in sorted(rooms)))
