"""What the directory tells of itself: keys that were proven, sources, what is not listed, and the manifest."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from sessioncrawler.opendata.records.base import Count, DatedFile, Hex64, Key, Record, Time, Url


class KnownKeyRecord(Record, frozen=True):
    """A key at an address where it was proven."""

    public_key: Key
    address: Annotated[Url, Meta(description="As it answered last")]
    first_proven: Annotated[Time, Meta(description="When it was proven first")]
    last_proven: Annotated[Time, Meta(description="When it was proven last")]
    lost_at: Annotated[Time | None, Meta(description="When it was found that it can no longer be proven there")]


class KeyEntryRecord(Record, frozen=True):
    """An entry of the key log; docs/trust.md tells how its hash is made."""

    number: Annotated[int, Meta(description="From 1 on, without gaps", ge=1)]
    at: Annotated[int, Meta(description="Unix seconds", ge=0)]
    change: Annotated[str, Meta(description="first, changed, lost or returned", pattern="^[a-z-]+$")]
    address: Annotated[str, Meta(description="Where it happened")]
    public_key: Annotated[Hex64, Meta(description="The key that it happened to")]
    former_key: Annotated[Hex64 | None, Meta(description="The key that was proven there before, where it changed")]
    how: Annotated[str, Meta(description="onion for a proof; for a loss what came in its place", pattern="^[a-z-]+$")]
    previous: Annotated[Hex64, Meta(description="SHA-256 of the entry before; zeros before the first")]
    sha256: Annotated[Hex64, Meta(description="SHA-256 of this entry, the hash of the one before included")]


class KeysFile(DatedFile, frozen=True):
    """Keys that were proven, and what happened to them."""

    keys: Annotated[list[KnownKeyRecord], Meta(description="Sorted by key, then address")]
    log: Annotated[list[KeyEntryRecord], Meta(description="The latest entries, oldest first")]


class SourceRecord(Record, frozen=True):
    """One source: a site that showed join links."""

    name: Annotated[str, Meta(description="Name of the spider that reads it, or its URL")]
    links: Annotated[Count, Meta(description="Join links that it ever showed")]
    current: Annotated[Count, Meta(description="Those it showed when it was last read")]
    first_seen: Annotated[Time, Meta(description="When it was first read")]
    last_seen: Annotated[Time, Meta(description="When it was last read")]


class SourcesFile(DatedFile, frozen=True):
    """Sites that showed join links."""

    sources: Annotated[list[SourceRecord], Meta(description="Sorted by name")]


class ReasonRecord(Record, frozen=True):
    """How many Communities are not listed for one reason."""

    reason: Annotated[
        str, Meta(description="A word for programs: closed, test, unlisted, hidden", pattern="^[a-z][a-z/_-]*$")
    ]
    count: Annotated[int, Meta(description="Communities", ge=1)]
    text: Annotated[str, Meta(description="Goes on after the number")]


class PolicyFile(DatedFile, frozen=True):
    """What is not listed and why, in numbers."""

    listed: Annotated[Count, Meta(description="Communities that are listed")]
    unlisted: Annotated[Count, Meta(description="Communities that were seen and are not listed")]
    sentence: Annotated[str, Meta(description="The numbers for a person")]
    reasons: Annotated[list[ReasonRecord], Meta(description="Most frequent first")]


class FileRecord(Record, frozen=True):
    """One file of this folder."""

    path: Annotated[str, Meta(description="Relative to this file")]
    size: Annotated[Count, Meta(description="Size")] = field(name="bytes")
    sha256: Annotated[Hex64, Meta(description="SHA-256, hex")]


class ManifestFile(DatedFile, frozen=True):
    """Files of this folder."""

    license: Annotated[str, Meta(description="What may be done with the data: an SPDX name")]
    files: Annotated[list[FileRecord], Meta(description="Sorted by path; all but this file")]


class SiteFileRecord(Record, frozen=True):
    """One file of the site."""

    size: Annotated[Count, Meta(description="Size")] = field(name="bytes")
    sha256: Annotated[Hex64, Meta(description="SHA-256, hex")]


class SiteFiles(Record, frozen=True):
    """Size and hash of every file of the site."""

    files: Annotated[dict[str, SiteFileRecord], Meta(description="By path from the root of the site")]
