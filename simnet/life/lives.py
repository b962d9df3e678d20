"""The life of a network: for each crawl what runs where, who can be reached, and what is posted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random

from sessioncrawler.model import Outcome
from simnet.life.fates import HOUR, Fall, Fate, OwnOutages, Span, draw_broken, draw_fate
from simnet.life.habits import Use
from simnet.specs import Certificate, RoomSpec, ServerSpec, Shown, Socket, WildLink, World
from simnet.truth import best_url

DAY = 24 * HOUR
STEP = 6 * HOUR
JITTER = 900
"""Seconds by which a crawl comes late at most."""


@dataclass(frozen=True, slots=True)
class Place:
    """What runs at one ``host[:port]``."""

    spec: ServerSpec
    base: str
    """The URL that its operator configured."""
    fall: Fall | None = None
    """Why it answers nobody."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One crawl of a life."""

    number: int
    at: int
    """Unix seconds."""
    places: Mapping[str, Place]
    """``host[:port]`` → what runs there."""
    links: tuple[tuple[str, str], ...]
    """Source and join link of all that is posted."""
    unreached: frozenset[str]
    """Places that cannot be reached because of this directory's own outage."""

    @property
    def own_outage(self) -> bool:
        """Whether the directory itself reaches nobody, or hardly anybody."""
        return bool(self.unreached)

    @property
    def answering(self) -> Mapping[str, ServerSpec]:
        """Public key → the server, of all that answer with rooms, by whatever address."""
        return {
            place.spec.key: place.spec
            for netloc, place in self.places.items()
            if place.fall is None and netloc not in self.unreached and place.spec.outcome is Outcome.REACHED
        }


@dataclass
class Life:
    """The life of ``world`` up to ``end`` (Unix seconds), crawled every ``step`` seconds for ``days``.

    At its end every server that is still there is as the world says. ``ports`` are those of servers on loopback
    (index → port); without one a server has an address of its own on the default ports, where its links name such a
    host. ``mortal`` lets servers and rooms go for good, which a world that is to be crawled afterwards must not.
    """

    world: World
    end: int
    days: int
    step: int = STEP
    ports: Mapping[int, int] = field(default_factory=dict)
    mortal: bool = True
    eventful: float = 1.0
    seed: int = 1
    times: tuple[int, ...] = field(init=False)
    fates: Mapping[int, Fate] = field(init=False)
    outages: OwnOutages = field(init=False)
    _uses: Mapping[tuple[int, str], Use] = field(init=False)

    def __post_init__(self) -> None:
        rng = Random(f"life/{self.seed}")
        count = self.days * DAY // self.step
        # The last crawl keeps its time, so that whoever crawls next knows how long ago it was.
        times = [
            self.end - (count - 1 - n) * self.step + (rng.randrange(JITTER) if n < count - 1 else 0)
            for n in range(count)
        ]
        start = times[0] - DAY
        span = Span(start, self.end, self.eventful)
        fates: dict[int, Fate] = {}
        uses: dict[tuple[int, str], Use] = {}
        for spec in self.world.servers:
            fixed = spec.configured or spec.same_as is not None or spec.outcome is not Outcome.REACHED
            fate = draw_fate(rng, span, spec, mortal=self.mortal, settled=fixed)
            if not fixed and not spec.fault:
                own = Random(f"broken/{self.seed}/{spec.index}")
                fate = replace(fate, broken=draw_broken(own, span, spec))
            fates[spec.index] = fate
            for room in spec.rooms:
                uses[spec.index, room.token] = Use.draw(rng, start, self.end, room.message_sequence, room.events)
        self.times, self.fates, self._uses = tuple(times), fates, uses
        self.outages = OwnOutages.draw(rng, span, times)

    def moments(self) -> Iterator[Moment]:
        """Every crawl, in its order."""
        for number, at in enumerate(self.times):
            places = self.places(at)
            yield Moment(number, at, places, tuple(self._links(at)), self._unreached(number, places))

    def places(self, at: float) -> dict[str, Place]:
        """``host[:port]`` → what runs there at ``at``."""
        found: dict[str, Place] = {}
        for spec in self.world.servers:
            fate = self.fates[spec.index]
            if at < fate.born or (spec.same_as is not None and at < self.fates[spec.same_as].born):
                continue
            now = self._spec(spec, fate, at)
            for link in self._posted(spec, at):
                found[self._netloc(spec, link)] = Place(now, self.base(spec, at), fate.fallen(at))
        return found

    def base(self, spec: ServerSpec, at: float) -> str:
        """The URL that a server has at ``at``."""
        if at < self.fates[spec.index].moved:
            return f"http://{_former(spec)}"
        if spec.preview_base:
            return spec.preview_base
        if spec.ports:
            return best_url(spec, 0)
        hosts = sorted({link.host for link in spec.links}, key=lambda host: (host[:1].isdigit(), host))
        port = self.ports.get(spec.index)
        return f"{spec.scheme}://{hosts[0]}" + (f":{port}" if port else "")

    def _spec(self, spec: ServerSpec, fate: Fate, at: float) -> ServerSpec:
        source = spec.index if spec.same_as is None else spec.same_as
        theirs = self.fates[source]
        rooms = tuple(
            self._room(source, room, theirs, at)
            for room in spec.rooms
            if theirs.lives(room, at) and (room.created <= at or not self.world.lifelike)
        )
        changes: dict[str, object] = {"rooms": rooms}
        if at < theirs.new_key:
            changes |= {"secret": theirs.former[0], "key": theirs.former[1]}
        if fate.tells_little(at):
            changes |= {"fault": "rooms-html/hints", "shown": Shown.HINTED}
        if at < fate.moved:
            changes |= {"certificate": Certificate.NONE, "socket": Socket.LISTEN}
        return replace(spec, **changes)  # type: ignore[arg-type]  # fields by name

    def _room(self, index: int, room: RoomSpec, fate: Fate, at: float) -> RoomSpec:
        return self._uses[index, room.token].used(room, at, fate.reset)

    def _posted(self, spec: ServerSpec, at: float) -> Iterator[WildLink]:
        """Its links as they are at ``at``."""
        fate = self.fates[spec.index]
        theirs = fate if spec.same_as is None else self.fates[spec.same_as]
        for link in spec.links:
            now = link
            if at < theirs.new_key and link.key == spec.key:
                now = replace(now, key=theirs.former[1])
            if at < fate.moved:
                now = replace(now, scheme="http", host=_former(spec), port=80)
            yield now

    def _links(self, at: float) -> Iterator[tuple[str, str]]:
        for source, posts in self.world.posts.items():
            for index, link in posts:
                spec = self.world.servers[index]
                if at < self.fates[index].born:
                    continue
                now = next(now for now, own in zip(self._posted(spec, at), spec.links, strict=True) if own == link)
                yield source, now.text(self._port(spec, now))

    def _port(self, spec: ServerSpec, link: WildLink) -> int:
        default = 443 if link.scheme == "https" else 80
        return self.ports.get(spec.index, default) if link.port is None else link.port

    def _netloc(self, spec: ServerSpec, link: WildLink) -> str:
        return link.base_url(self._port(spec, link)).partition("://")[2]

    def _unreached(self, number: int, places: Mapping[str, Place]) -> frozenset[str]:
        share = self.outages.reached.get(number)
        if share is None:
            return frozenset()
        rng = Random(f"outage/{self.seed}/{number}")
        # A server with several addresses is reached by all of them, or by none.
        keys = sorted({place.spec.key for place in places.values()})
        reached = set(rng.sample(keys, int(len(keys) * share)))
        return frozenset(netloc for netloc, place in places.items() if place.spec.key not in reached)


def _former(spec: ServerSpec) -> str:
    """The host where a server was before it moved: nobody lives there any more."""
    return spec.former or f"former-{spec.index}.invalid"
