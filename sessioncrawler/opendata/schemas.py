"""The JSON Schemas (draft 2020-12) of the files of ``v1/``, which are published beside them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from sessioncrawler.opendata.encoding import schema
from sessioncrawler.opendata.records import (
    CommunitiesFile,
    CommunityHistoryFile,
    DatedFile,
    KeysFile,
    ManifestFile,
    PolicyFile,
    PollsFile,
    Record,
    ServerHistoryFile,
    ServersFile,
    SourcesFile,
    StatsFile,
)

FILES: dict[str, type[DatedFile]] = {
    "communities.json": CommunitiesFile,
    "keys.json": KeysFile,
    "manifest.json": ManifestFile,
    "policy.json": PolicyFile,
    "polls.json": PollsFile,
    "servers.json": ServersFile,
    "sources.json": SourcesFile,
    "stats.json": StatsFile,
}
"""The data files of ``v1/`` and what each of them is."""
HISTORIES: dict[str, type[Record]] = {
    "history/communities.json": CommunityHistoryFile,
    "history/servers.json": ServerHistoryFile,
}
"""The folders of ``v1/``, as if they were files, and what each file in them is."""


def schema_files() -> Iterator[tuple[str, bytes]]:
    """Every schema as (path below ``v1/``, content): ``NAME.schema.json`` for ``NAME.json`` and for ``NAME/….json``."""
    yield from _schemas()


@cache
def _schemas() -> tuple[tuple[str, bytes], ...]:
    names = ((name.replace(".json", ".schema.json"), kind) for name, kind in (FILES | HISTORIES).items())
    return tuple((name, schema(kind, name)) for name, kind in names)
