"""Candidates: what the join links and the operator together say about one server address, before it is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sessioncrawler.model import DEFAULT_PORTS, Address, JoinLink, KeyClaim

DIRECTORY = "directory.toml"
"""The source of claims that the directory's own operator makes."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One ``host[:port]`` to be polled, with all that was claimed of it.

    ``address`` is the address as it was named, https where any link says https. ``tokens`` are rooms that join links
    hint at, sorted. What was learned when it was asked before comes from the state.
    """

    address: Address
    claims: tuple[KeyClaim, ...] = ()
    tokens: tuple[str, ...] = ()
    proven: tuple[str, ...] = ()
    """Keys that were proven here before, the newest first."""
    named: tuple[Address | None, int] | None = None
    """Where the server said that it is (None: nowhere), and when it was asked: ``named``, ``named_at`` of a poll."""
    has_preview: bool = True
    """Whether it had preview pages then."""
    known: bool = False
    """Whether it has been published for a week, or ``directory.toml`` names it: it is taken in full."""
    answered: str = ""
    """The scheme by which it answered last; empty where it never did."""

    def addresses(self) -> tuple[Address, Address]:
        """Where to ask, in order: https first, then http, on the port that was named or the scheme's own."""
        default = self.address.port == DEFAULT_PORTS[self.address.scheme]
        https, http = (
            Address(scheme, self.address.host, DEFAULT_PORTS[scheme] if default else self.address.port)
            for scheme in ("https", "http")
        )
        return https, http


@dataclass(slots=True)
class _Gathered:
    https: Address | None = None
    http: Address | None = None
    claims: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    tokens: set[str] = field(default_factory=set)

    def address(self) -> Address:
        address = self.https or self.http
        assert address is not None  # noqa: S101 - one of both is set when a link is gathered
        return address


def group(
    links: Iterable[tuple[JoinLink, str | None]], known: Mapping[Address, str | None] | None = None
) -> tuple[Candidate, ...]:
    """One candidate for each ``host[:port]`` in ``links`` (each with its source) and ``known`` (each with its key).

    A link without a source or without a key names an address and a room, and claims nothing.
    Sorted by address, so that the same inputs are always asked in the same order.
    """
    gathered: dict[str, _Gathered] = defaultdict(_Gathered)
    for link, source in links:
        entry = _gather(gathered, link.address)
        if source is not None and link.public_key:
            entry.claims[link.public_key].add(source)
        entry.tokens.add(link.token)
    for address, key in (known or {}).items():
        entry = _gather(gathered, address)
        if key is not None:
            entry.claims[key].add(DIRECTORY)
    return tuple(
        Candidate(
            address=entry.address(),
            claims=tuple(KeyClaim(key, tuple(sorted(by))) for key, by in sorted(entry.claims.items())),
            tokens=tuple(sorted(entry.tokens)),
        )
        for _, entry in sorted(gathered.items())
    )


def plain(address: Address) -> Address:
    """``address`` without a port that is one of the schemes' own.

    ``http://h:443`` leads to the same server as ``https://h``: it must not stand beside it with a key of its own.
    """
    if address.port not in DEFAULT_PORTS.values():
        return address
    return Address(address.scheme, address.host, DEFAULT_PORTS[address.scheme])


def _gather(gathered: dict[str, _Gathered], address: Address) -> _Gathered:
    address = plain(address)
    entry = gathered[address.netloc]
    if address.scheme == "https":
        entry.https = address
    else:
        entry.http = address
    return entry
