"""What happened to servers, as the state remembers it: they moved, changed their key, were down, came back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from sessioncrawler.knowledge.former import published
from sessioncrawler.protocol.keys.log import KeyChange
from sessioncrawler.state import Incident, KeyEntry, KnownKey, Listed

DOWN_AFTER = 86_400
"""Seconds for which a server is not reached until that is news."""
MOST = 50
"""Events of one key, the latest of each kind: strangers decide how often their servers move and fall."""


class ServerEventKind(StrEnum):
    """What happened to a server."""

    MOVED = "moved"
    KEY_CHANGED = "key-changed"
    DOWN = "down"
    BACK = "back"


FALLS = (ServerEventKind.DOWN, ServerEventKind.BACK)
"""What happens to servers every day; the others are rare, and matter to all who have a join link."""


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """Something that happened at ``at`` (Unix seconds) to the server with a key."""

    at: int
    kind: ServerEventKind
    public_key: str
    address: str = ""
    """``host[:port]`` of where it is, or the URL at which its key changed; empty where it was down."""
    former: str = ""
    """The address or the key that it had before."""
    seconds: int = 0
    """For how long it was not reached."""
    how: str = ""
    """The outcome of the first crawl that did not reach it."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of those whom it is about: where a key changed, that of the former server, too."""
        own = self.public_key
        return (own, self.former) if self.kind is ServerEventKind.KEY_CHANGED and self.former else (own,)


def server_events(
    listed: Iterable[Listed], keys: Iterable[KnownKey], log: Iterable[KeyEntry], incidents: Iterable[Incident], now: int
) -> list[ServerEvent]:
    """All that is remembered, the newest first, of servers with a Community that is or was ``listed``.

    What concerns two keys is told while it is among the latest of either: whoever has taken an address over hides that
    by no other events of its own.
    """
    named = {one.facts.public_key for one in listed}
    happened = (*_moves(keys), *_changes(log), *_falls(incidents, now))
    concerned = [one for one in happened if not named.isdisjoint(one.keys)]
    count: dict[tuple[str, ServerEventKind], int] = defaultdict(int)
    found: list[ServerEvent] = []
    for one in sorted(concerned, key=lambda one: (-one.at, one.kind, one.public_key, one.address, one.former)):
        for key in one.keys:
            count[key, one.kind] += 1
        if min(count[key, one.kind] for key in one.keys) <= MOST:
            found.append(one)
    return found


def _moves(keys: Iterable[KnownKey]) -> Iterator[ServerEvent]:
    """Each address under which a key was published later than under another one."""
    for key, places in published(keys).items():
        for place, before in pairwise(places):
            if place.published_at is not None and place.published_at != before.published_at:
                yield ServerEvent(place.published_at, ServerEventKind.MOVED, key, place.netloc, before.netloc)


def _changes(log: Iterable[KeyEntry]) -> Iterator[ServerEvent]:
    for entry in log:
        one = entry.event
        if one.change == KeyChange.CHANGED:
            yield ServerEvent(one.at, ServerEventKind.KEY_CHANGED, one.public_key, one.address, one.former_key or "")


def _falls(incidents: Iterable[Incident], now: int) -> Iterator[ServerEvent]:
    for one in incidents:
        seconds = one.seconds(now)
        if seconds < DOWN_AFTER:
            continue
        yield ServerEvent(one.began + DOWN_AFTER, ServerEventKind.DOWN, one.public_key, seconds=DOWN_AFTER, how=one.how)
        if one.ended is not None and not one.replaced:
            yield ServerEvent(one.ended, ServerEventKind.BACK, one.public_key, seconds=seconds, how=one.how)
