"""Who has a voice: the places at which servers are known for a week, each once, however many servers it has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import TYPE_CHECKING

from sessioncrawler.model import Address, Outcome

if TYPE_CHECKING:
    from tldextract import TLDExtract

OVERLAY = "onion and loki"
"""The one place of all hidden services."""


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """A server that has been listed for a week."""

    place: str
    then: int
    """Its Communities that are listed; at least 1."""
    now: int
    """Its Communities of this crawl."""
    asked_at: int = 0
    """When its loss was seen last, Unix seconds: when it was asked, or found to be named no more; 0 for neither."""
    outcome: Outcome | None = None
    """How asking its address ended in this crawl; None where it was not asked."""
    hidden: int = 0
    """Communities that it may well tell as ever, and that a rule of today hides."""

    def keeps(self, share: float, more: int = 0) -> bool:
        """Whether at least ``share`` of its Communities, and any, are there, with ``more`` of them."""
        return self.now + more > 0 and self.now + more >= share * self.then


@dataclass(frozen=True, slots=True)
class ServerPlace:
    """The servers of one place that are known for a week, taken together.

    The best of them counts: a stranger who settles beside an honest server, at a host of the same domain or network,
    takes nothing away from it.
    """

    there: bool
    """Whether any of them has a Community."""
    whole: bool
    """Whether any of them still has the wanted share of its own."""
    hidden: bool = False
    """Whether rules of this directory make it less than whole."""
    asked_at: int = 0
    """When its whole loss was seen last, Unix seconds; 0 where nobody looked."""
    failures: frozenset[Outcome] = frozenset()
    """How asking those ended that are not there."""


def by_place(servers: Iterable[Acquaintance], share: float) -> dict[str, ServerPlace]:
    """All places of ``servers``; ``share`` of its own Communities must be there of a server that is whole."""
    found: dict[str, list[Acquaintance]] = defaultdict(list)
    for server in servers:
        found[server.place].append(server)
    return {name: _together(here, share) for name, here in sorted(found.items())}


def _together(servers: list[Acquaintance], share: float) -> ServerPlace:
    less = [server for server in servers if not server.keeps(share)]
    return ServerPlace(
        there=any(server.now for server in servers),
        whole=len(less) < len(servers),
        hidden=any(server.keeps(share, server.hidden) for server in less),
        asked_at=min((server.asked_at for server in less), default=0),
        failures=frozenset(one.outcome for one in servers if not one.now and one.outcome) - {Outcome.REACHED},
    )


def place_of(address: Address) -> str:
    """The domain that somebody has registered, or the network (/24, for IPv6 /32) in which the address is.

    Whoever has a domain has any number of names for nothing, and networks are let by the block: those of IPv6 up to
    /48 are given away, a /32 is what a provider has. Domains whose owner lends names to others (``duckdns.org``) are
    one place, too, since these names cost nothing; so are all hidden services, whose names are keys that anybody makes
    by the thousand. Addresses that are not of the internet are each by themselves: they are networks of the
    directory's own operator, where no stranger comes.
    """
    if ip := address.ip:
        return _network(ip, address.netloc)
    host = address.host
    if host.endswith((".onion", ".loki")):
        return OVERLAY
    if "." not in host:
        return address.netloc
    # What has no suffix that is known, or is one itself, is taken as the list of suffixes says: by its last label.
    return _suffixes().extract_str(host).top_domain_under_public_suffix or ".".join(host.split(".")[-2:])


def _network(ip: IPv4Address | IPv6Address, netloc: str) -> str:
    if isinstance(ip, IPv6Address):
        ip = ip.ipv4_mapped or ip.sixtofour or ip
    if not ip.is_global:
        return netloc
    return str(ip_network((ip, 24 if isinstance(ip, IPv4Address) else 32), strict=False))


@cache
def _suffixes() -> TLDExtract:
    from tldextract import TLDExtract  # noqa: PLC0415 - a third of a second that most commands need not wait

    return TLDExtract(suffix_list_urls=(), cache_dir=None)  # the list in the package: nothing is fetched or written


ServerPlaces = Mapping[str, ServerPlace]
"""By name."""
