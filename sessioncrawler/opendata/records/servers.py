"""Servers, and what became of every address: what ``servers.json`` and ``polls.json`` hold."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from sessioncrawler.opendata.records.base import (
    Count,
    DatedFile,
    Hex64,
    Key,
    LastReached,
    Proof,
    ProvenAt,
    Reachable,
    Record,
    ServerId,
    Url,
)


class AddressRecord(Record, frozen=True):
    """An address under which a server answered."""

    address: Annotated[Url, Meta(description="As it was asked for")]
    base_url: Annotated[Url, Meta(description="As it answers, the scheme found out")]
    outcome: Annotated[Literal["reached"], Meta(description="How polling it ended")]
    key_proof: Proof
    proven_at: ProvenAt


Share = Annotated[float, Meta(ge=0, le=1)]


class ShareRecord(Record, frozen=True):
    """How often a server was reached within some time."""

    share: Annotated[Share | None, Meta(description="Of 1; null where it was not asked", examples=[0.9972])]
    asked: Annotated[Count, Meta(description="Crawls in which it was asked")]


class AvailabilityRecord(Record, frozen=True):
    """How often a server was reached. Times at which this directory itself reached nobody are left out."""

    day: Annotated[ShareRecord, Meta(description="In the last 24 hours")]
    week: Annotated[ShareRecord, Meta(description="In 7 days")]
    month: Annotated[ShareRecord, Meta(description="In 30 days")]
    year: Annotated[ShareRecord, Meta(description="In 365 days")]


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
    addresses: Annotated[list[AddressRecord], Meta(description="All addresses under which it was reached last")]
    reachable: Reachable
    last_reached: LastReached
    availability: Annotated[AvailabilityRecord, Meta(description="How often it was reached")]


class ServersFile(DatedFile, frozen=True):
    """Servers with listed Communities."""

    servers: Annotated[list[ServerRecord], Meta(description="Sorted by server_id")]


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
