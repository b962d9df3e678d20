"""What ``directory.toml`` says, as frozen values; :mod:`sessioncrawler.editorial.config.reading` reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from types import MappingProxyType

from sessioncrawler.editorial.match import Pattern
from sessioncrawler.model import Address


@dataclass(frozen=True, slots=True)
class Site:
    """Names and texts of the site; all but ``about`` are one line."""

    name: str
    url: str
    """Where the site is served; absolute, ends in a slash."""
    contact: str
    """For readers and, in the User-Agent, for the operators of servers."""
    description: str = ""
    """One sentence about the site, for search engines and feeds."""
    about: str = ""
    """A longer text for the page; plain text, paragraphs are separated by empty lines."""
    source_code: str = ""
    """URL of the program's source code."""
    default_language: str = "en"
    """BCP 47 code of the language in which these texts are written."""
    report_url: str = ""
    """Where a Community is reported: a ``mailto:`` or ``https:`` URL with ``{identifier}`` in it; empty for nowhere."""


@dataclass(frozen=True, slots=True)
class Source:
    """A further page that holds join links."""

    url: str


@dataclass(frozen=True, slots=True)
class KnownServer:
    """A server that is polled in every crawl, with the key that the operator vouches for."""

    address: Address
    public_key: str
    official: bool = False
    """Run by the makers of Session: its rooms are tagged ``official``."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What the operator decided about the rooms that ``pattern`` names."""

    pattern: Pattern
    reason: str = ""
    """A few words, shown to readers; never empty for a hidden room."""
    since: date | None = None
    """First day (UTC) on which the rule holds; None for always."""
    until: date | None = None
    """Last day (UTC) on which the rule holds; None for good."""

    def in_force(self, now: int) -> bool:
        """Whether the rule holds at ``now`` (Unix seconds)."""
        return (self.since is None or self.since <= _today(now)) and not self.over(now)

    def over(self, now: int) -> bool:
        """Whether the rule has held and never will again."""
        return self.until is not None and self.until < _today(now)


def _today(now: int) -> date:
    return datetime.fromtimestamp(now, UTC).date()


class Rating(StrEnum):
    """The curator's word on a room, which goes before what its name and its tags tell."""

    NSFW = "nsfw"
    SAFE = "safe"


@dataclass(frozen=True, slots=True)
class RatedRooms:
    """``[[rate]]``: rooms that are rated by hand."""

    rule: Rule
    rating: Rating


@dataclass(frozen=True, slots=True)
class StaffCount:
    """``[[staff]]``: how many staff a room has that hides some or all of them."""

    rule: Rule
    count: int


class CollectionRating(StrEnum):
    """What readers of a collection have to expect; ``unsafe`` is the peers' own word for rooms of all kinds."""

    SAFE = "safe"
    NSFW = "nsfw"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True)
class Collection:
    """``[[listings]]``: a choice of Communities for programs (docs/data.md)."""

    id: str
    """Part of a URL: small letters, digits, ``-`` and ``_``."""
    name: str
    rating: CollectionRating
    include: tuple[Pattern, ...] = ()
    everything: bool = False
    """Whether all Communities belong to it, save those that ``exclude`` names."""
    exclude: tuple[Pattern, ...] = ()


@dataclass(frozen=True, slots=True)
class Icons:
    """Whose icons are shown whatever their rooms are like (``allow``), and whose never are (``block``)."""

    allow: tuple[Pattern, ...] = ()
    block: tuple[Pattern, ...] = ()


@dataclass(frozen=True, slots=True)
class Directory:
    """All of ``directory.toml``, checked."""

    site: Site
    sources: tuple[Source, ...] = ()
    servers: tuple[KnownServer, ...] = ()
    languages: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Match pattern in its canonical spelling → BCP 47 code."""
    flags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """BCP 47 code → flag emoji, where the directory's choice differs from CLDR's likely territory."""
    hide: tuple[Rule, ...] = ()
    pin: tuple[Rule, ...] = ()
    rate: tuple[RatedRooms, ...] = ()
    staff: tuple[StaffCount, ...] = ()
    project: tuple[Rule, ...] = ()
    """Rooms in which the makers of this directory can be met: they are tagged ``we're here``."""
    listings: tuple[Collection, ...] = ()
    icons: Icons = Icons()
    topics: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Id of a topic → the tags that belong to it; the order is that in which topics are shown."""

    @property
    def official_keys(self) -> frozenset[str]:
        """Public keys of the official servers. A key, unlike an address, cannot be claimed by somebody else."""
        return frozenset(server.public_key for server in self.servers if server.official)
