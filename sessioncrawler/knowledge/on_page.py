"""Who has how many places on the page. Strangers decide how many rooms they list; what is listed of them is bounded.

Believed is what is proven by time: a server that was published for a week has its places whatever others do. All that
are new share what is left to newcomers, in turns between domains or networks and there between servers, so who has few
rooms loses nothing to who has many; and who was there first is first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from sessioncrawler.editorial.judge import Duplicates, Judge
from sessioncrawler.editorial.monitors import place_of
from sessioncrawler.knowledge.keys import for_a_week
from sessioncrawler.model import Room, Server
from sessioncrawler.protocol.candidates import plain
from sessioncrawler.state import KnownKey, Listed

Identity = tuple[str, str]
"""Public key and lower-case token of a Community."""


@dataclass(frozen=True, slots=True)
class PageBounds:
    """How many Communities are listed; 0 stands for no bound."""

    server: int = 0
    """Of one server."""
    newcomers: int = 0
    """Of all servers together that were not published for a week."""
    opening: int = 1
    """Times as many newcomers where no server was published for a week: a directory that begins knows nobody."""


@dataclass(frozen=True, slots=True)
class Acquainted:
    """What a directory knows at ``now`` (Unix seconds) of those who list rooms."""

    configured: Collection[str]
    """The ``host[:port]`` of ``[[servers]]``: the operator answers for all of these."""
    keys: Collection[KnownKey]
    listed: Collection[Listed]
    now: int

    def established(self) -> set[str]:
        """Keys, and ``host[:port]``, that were published for a week."""
        weekly = (one for one in self.keys if for_a_week(one, self.now))
        return {name for one in weekly for name in (one.public_key, one.netloc)}


def beyond(
    served: Iterable[tuple[Server, Room]], bounds: PageBounds, acquainted: Acquainted, judge: Judge
) -> dict[Identity, str]:
    """Communities that have no place → why, for a person, without a full stop.

    ``served`` come best address first. What is not listed for another reason takes no place from anybody.
    """
    duplicates = Duplicates()
    servers: dict[str, list[tuple[Server, Room]]] = defaultdict(list)
    for server, room in served:
        if duplicates.repeat(server, room) is None:
            servers[server.public_key].append((server, room))
    bound = {key: rooms for key, rooms in servers.items() if _netloc(rooms[0][0]) not in acquainted.configured}
    established = acquainted.established()
    new = {key for key, rooms in bound.items() if not {key, _netloc(rooms[0][0])} & established}
    most = bounds.newcomers * (1 if established else bounds.opening)
    full = {key for key, rooms in bound.items() if 0 < bounds.server < len(rooms)}
    crowd = new if 0 < most < sum(len(bound[key]) for key in new) else set()
    if not full | crowd:
        return {}
    since = {one.facts.key: one.first_listed for one in acquainted.listed}
    lines = {
        key: sorted(
            (pair for pair in bound[key] if judge.off_record(*pair) is None),
            key=lambda pair: (not judge.pinned(*pair), since.get(_identity(*pair), inf), *_age(pair[1])),
        )
        for key in full | crowd
    }
    found: dict[Identity, str] = {}
    for key in full:
        every = len(lines[key])
        why = f"its server lists {every:,} rooms, of which {bounds.server:,} have a place here (ROOMS_ON_PAGE)"
        found |= {_identity(*pair): why for pair in lines[key][bounds.server :]}
        lines[key] = lines[key][: bounds.server]
    if (every := sum(len(lines[key]) for key in crowd)) > most:
        why = f"servers that are new list {every:,} rooms together, of which {most:,} have a place here (NEW_ON_PAGE)"
        late = _in_turns([lines[key] for key in crowd if lines[key]], since)[most:]
        found |= {_identity(*pair): why for pair in late}
    return found


def _in_turns(
    lines: Iterable[Sequence[tuple[Server, Room]]], since: Mapping[Identity, float]
) -> list[tuple[Server, Room]]:
    """The rooms of all ``lines``, one a server each: a turn of every domain or network, and there of every server."""
    places: dict[str, list[tuple[int, float, str, tuple[Server, Room]]]] = defaultdict(list)
    for line in lines:
        first = min(since.get(_identity(*pair), inf) for pair in line)
        key = line[0][0].public_key
        places[place_of(line[0][0].address)] += [(turn, first, key, pair) for turn, pair in enumerate(line)]
    turns: list[tuple[int, float, str, tuple[Server, Room]]] = []
    for place, rooms in places.items():
        rooms.sort(key=lambda one: one[:3])
        first = min(one[1] for one in rooms)
        turns += [(turn, first, place, one[3]) for turn, one in enumerate(rooms)]
    return [pair for *_, pair in sorted(turns, key=lambda one: one[:3])]


def _netloc(server: Server) -> str:
    return plain(server.address).netloc


def _identity(server: Server, room: Room) -> Identity:
    return server.public_key, room.token.lower()


def _age(room: Room) -> tuple[float, str]:
    return (inf if room.created is None else room.created), room.token
