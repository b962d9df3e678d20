"""What a perfect crawl of a world finds, computed from the world's specification alone, never by the crawler's code."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import md5
from math import floor
from typing import Any

from sessioncrawler.model import DEFAULT_PORTS, WEEK, Outcome
from simnet.floor import floor_seconds
from simnet.images import is_showable
from simnet.onion import public_key
from simnet.pitfalls import UNPROVABLE
from simnet.robots import OPTS_OUT
from simnet.specs import Flavour, RoomSpec, ServerSpec, Shown, WildLink, World


@dataclass(frozen=True, slots=True)
class Community:
    """One Community as a perfect directory lists it; None where the server does not tell."""

    identifier: str
    token: str
    name: str
    base_url: str
    """The server's best address."""
    public_key: str
    official: bool
    description: str | None
    """As served, with its tags."""
    weekly_active_users: int | None
    created: float | None
    read: bool | None
    write: bool | None
    upload: bool | None
    staff: int | None
    """Number of visible moderators and admins together; None where unknown."""
    tags: tuple[str, ...]
    """The operator's tags, lower-case, sorted; without reserved tags and ``lang:``."""
    language: str | None
    pinned: bool
    image_id: int | None
    picture: bool
    """Whether its server gives anybody a picture of it that can be shown."""
    certain: bool
    """False where fields are broken or hostile on the server, so that a crawler may repair them: then only identifier,
    token and key are sure."""


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A room that is served and must not be listed, even where its server is only possibly reached.

    ``reason`` is ``off-record``, ``tag``, ``hidden`` or ``opted-out``.
    """

    identifier: str
    reason: str


@dataclass(frozen=True, slots=True)
class Bulk:
    """A server with so many rooms that only some are taken; ``communities`` does not hold them."""

    base_url: str
    rooms: int


@dataclass(frozen=True, slots=True)
class Expected:
    """How polling an address should end; ``alternatives`` are right as well."""

    outcome: Outcome
    alternatives: tuple[Outcome, ...]
    kind: str
    """The kind of server behind the address."""
    provable: bool = False
    """Whether the key can be proven there by an onion request."""


@dataclass(frozen=True, slots=True)
class Truth:
    """All that a test, a demo or a benchmark may compare with."""

    communities: tuple[Community, ...]
    """Sorted by identifier."""
    possible: tuple[Community, ...]
    """Communities of servers whose fault a crawler may take either way: right if listed, right if not."""
    unlisted: tuple[Unlisted, ...]
    bulk: tuple[Bulk, ...]
    addresses: dict[str, Expected]
    """Base URL as in wild links → outcome."""
    merged: tuple[tuple[str, ...], ...]
    """Base URLs that are one server, the best first."""
    impostors: dict[str, str]
    """Base URL at which nothing may be listed → that of the server whose key is shown there, and which loses nothing by
    it: no Community, no badge. ``addresses`` tells how polling ends."""
    floor_seconds: float
    """Least seconds of a crawl with the default limits (``floor.floor_seconds``)."""
    links: dict[str, int]
    """Source → distinct join links on it."""

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Truth:
        """Read what ``to_json`` wrote."""
        value = json.loads(text)
        return cls(
            communities=_communities(value["communities"]),
            possible=_communities(value["possible"]),
            unlisted=tuple(Unlisted(**each) for each in value["unlisted"]),
            bulk=tuple(Bulk(**each) for each in value["bulk"]),
            addresses={url: _expected(each) for url, each in value["addresses"].items()},
            merged=tuple(tuple(urls) for urls in value["merged"]),
            impostors=value["impostors"],
            floor_seconds=value["floor_seconds"],
            links=value["links"],
        )


def _communities(values: Sequence[Mapping[str, Any]]) -> tuple[Community, ...]:
    return tuple(Community(**{**each, "tags": tuple(each["tags"])}) for each in values)


def _expected(value: Mapping[str, Any]) -> Expected:
    alternatives = tuple(Outcome(each) for each in value["alternatives"])
    return Expected(Outcome(value["outcome"]), alternatives, value["kind"], value["provable"])


def best_url(spec: ServerSpec, port: int) -> str:
    """The server's best address: https where it works, a name where anybody knows one."""
    known = spec.ports[spec.scheme == "https"] if spec.ports else port
    return f"{spec.scheme}://{spec.host}" + ("" if known == DEFAULT_PORTS[spec.scheme] else f":{known}")


def identifier(spec: ServerSpec, port: int, token: str) -> str:
    """``TOKEN+serverid`` (docs/protocol.md, "Identifiers and rules")."""
    netloc = best_url(spec, port).partition("://")[2]
    digest = md5(netloc.encode(), usedforsecurity=False).hexdigest()
    return f"{token}+{spec.key[:4]}{digest[:4]}"


def _weekly(room: RoomSpec) -> int | None:
    if room.active_users is None or not room.active_users_cutoff:
        return None
    return floor(room.active_users * WEEK / room.active_users_cutoff)


def _community(world: World, spec: ServerSpec, room: RoomSpec, port: int) -> Community:
    full = spec.shown is not Shown.NAMES
    place = (spec.index, room.token)
    tagged = full and room.language_tag
    named = spec.flavour is not Flavour.PYSOGS or full
    # What the operator of the directory says of a key counts for who proves it, or is named with it.
    counts = spec.configured or _provable(spec)
    return Community(
        identifier=identifier(spec, port, room.token),
        token=room.token,
        name=room.name if named else room.token,
        base_url=best_url(spec, port),
        public_key=spec.key,
        official=spec.official,
        description=room.description if full else None,
        weekly_active_users=_weekly(room) if full else None,
        created=room.created if full else None,
        read=room.read if full else None,
        write=room.write if full else None,
        upload=room.upload if full else None,
        staff=len({*room.admins, *room.moderators}) if full else None,
        tags=tuple(sorted(room.tags)) if full else (),
        language=room.language if tagged or (counts and place in world.languages) else None,
        pinned=counts and place in world.pinned,
        image_id=room.image_id if full else None,
        picture=full and room.read and is_showable(room.image_id),
        certain=not (room.hostile or any(value is not None for value in room.broken.values())),
    )


def _reason(world: World, spec: ServerSpec, room: RoomSpec) -> str | None:
    """Why a served room is not listed; None where it is."""
    if (spec.index, room.token) in world.hidden:
        return "hidden"
    if spec.robots == OPTS_OUT and _provable(spec):
        return "opted-out"
    if spec.shown is Shown.NAMES:
        return None
    if room.off_record:
        return "off-record"
    return "tag" if room.withdrawn else None


def _rooms(
    world: World, ports: Mapping[int, int], origins: Sequence[ServerSpec]
) -> tuple[list[Community], list[Unlisted]]:
    communities: list[Community] = []
    unlisted: list[Unlisted] = []
    for spec in origins:
        for room in spec.rooms:
            if room.lost or (spec.shown is Shown.HINTED and room.token not in spec.hinted):
                continue
            reason = _reason(world, spec, room)
            if reason:
                unlisted.append(Unlisted(identifier(spec, ports[spec.index], room.token), reason))
            else:
                communities.append(_community(world, spec, room, ports[spec.index]))
    return communities, unlisted


def _provable(spec: ServerSpec) -> bool:
    held = bool(spec.secret) and public_key(spec.secret) == spec.key
    return held and spec.outcome is Outcome.REACHED and spec.fault not in UNPROVABLE


def _merged(world: World, ports: Mapping[int, int]) -> tuple[tuple[str, ...], ...]:
    groups: dict[int, set[str]] = defaultdict(set)
    best: dict[int, str] = {}
    for spec in world.servers:
        if spec.outcome is Outcome.REACHED:
            origin = spec.index if spec.same_as is None else spec.same_as
            best[origin] = best_url(world.servers[origin], ports[origin])
            groups[origin] |= {link.base_url(ports[spec.index]) for link in spec.links} | {best[origin]}
    return tuple((best[key], *sorted(urls - {best[key]})) for key, urls in sorted(groups.items()) if len(urls) > 1)


def _canonical(index: int, link: WildLink) -> tuple[Any, ...]:
    return (index, link.scheme, link.host, link.port, link.token, link.key)


def make_truth(world: World, ports: Mapping[int, int]) -> Truth:
    """The truth about ``world`` whose servers have ``ports`` (index → port)."""
    posted = {index for posts in world.posts.values() for index, _ in posts}
    posted |= {spec.index for spec in world.servers if spec.configured}
    reached = [
        spec for spec in world.servers if spec.index in posted and Outcome.REACHED in (spec.outcome, *spec.alternatives)
    ]
    origins = [spec for spec in reached if spec.same_as is None]
    countable = [spec for spec in origins if spec.shown is not Shown.BULK]
    communities, unlisted = _rooms(world, ports, [spec for spec in countable if not spec.alternatives])
    possible, never = _rooms(world, ports, [spec for spec in countable if spec.alternatives])
    addresses = {
        link.base_url(ports.get(spec.index, 0)): Expected(
            spec.outcome, spec.alternatives, spec.kind, provable=_provable(spec)
        )
        for spec in world.servers
        if spec.index in posted
        for link in spec.links
    }
    return Truth(
        communities=tuple(sorted(communities, key=lambda each: each.identifier)),
        possible=tuple(sorted(possible, key=lambda each: each.identifier)),
        unlisted=tuple(sorted(unlisted + never, key=lambda each: each.identifier)),
        bulk=tuple(
            Bulk(best_url(spec, ports[spec.index]), len(spec.rooms)) for spec in origins if spec.shown is Shown.BULK
        ),
        addresses=addresses,
        merged=_merged(world, ports),
        impostors={
            best_url(spec, ports[spec.index]): best_url(world.servers[spec.impostor_of], ports[spec.impostor_of])
            for spec in world.servers
            if spec.impostor_of is not None and spec.index in posted
        },
        floor_seconds=floor_seconds(world),
        links={site: len({_canonical(*post) for post in posts}) for site, posts in world.posts.items()},
    )
