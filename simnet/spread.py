"""Worlds whose servers have domains and IP addresses of their own, as those of the real network do.

127.0.0.0/8 has sixteen million addresses, all there without any set-up. The names are known to nobody but
:class:`OwnNames`, which a crawl of such a world needs (:data:`SPREAD`).
"""

from __future__ import annotations

import re
import socket
from dataclasses import replace
from typing import Any, Self

from simnet.specs import IP, NAME, ServerSpec, WildLink, World

SPREAD = {
    "EXTENSIONS": {
        "simnet.spread.OwnNames": 0,
        "sessioncrawler.extensions.garbage.RareGarbageCollection": 0,
        "sessioncrawler.extensions.watch.Watch": 0,
    },
    "ALLOWED_PRIVATE_NETWORKS": f"{IP}/32,127.128.0.0/9",
}
"""Settings of a crawl of such a world; the bounds on newcomers may be as operators have them."""
NETWORKS = 250
_OURS = re.compile(r"chat\.s(\d+)\.example")


def spread(world: World) -> World:
    """The same world, each server in a domain and a network of its own; ValueError where things change in it."""
    if world.after is not None:
        raise ValueError("Servers that change stay where they are: leave out spread.")
    servers = tuple(_moved(spec) for spec in world.servers)
    posts = {
        site: tuple((index, _link(servers[index], link)) for index, link in links)
        for site, links in world.posts.items()
    }
    return replace(world, servers=servers, posts=posts)


def ip_of(index: int) -> str:
    """The IP address of a server, in a /24 of its own."""
    return f"127.{128 + index // NETWORKS}.{index % NETWORKS}.1"


def _moved(spec: ServerSpec) -> ServerSpec:
    own = replace(spec, name=f"chat.s{spec.index}.example", ip=ip_of(spec.index))
    return replace(own, links=tuple(_link(own, link) for link in spec.links))


def _link(spec: ServerSpec, link: WildLink) -> WildLink:
    return replace(link, host={NAME: spec.name, IP: spec.ip}.get(link.host, link.host))


class OwnNames:
    """An extension of Scrapy: the names of such a world resolve in this process, all others as ever."""

    def __init__(self) -> None:
        self._real = socket.getaddrinfo
        socket.getaddrinfo = self.look_up

    @classmethod
    def from_crawler(cls, _: Any) -> Self:
        """Begin before anything is asked."""
        return cls()

    def look_up(self, host: Any, *args: Any, **kwargs: Any) -> Any:
        """As ``getaddrinfo``."""
        ours = _OURS.fullmatch(host) if isinstance(host, str) else None
        return self._real(ip_of(int(ours[1])) if ours else host, *args, **kwargs)
