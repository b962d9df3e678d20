"""``directory.toml``: what the site's operator decides, read strictly at start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType

from sessioncrawler.editorial import _checks as checks
from sessioncrawler.editorial._problems import DirectoryError, Problems, parse_toml
from sessioncrawler.editorial._reader import Check, Table, Unfit
from sessioncrawler.editorial.match import Pattern, PatternKind
from sessioncrawler.model import Address

__all__ = [
    "Directory",
    "DirectoryError",
    "Icons",
    "KnownServer",
    "Rule",
    "Site",
    "Source",
    "load_directory",
    "parse_directory",
]

MAX_FILE = 1_000_000
"""Bytes of a ``directory.toml`` that are read at most."""

_NOWHERE = Address("https", "localhost", 443)
_NO_PATTERN = Pattern(PatternKind.HOST, "localhost")


@dataclass(frozen=True, slots=True)
class Site:
    """Names and texts of the site."""

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
        today = datetime.fromtimestamp(now, UTC).date()
        return (self.since is None or self.since <= today) and (self.until is None or today <= self.until)


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
    icons: Icons = Icons()

    @property
    def official_keys(self) -> frozenset[str]:
        """Public keys of the official servers. A key, unlike an address, cannot be claimed by somebody else."""
        return frozenset(server.public_key for server in self.servers if server.official)


def load_directory(path: Path) -> Directory:
    """Read and check a ``directory.toml`` (UTF-8); raises :class:`DirectoryError` with all mistakes."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_FILE + 1)
    except OSError as error:
        mend = "set DIRECTORY_CONFIG to the path of your directory.toml"
        raise DirectoryError(f"{path}: cannot be read ({error.strerror}); {mend}") from error
    if len(raw) > MAX_FILE:
        raise DirectoryError(f"{path}: expected at most {MAX_FILE:,} bytes; is DIRECTORY_CONFIG another file's path?")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise DirectoryError(f"{path}, line {line}: expected UTF-8, found other bytes; save it as UTF-8") from error
    return parse_directory(text, str(path))


def parse_directory(text: str, name: str) -> Directory:
    """Check the text of a ``directory.toml``; ``name`` stands for the file in messages.

    Raises :class:`DirectoryError` with every mistake, one sentence a line.
    """
    problems = Problems(name, text)
    top = Table(parse_toml(text, name), (), problems)
    directory = Directory(
        site=_site(top.table("site")),
        sources=_sources(top.rows("sources")),
        servers=_servers(top.rows("servers")),
        languages=_languages(top.table("languages")),
        flags=_mapping(top.table("flags"), checks.language, checks.flag),
        hide=tuple(_rule(row, reason_needed=True) for row in top.rows("hide")),
        pin=tuple(_rule(row, reason_needed=False) for row in top.rows("pin")),
        icons=_icons(top.table("icons")),
    )
    top.close()
    problems.raise_any()
    return directory


def _site(table: Table) -> Site:
    site = Site(
        name=table.need("name", checks.text, ""),
        url=table.need("url", checks.site_url, ""),
        contact=table.need("contact", checks.text, ""),
        description=table.take("description", checks.text, ""),
        about=table.take("about", checks.text, ""),
        source_code=table.take("source_code", checks.web_url, ""),
    )
    table.close()
    return site


def _sources(rows: list[Table]) -> tuple[Source, ...]:
    urls: list[str] = []
    for row in rows:
        url = row.need("url", checks.web_url, "")
        if url and url in urls:
            row.report("url", f"expected each source once, found {url} again; remove one of the two")
        urls.append(url)
        row.close()
    return tuple(Source(url) for url in urls)


def _servers(rows: list[Table]) -> tuple[KnownServer, ...]:
    servers: list[KnownServer] = []
    for row in rows:
        server = KnownServer(
            address=row.need("url", checks.address, _NOWHERE),
            public_key=row.need("public_key", checks.public_key, ""),
            official=row.take("official", checks.flag_value, default=False),
        )
        if any(server.address == other.address is not _NOWHERE for other in servers):
            row.report("url", f"expected each server once, found {server.address} again; remove one of the two")
        servers.append(server)
        row.close()
    return tuple(servers)


def _languages(table: Table) -> Mapping[str, str]:
    return _mapping(table, lambda key: str(checks.pattern(key)), checks.language)


def _mapping(table: Table, check_key: Check[str], check_value: Check[str]) -> Mapping[str, str]:
    """Read a table whose keys are free; keys that mean the same are a mistake."""
    found: dict[str, str] = {}
    for key in table.keys():  # noqa: SIM118 - a Table is no mapping
        try:
            canonical = check_key(key)
        except Unfit as unfit:
            table.report(key, f"expected {unfit.expected} as the key, found {key!r}; {unfit.mend}")
            continue
        if canonical in found:
            table.report(key, f"expected each key once, found {canonical} again; remove one of the two")
        found[canonical] = table.checked(key, check_value, "")
    return MappingProxyType(found)


def _rule(row: Table, *, reason_needed: bool) -> Rule:
    take_reason = row.need if reason_needed else row.take
    since: date | None = row.take("since", checks.day, None)
    rule = Rule(
        pattern=row.need("match", checks.pattern, _NO_PATTERN),
        reason=take_reason("reason", checks.text, ""),
        since=since,
        until=row.take("until", checks.day, None),
    )
    if rule.since and rule.until and rule.until < rule.since:
        row.report("until", f"expected a day not before since ({since}), found {rule.until}; swap the two")
    row.close()
    return rule


def _icons(table: Table) -> Icons:
    icons = Icons(allow=table.take("allow", checks.patterns, ()), block=table.take("block", checks.patterns, ()))
    both = set(icons.allow) & set(icons.block)
    if both:
        names = ", ".join(sorted(map(str, both)))
        table.report("block", f"expected other patterns than in allow, found {names} in both; remove it from one")
    table.close()
    return icons
