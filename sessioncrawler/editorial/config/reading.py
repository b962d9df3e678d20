"""``directory.toml`` read strictly, at start, with all its mistakes told at once.

Not by msgspec: it stops at the first mistake, and knows neither the line nor what to write instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType

from sessioncrawler.editorial.config import checks, schema
from sessioncrawler.editorial.config.problems import DirectoryError, Problems, parse_toml
from sessioncrawler.editorial.config.tables import Check, Misfit, Table
from sessioncrawler.editorial.match import Pattern, PatternKind
from sessioncrawler.model import Address

MAX_FILE = 1_000_000
"""Bytes of a ``directory.toml`` that are read at most."""
PACKED = files("sessioncrawler").joinpath("directory.toml")
"""The operator's file as an egg or an image carries it (setup.py); a checkout has none there."""

_NOWHERE = Address("https", "localhost", 443)
_NO_PATTERN = Pattern(PatternKind.HOST, "localhost")
_NO_INCLUSION: checks.Inclusion = ((), True)


def find_directory(setting: str | None, packed: Traversable = PACKED) -> Traversable:
    """The ``directory.toml`` that counts, for the value of the setting ``DIRECTORY_CONFIG``.

    The path that is set, and no other; where none is, ``directory.toml`` of the working folder, else the one that was
    packed into the project. It need not exist: :func:`read_directory` tells.
    """
    if setting:
        return Path(setting)
    here = Path("directory.toml")
    return packed if packed.is_file() and not here.exists() else here


def load_directory(path: Traversable) -> schema.Directory:
    """Read and check a ``directory.toml`` (UTF-8); raises :class:`DirectoryError` with all mistakes."""
    return parse_directory(read_directory(path), str(path))


def configured_directory(setting: str | None) -> schema.Directory:
    """The directory that counts for the value of the setting ``DIRECTORY_CONFIG``; raises :class:`DirectoryError`."""
    return load_directory(find_directory(setting))


def read_directory(path: Traversable) -> str:
    """Read the text of a ``directory.toml`` (UTF-8), unchecked; raises :class:`DirectoryError`."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_FILE + 1)
    except OSError as error:
        mend = "set DIRECTORY_CONFIG to the path of your directory.toml"
        raise DirectoryError(f"{path}: cannot be read ({error.strerror}); {mend}") from error
    if len(raw) > MAX_FILE:
        raise DirectoryError(f"{path}: expected at most {MAX_FILE:,} bytes; is DIRECTORY_CONFIG another file's path?")
    try:
        return raw.decode("utf-8-sig")  # some editors begin a file with a mark that TOML does not know
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise DirectoryError(f"{path}, line {line}: expected UTF-8, found other bytes; save it as UTF-8") from error


def parse_directory(text: str, name: str) -> schema.Directory:
    """Check the text of a ``directory.toml``; ``name`` stands for the file in messages.

    Raises :class:`DirectoryError` with every mistake, one sentence a line.
    """
    problems = Problems(name, text)
    top = Table(parse_toml(text, name), (), problems)
    directory = schema.Directory(
        site=_site(top.table("site")),
        sources=_sources(top.rows("sources")),
        servers=_servers(top.rows("servers")),
        languages=_languages(top.table("languages")),
        flags=_mapping(top.table("flags"), checks.language, checks.flag),
        hide=tuple(_whole_rule(row, reason_needed=True) for row in top.rows("hide")),
        pin=tuple(_whole_rule(row) for row in top.rows("pin")),
        rate=tuple(_rated(row) for row in top.rows("rate")),
        staff=tuple(_staff(row) for row in top.rows("staff")),
        project=tuple(_whole_rule(row) for row in top.rows("project")),
        listings=_collections(top.rows("listings")),
        icons=_icons(top.table("icons")),
        topics=_topics(top.table("topics")),
    )
    top.close()
    problems.raise_any()
    return directory


def _site(table: Table) -> schema.Site:
    site = schema.Site(
        name=table.need("name", checks.line, ""),
        url=table.need("url", checks.site_url, ""),
        contact=table.need("contact", checks.line, ""),
        description=table.take("description", checks.line, ""),
        about=table.take("about", checks.text, ""),
        source_code=table.take("source_code", checks.web_url, ""),
        default_language=table.take("default_language", checks.one_language, "en"),
        report_url=table.take("report_url", checks.report_url, ""),
    )
    table.close()
    return site


def _sources(rows: list[Table]) -> tuple[schema.Source, ...]:
    urls: list[str] = []
    for row in rows:
        url = row.need("url", checks.web_url, "")
        if url and url in urls:
            row.report("url", f"expected each source once, found {url} again; remove one of the two")
        urls.append(url)
        row.close()
    return tuple(schema.Source(url) for url in urls)


def _servers(rows: list[Table]) -> tuple[schema.KnownServer, ...]:
    servers: list[schema.KnownServer] = []
    for row in rows:
        server = schema.KnownServer(
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


def _topics(table: Table) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for number, key in enumerate(table.keys()):
        try:
            checks.url_id(key)
        except Misfit as unfit:
            table.report(key, f"expected {unfit.expected} as the key, found {key!r}; {unfit.mend}")
            continue
        if number == checks.MAX_TOPICS:
            table.report(key, f"expected at most {checks.MAX_TOPICS} topics, found more; join some of them")
        found[key] = table.checked(key, checks.topic_tags, ())
    return MappingProxyType(found)


def _mapping(table: Table, check_key: Check[str], check_value: Check[str]) -> Mapping[str, str]:
    """Read a table whose keys are free; keys that mean the same are a mistake."""
    found: dict[str, str] = {}
    for key in table.keys():  # noqa: SIM118 - a Table is no mapping
        try:
            canonical = check_key(key)
        except Misfit as unfit:
            table.report(key, f"expected {unfit.expected} as the key, found {key!r}; {unfit.mend}")
            continue
        if canonical in found:
            table.report(key, f"expected each key once, found {canonical} again; remove one of the two")
        found[canonical] = table.checked(key, check_value, "")
    return MappingProxyType(found)


def _rule(row: Table, *, reason_needed: bool = False) -> schema.Rule:
    """Read what all rules share; the caller reads the rest of the row and closes it."""
    pattern = row.need("match", checks.pattern, _NO_PATTERN)
    reason = (row.need if reason_needed else row.take)("reason", checks.line, "")
    since: date | None = row.take("since", checks.day, None)
    until: date | None = row.take("until", checks.day, None)
    if since and until and until < since:
        row.report("until", f"expected a day not before since ({since}), found {until}; swap the two")
    return schema.Rule(pattern, reason, since, until)


def _whole_rule(row: Table, *, reason_needed: bool = False) -> schema.Rule:
    rule = _rule(row, reason_needed=reason_needed)
    row.close()
    return rule


def _rated(row: Table) -> schema.RatedRooms:
    rated = schema.RatedRooms(_rule(row), row.need("rating", checks.choice(schema.Rating), schema.Rating.NSFW))
    row.close()
    return rated


def _staff(row: Table) -> schema.StaffCount:
    staff = schema.StaffCount(_rule(row), row.need("count", checks.staff_count, 1))
    row.close()
    return staff


def _collections(rows: list[Table]) -> tuple[schema.Collection, ...]:
    collections: list[schema.Collection] = []
    for row in rows:
        identifier = row.need("id", checks.url_id, "")
        name = row.need("name", checks.line, "")
        rating = row.need("rating", checks.choice(schema.CollectionRating), schema.CollectionRating.UNSAFE)
        include, everything = row.need("include", checks.inclusion, _NO_INCLUSION)
        collection = schema.Collection(
            identifier, name, rating, include, everything, row.take("exclude", checks.patterns, ())
        )
        if collection.id and any(collection.id == other.id for other in collections):
            row.report("id", f"expected each id once, found {collection.id} again; give one of the two another id")
        _report_both(row, "exclude", "include", (collection.include, collection.exclude))
        collections.append(collection)
        row.close()
    return tuple(collections)


def _icons(table: Table) -> schema.Icons:
    icons = schema.Icons(allow=table.take("allow", checks.patterns, ()), block=table.take("block", checks.patterns, ()))
    _report_both(table, "block", "allow", (icons.allow, icons.block))
    table.close()
    return icons


def _report_both(table: Table, key: str, other: str, lists: tuple[tuple[Pattern, ...], tuple[Pattern, ...]]) -> None:
    both = set(lists[0]) & set(lists[1])
    if both:
        names = ", ".join(sorted(map(str, both)))
        table.report(key, f"expected other patterns than in {other}, found {names} in both; remove it from one")
