"""What the files of ``v1/`` hold (docs/data.md): their JSON and their JSON Schemas come from these structs.

Null stands where a server does not tell. Strings of strangers are raw, to be escaped by whoever shows them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from sessioncrawler.model import KeyProof, TagKind

VERSION: Literal[1] = 1
"""Grows when a field changes its meaning or goes; a new field does not change it. Also the name of the folder."""

Time = Annotated[
    str,
    Meta(
        pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
        extra_json_schema={"format": "date-time"},
    ),
]
"""ISO 8601 in UTC, to the second."""
Url = Annotated[str, Meta(pattern="^https?://", extra_json_schema={"format": "uri"})]
Hex64 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Key = Annotated[Hex64, Meta(description="X25519 public key of the server, 64 lower-case hex digits")]
ServerId = Annotated[
    str, Meta(description='First 4 hex digits of the key and of md5("host[:port]")', pattern="^[0-9a-f]{8}$")
]
Count = Annotated[int, Meta(ge=0)]
ProvenAt = Annotated[Time | None, Meta(description="When the key was proven last; null where it is not proven now")]
Proof = Annotated[KeyProof | None, Meta(description="Why the key is believed to be the server's own")]
Version = Annotated[Literal[1], Meta(description="Grows when a field changes its meaning or goes")]


class Record(Struct, frozen=True, forbid_unknown_fields=True):
    """A JSON object that has the fields of its struct, all of them, and no others."""


class DatedFile(Record, frozen=True):
    """A file of ``v1/``."""

    version: Version
    generated_at: Annotated[Time, Meta(description="Time of the crawl, ISO 8601 in UTC")]


# --- Communities


class TagRecord(Record, frozen=True):
    """A tag."""

    text: Annotated[str, Meta(description="Lower case; escape it")]
    kind: Annotated[TagKind, Meta(description="From its operators, from the directory, or a warning")]


class LanguageRecord(Record, frozen=True):
    """The language of a Community."""

    code: Annotated[str, Meta(description="BCP 47; mul for many languages, und for none", examples=["de", "pt-BR"])]
    name: Annotated[str, Meta(description="English name")]
    flag: Annotated[str, Meta(description="Emoji; empty where there is none")]
    origin: Annotated[
        str | None,
        Meta(
            description="Its operators, the directory, or a guess from its texts",
            extra_json_schema={"enum": ["tag", "table", "guess", None]},
        ),
    ] = field(name="from")


class StaffRecord(Record, frozen=True):
    """Visible staff; hidden staff are not counted."""

    admins: Annotated[Count, Meta(description="Visible admins")]
    moderators: Annotated[Count, Meta(description="Visible moderators")]


class HomeRecord(Record, frozen=True):
    """The server of a Community."""

    server_id: ServerId
    public_key: Key
    base_url: Annotated[Url, Meta(description="Best address of the server")]


class NsfwRecord(Record, frozen=True):
    """Whether a Community is marked as not safe for work."""

    value: Annotated[bool, Meta(description="Whether it is marked")]
    reason: Annotated[
        str | None,
        Meta(
            description="A tag of its operators, a word in its name, or the directory",
            extra_json_schema={"enum": ["tag", "word", "curator", None]},
        ),
    ]


class CommunityRecord(Record, frozen=True):
    """One Community; null where its server does not tell."""

    identifier: Annotated[
        str,
        Meta(
            description="TOKEN+server_id",
            pattern="^[0-9A-Za-z_-]{1,64}\\+[0-9a-f]{8}$",
            examples=["linux+118d818a"],
        ),
    ]
    token: Annotated[str, Meta(description="Name of the room in its join link", pattern="^[0-9A-Za-z_-]{1,64}$")]
    name: Annotated[str, Meta(description="As its operators wrote it: escape it")]
    description: Annotated[
        str, Meta(description="Without the block of tags at its end; empty where there is none: escape it")
    ]
    description_raw: Annotated[str | None, Meta(description="As the server gives it, tags included: escape it")]
    tags: Annotated[list[TagRecord], Meta(description="Those of the directory, then those of its operators")]
    language: Annotated[LanguageRecord | None, Meta(description="Null where it is unknown")]
    weekly_active_users: Annotated[Count | None, Meta(description="Active users scaled to one week")]
    active_users: Annotated[Count | None, Meta(description="Users who visited within the window")]
    active_users_cutoff: Annotated[Count | None, Meta(description="Seconds of the window")]
    created: Annotated[Time | None, Meta(description="When the room was created")]
    read: Annotated[bool | None, Meta(description="Whether anybody may read")]
    write: Annotated[bool | None, Meta(description="Whether anybody may write")]
    upload: Annotated[bool | None, Meta(description="Whether anybody may send files")]
    staff: Annotated[StaffRecord, Meta(description="Visible staff; hidden staff are not counted")]
    server: Annotated[HomeRecord, Meta(description="Where it is")]
    join_url: Annotated[Url, Meta(description="Paste it into the app to join")]
    preview_url: Annotated[
        Url | None, Meta(description="Page on which a browser shows the room; null where there is none")
    ]
    image_id: Annotated[Count | None, Meta(description="Number of the room's picture on its server")]
    nsfw: Annotated[NsfwRecord, Meta(description="Whether it is marked as not safe for work")]
    pinned: Annotated[bool, Meta(description="Whether the directory puts it first")]
    official: Annotated[bool, Meta(description="Whether the makers of Session run its server")]
    first_listed: Annotated[Time | None, Meta(description="When this directory listed it first")]


class CommunitiesFile(DatedFile, frozen=True):
    """Communities that are listed."""

    communities: Annotated[list[CommunityRecord], Meta(description="Sorted by identifier")]


# --- Servers


class AddressRecord(Record, frozen=True):
    """An address under which a server answered."""

    address: Annotated[Url, Meta(description="As it was asked for")]
    base_url: Annotated[Url, Meta(description="As it answers, the scheme found out")]
    outcome: Annotated[Literal["reached"], Meta(description="How polling it ended")]
    key_proof: Proof
    proven_at: ProvenAt


class ServerRecord(Record, frozen=True):
    """One server with at least one listed Community."""

    server_id: ServerId
    public_key: Key
    base_url: Annotated[Url, Meta(description="Best address")]
    official: Annotated[bool, Meta(description="Whether the makers of Session run it")]
    key_proof: Proof
    proven_at: ProvenAt
    communities: Annotated[int, Meta(description="Its Communities that are listed", ge=1)]
    weekly_active_users: Annotated[Count | None, Meta(description="Sum over its Communities; null where none tells")]
    addresses: Annotated[list[AddressRecord], Meta(description="All addresses under which it was reached")]


class ServersFile(DatedFile, frozen=True):
    """Servers with listed Communities."""

    servers: Annotated[list[ServerRecord], Meta(description="Sorted by server_id")]


# --- Polls


class ClaimRecord(Record, frozen=True):
    """Who says that an address has which key."""

    public_key: Key
    by: Annotated[list[str], Meta(description="Names of sources, directory.toml or preview page")]


class PollRecord(Record, frozen=True):
    """One address that was asked; docs/polling.md explains every field."""

    address: Annotated[Url, Meta(description="As its candidates named it")]
    outcome: Annotated[str, Meta(description="reached, or a word for the failure", pattern="^[a-z-]+$")]
    detail: Annotated[str, Meta(description="One sentence for a person")]
    server: Annotated[Url | None, Meta(description="Address of the server that answered")]
    public_key: Annotated[Hex64 | None, Meta(description="Its key")]
    key_proof: Proof
    claims: Annotated[list[ClaimRecord], Meta(description="Who says which key it has, where they differ")]
    aliases: Annotated[list[str], Meta(description="Addresses that it redirected to")]
    rooms: Annotated[Count, Meta(description="Rooms it told about, unlisted ones included")]
    requests: Annotated[Count, Meta(description="Requests it took")]
    tries: Annotated[Count, Meta(description="Connections that were attempted")]
    seconds: Annotated[float, Meta(description="How long it took; differs from crawl to crawl", ge=0)]
    repairs: Annotated[Count, Meta(description="Rooms that were repaired or left out")]


class PollsFile(DatedFile, frozen=True):
    """What became of every address that was asked."""

    polls: Annotated[list[PollRecord], Meta(description="Sorted by address")]


# --- Keys


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


# --- Sources, policy, manifest


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

    files: Annotated[list[FileRecord], Meta(description="Sorted by path; all but this file")]
