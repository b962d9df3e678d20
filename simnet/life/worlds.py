"""Worlds that are made for living: every server has hosts of its own, so that each counts for itself."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from simnet.kinds import make_server
from simnet.specs import IP, Flavour, ServerSpec, WildLink, World
from simnet.world import SITES

KINDS = ("https", "https", "http", "name-and-ip", "bunsogs-https", "https-upgrade", "bunsogs", "pysogs-0.3.0")
SEQUENCE = 200_000
"""Message sequence of rooms at the end: more than any room can grow in a life."""


def make_living_world(seed: int = 1, servers: int = 16) -> World:
    """Healthy servers at ``sN.example``; those that have an IP address too have one that is nobody else's."""
    rng = Random(f"living/{seed}/{servers}")
    specs = tuple(_server(rng, index) for index in range(servers))
    posts: dict[str, list[tuple[int, WildLink]]] = {site: [] for site in SITES[:-1]}
    for spec in specs:
        for link in spec.links:
            first = rng.choice(tuple(posts))
            for site, links in posts.items():
                if site == first or rng.random() < 0.3:  # noqa: PLR2004 (nearly a third is on each further site)
                    links.append((spec.index, link))
    return World(seed, "living", specs, {site: tuple(links) for site, links in posts.items()})


def _server(rng: Random, index: int) -> ServerSpec:
    spec = make_server(rng, index, KINDS[index % len(KINDS)], None, 0.0)
    links = tuple(
        replace(link, host=f"5.9.{index // 250}.{index % 250 + 1}" if link.host == IP else f"s{index}.example")
        for link in spec.links
    )
    bun = spec.flavour is Flavour.BUNSOGS
    rooms = tuple(
        replace(room, message_sequence=SEQUENCE, active_users=0 if bun else room.active_users) for room in spec.rooms
    )
    return replace(spec, links=links, rooms=rooms)
