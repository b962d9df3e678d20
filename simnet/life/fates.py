"""What befalls servers and rooms in a life: drawn once, from a seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, log
from random import Random

from sessioncrawler.model import Outcome
from simnet.onion import key_pair
from simnet.rooms import hex_digits
from simnet.specs import RoomSpec, ServerSpec

HOUR = 3_600
DAY = 24 * HOUR
FALLS = ((HOUR, 15.0), (DAY, 45.0), (4 * DAY, 60.0))
"""How long servers fall, in seconds, and how many days lie between two such falls of one server, on average."""
HOWS = (Outcome.REFUSED, Outcome.CONNECT_TIMEOUT, Outcome.STALLED, Outcome.RESET, Outcome.HTTP_STATUS)
"""How a server that fell fails."""
BROKEN = 90.0
"""Days between two times at which the list of one server is broken, on average."""
OWN_OUTAGES = 12.0
"""Days between two outages of the directory itself, on average."""


@dataclass(frozen=True, slots=True)
class Fall:
    """A server answers nobody from ``began`` to ``ended`` (Unix seconds; infinity for one that never comes back)."""

    began: float
    ended: float
    how: Outcome


@dataclass(frozen=True, slots=True)
class Fate:
    """All that happens to one server. Times are Unix seconds; minus infinity for what happened before the life."""

    born: float = -inf
    falls: tuple[Fall, ...] = ()
    moved: float = -inf
    """When it came from its former address to its own."""
    new_key: float = -inf
    """When it took the key that it has at last."""
    former: tuple[str, str] = ("", "")
    """Private and public key before that."""
    reset: float = -inf
    """When its database was lost, so that its sequences began anew."""
    broken: tuple[tuple[float, float], ...] = ()
    """From when to when its list of rooms is broken, and only those are told that a join link names."""
    rooms_born: Mapping[str, float] = field(default_factory=dict)
    rooms_gone: Mapping[str, float] = field(default_factory=dict)

    def fallen(self, at: float) -> Fall | None:
        """The fall that lasts at ``at``."""
        return next((fall for fall in self.falls if fall.began <= at < fall.ended), None)

    def tells_little(self, at: float) -> bool:
        """Whether its list is broken at ``at``."""
        return any(began <= at < ended for began, ended in self.broken)

    def lives(self, room: RoomSpec, at: float) -> bool:
        """Whether the room is there at ``at``."""
        return self.rooms_born.get(room.token, -inf) <= at < self.rooms_gone.get(room.token, inf)


@dataclass(frozen=True, slots=True)
class Span:
    """The length of a life; what happens is drawn from it."""

    start: int
    end: int
    eventful: float = 1.0
    """How many times more happens than usual: short lives would be dull otherwise."""

    def moment(self, rng: Random) -> float:
        """Some time, not in the first or last tenth."""
        return self.start + (self.end - self.start) * rng.uniform(0.1, 0.9)

    def happens(self, rng: Random, share: float) -> float:
        """When something happens that happens to a share of all; minus infinity where it does not."""
        return self.moment(rng) if rng.random() < share else -inf

    def every(self, rng: Random, days: float) -> list[float]:
        """Times with that many days between them on average."""
        times: list[float] = []
        at = float(self.start)
        while True:
            at += -log(1 - rng.random()) * days * DAY / self.eventful
            if at >= self.end:
                return times
            times.append(at)


def draw_fate(rng: Random, span: Span, spec: ServerSpec, *, mortal: bool, settled: bool) -> Fate:
    """The fate of a server. ``mortal`` ones may go for good; ``settled`` ones keep their address, key and rooms."""
    falls = [
        Fall(at, at + long * rng.uniform(0.7, 1.2), rng.choice(HOWS))
        for long, days in FALLS
        for at in span.every(rng, days)
    ]
    dies = span.happens(rng, 0.1)
    if mortal and dies > span.start:
        falls.append(Fall(dies, inf, rng.choice(HOWS)))
    moved, new_key, reset = (span.happens(rng, 0.12) for _ in range(3))
    born = span.happens(rng, 0.1)
    former = key_pair(hex_digits(rng, 64))
    born_rooms, gone_rooms = _rooms(rng, span, spec.rooms)
    if settled:
        return Fate(falls=_apart(falls), reset=reset)
    return Fate(
        born=born,
        falls=_apart(falls),
        moved=moved,
        new_key=new_key,
        former=former,
        reset=reset,
        rooms_born=born_rooms,
        rooms_gone=gone_rooms if mortal else {},
    )


def draw_broken(rng: Random, span: Span, spec: ServerSpec) -> tuple[tuple[float, float], ...]:
    """When the list of a server is broken, whose first room, which is always there, is named by a join link.

    At the end of the life it is whole: whoever crawls next crawls its world.
    """
    if spec.rooms[0].token not in spec.hinted:
        return ()
    return tuple((at, min(at + DAY * rng.uniform(0.2, 4.5), span.end)) for at in span.every(rng, BROKEN))


def _apart(falls: Sequence[Fall]) -> tuple[Fall, ...]:
    return tuple(sorted(falls, key=lambda fall: (fall.began, fall.ended)))


def _rooms(rng: Random, span: Span, rooms: Sequence[RoomSpec]) -> tuple[dict[str, float], dict[str, float]]:
    """Rooms but for the first of a server come and go; when each does."""
    born = {room.token: at for room in rooms[1:] if (at := span.happens(rng, 0.12)) >= span.start}
    gone = {room.token: at for room in rooms[1:] if (at := span.happens(rng, 0.12)) > born.get(room.token, span.start)}
    return born, gone


@dataclass(frozen=True, slots=True)
class OwnOutages:
    """When the directory itself reaches nobody, or hardly anybody: number of the crawl → share that it reaches."""

    reached: Mapping[int, float]

    @classmethod
    def draw(cls, rng: Random, span: Span, times: Sequence[int]) -> OwnOutages:
        """None in the first two days, in which a directory comes to know its servers."""
        found: dict[int, float] = {}
        for at in span.every(rng, OWN_OUTAGES):
            number = next((n for n, time in enumerate(times) if time >= at), None)
            if number is not None and times[number] >= span.start + 2 * DAY:
                share = rng.choice((0.0, 0.3))
                found |= {number + after: share for after in range(rng.choice((1, 1, 2)))}
        return cls(found)
