"""Scenarios in which something changes: later some copy, relay, lie, move, break down or opt out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from sessioncrawler.model import Outcome
from simnet.kinds import make_server
from simnet.onion import key_pair
from simnet.robots import LISTED, OPTS_OUT
from simnet.rooms import hex_digits, ordinary_rooms
from simnet.specs import NAME, Certificate, Flavour, RoomSpec, ServerSpec, Socket, WildLink

FLOOD = 200
"""Links with wrong keys for one address."""
_GONE: dict[str, Any] = {"socket": Socket.REFUSED, "outcome": Outcome.REFUSED, "alternatives": ()}


@dataclass(slots=True)
class Stage:
    """Servers in the order of their indices, each as it is at first and as it is later."""

    rng: Random
    latency: tuple[float, float]
    before: list[ServerSpec]
    after: list[ServerSpec] = field(default_factory=list)
    at_once: dict[int, Any] = field(default_factory=dict)
    """By index: how those are judged who are as they are later from the very first crawl on."""
    remembering: set[int] = field(default_factory=set)
    """Those whose later state is judged rightly only by who has seen the first one."""

    def __post_init__(self) -> None:
        self.after = list(self.before)

    def add(self, kind: str, *, at_once: Outcome | None = None, **later: Any) -> ServerSpec:
        """An honest server of ``kind``; ``later`` are changes."""
        server = make_server(self.rng, len(self.before), kind, None, self._pause())
        self._append(server, replace(server, **later), at_once)
        return server

    def change(self, server: ServerSpec, **later: Any) -> None:
        """More changes of a server."""
        self.after[server.index] = replace(self.after[server.index], **later)

    def appear(
        self, name: str, victim: ServerSpec, *, at_once: Outcome | None = None, https: bool = True, **does: Any
    ) -> None:
        """An address that nobody knows at first; later it shows the key and by default the rooms of ``victim``."""
        index = len(self.before)
        rooms = does.get("rooms", victim.rooms)
        scheme = "https" if https else "http"
        later = ServerSpec(
            index=index,
            kind=name,
            key=victim.key,
            latency=self._pause(),
            links=tuple(WildLink(scheme, NAME, room.token, victim.key) for room in rooms[:2]),
            certificate=Certificate.GOOD if https else Certificate.NONE,
            **{
                "secret": key_pair(hex_digits(self.rng, 64))[0],
                "rooms": victim.rooms,
                "outcome": Outcome.KEY_COPY,
                "impostor_of": victim.index,
                **does,
            },
        )
        self._append(replace(later, links=(), same_as=None, **_GONE), later, at_once)

    def relay(self, name: str, victim: ServerSpec, **does: Any) -> None:
        """An impostor that passes onion requests on: it has the proof, but the answers are the victim's."""
        held: dict[str, Any] = {
            "secret": victim.secret,
            "fault": "relay",
            "peer": victim.index,
            "same_as": victim.index,
        }
        other: dict[str, Any] = {"outcome": Outcome.REACHED, "alternatives": (Outcome.KEY_COPY,)}
        self.appear(name, victim, **held, **other, **does)

    def rooms(self, count: int = 11) -> tuple[RoomSpec, ...]:
        """Rooms of the impostor's own."""
        return ordinary_rooms(self.rng, count, f"own-{len(self.before)}-")

    def wrong_links(self, server: ServerSpec, count: int) -> None:
        """Links with wrong keys for the address of ``server``."""
        first = server.links[0]
        wrong = (replace(first, key=hex_digits(self.rng, 64), style="plain") for _ in range(count))
        self.change(server, links=(*server.links, *wrong))

    def new_key(self, server: ServerSpec, *, told: bool, **later: Any) -> None:
        """Another key at the same address; ``told`` where somebody posts a link with it."""
        secret, key = key_pair(hex_digits(self.rng, 64))
        new = (replace(server.links[0], key=key, style="plain"),) if told else ()
        self.change(server, key=key, secret=secret, links=(*server.links, *new), **later)

    def _pause(self) -> float:
        return round(self.rng.uniform(*self.latency), 3)

    def _append(self, before: ServerSpec, after: ServerSpec, at_once: Outcome | None) -> None:
        if at_once:
            self.at_once[before.index] = at_once
        self.before.append(before)
        self.after.append(after)


def set_stage(rng: Random, known: Sequence[ServerSpec], latency: tuple[float, float]) -> Stage:
    """Every impostor with a victim of its own, and every change; ``known`` are the configured servers."""
    stage = Stage(rng, latency, list(known))
    _copiers(stage)
    _relays(stage)
    for kind in ("http", "bunsogs", "no-pages"):
        stage.wrong_links(stage.add(kind), 3)
    stage.wrong_links(stage.add("bunsogs"), FLOOD)
    stage.new_key(stage.add("https"), told=False)
    stage.new_key(stage.add("bunsogs"), told=True)
    _configured_key(stage)
    _moves(stage)
    for fault in ("", "no-posts-404"):
        dead = stage.add("http", **_GONE)
        stage.appear("copier-of-the-dead", dead, fault=fault, at_once=Outcome.KEY_CONTESTED)
    return stage


def _copiers(stage: Stage) -> None:
    official, configured, *_ = stage.before
    stage.appear("copier-of-official", official, https=False, rooms=stage.rooms(len(official.rooms) + 11))
    stage.appear("copier-of-official-more-rooms", official, rooms=(*official.rooms, *stage.rooms(30)))
    stage.appear("copier-of-configured", configured)
    for kind in ("http-ip", "http", "https", "legacy"):
        stage.appear("copier", stage.add(kind))
    for kind in ("http-ip", "https", "legacy"):
        stage.appear("copier-without-posts", stage.add(kind), fault="no-posts-404")
    stage.appear("copier-own-rooms", stage.add("http"), rooms=stage.rooms())
    victim = stage.add("http-ip")
    stage.appear("copier-more-rooms", victim, rooms=(*victim.rooms, *stage.rooms(30)))
    victim = stage.add("http-ip")
    stage.appear("copier-verbatim", victim, names=victim.index)
    stage.appear("copier-of-bunsogs", stage.add("bunsogs"))
    victim = stage.add("bunsogs")
    stage.appear("copier-by-claim", victim, flavour=Flavour.BUNSOGS, outcome=Outcome.NO_KEY)
    for fault in ("no-posts-404", "no-posts-405"):
        # Nothing tells them apart who has not seen the one without the other, and no app could join at either.
        victim = stage.add(fault, at_once=Outcome.KEY_CONTESTED)
        stage.appear("copier-of-old", victim, fault="no-posts-404", at_once=Outcome.KEY_CONTESTED)


def _relays(stage: Stage) -> None:
    stage.relay("relay", stage.add("http-ip"))
    stage.relay("relay-own-rooms", stage.add("http"), rooms=stage.rooms())
    stage.remembering.add(len(stage.before) + 1)
    stage.relay("relay-of-bunsogs", stage.add("bunsogs"), flavour=Flavour.BUNSOGS)


def _configured_key(stage: Stage) -> None:
    """A configured server with a new key: its rooms are held back until its directory's operator says so."""
    server = stage.add("https")
    stage.before[server.index] = stage.after[server.index] = replace(server, configured=True)
    held: dict[str, Any] = {"outcome": Outcome.KEY_CHANGED}
    stage.new_key(server, told=True, believed=server.key, **held)


def _moves(stage: Stage) -> None:
    """One server leaves its address, another still answers at both and names the new one."""
    for kind, name in (("http", "moved"), ("https", "moving")):
        old = stage.add(kind)
        new = len(stage.before)
        honest: dict[str, Any] = {"secret": old.secret, "outcome": Outcome.REACHED, "impostor_of": None}
        stage.appear(name, old, https=name == "moved", **honest)
        stage.change(old, **(_GONE if name == "moved" else {"names": new, "same_as": new}))


def set_robots_stage(rng: Random, known: Sequence[ServerSpec], latency: tuple[float, float]) -> Stage:
    """Every kind of ``robots.txt`` at a server of its own; relays and copiers that would opt out for others."""
    stage = Stage(rng, latency, list(known))
    for name in LISTED:
        _always(stage, "https" if len(stage.before) % 2 else "http", name)
    opted_out = _always(stage, "http", OPTS_OUT)
    stage.relay("relay-of-opted-out", opted_out)
    _always(stage, "bunsogs-https", OPTS_OUT)
    _always(stage, "legacy", OPTS_OUT)
    _always(stage, "no-posts-404", OPTS_OUT)  # cannot prove its key, so it has no say
    stage.add("https", robots=OPTS_OUT)
    stage.relay("relay-opts-out", stage.add("http-ip"), robots=OPTS_OUT)
    stage.relay("relay-of-bunsogs-opts-out", stage.add("bunsogs"), flavour=Flavour.BUNSOGS, robots=OPTS_OUT)
    stage.appear("copier-opts-out", stage.add("https"), robots=OPTS_OUT)
    return stage


def _always(stage: Stage, kind: str, name: str) -> ServerSpec:
    """A server with a ``robots.txt`` from the beginning."""
    server = replace(stage.add(kind), robots=name)
    stage.before[server.index] = stage.after[server.index] = server
    return server
