"""What fields of the files of ``v1/`` are made of."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from sessioncrawler.model import KeyProof

VERSION: Literal[1] = 1
"""Grows when a field changes its meaning or goes; a new field does not change it. Also the name of the folder."""
LICENSE = "CC0-1.0"
"""What this directory adds to what rooms tell of themselves is free for every use; the SPDX name of that."""

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
Reachable = Annotated[bool, Meta(description="Whether the server answered in the last round")]
LastReached = Annotated[Time | None, Meta(description="When it answered last; null where that is unknown")]
Version = Annotated[Literal[1], Meta(description="Grows when a field changes its meaning or goes")]


class Record(Struct, frozen=True, forbid_unknown_fields=True):
    """A JSON object that has the fields of its struct, all of them, and no others."""


class DatedFile(Record, frozen=True):
    """A file of ``v1/``."""

    version: Version
    generated_at: Annotated[Time, Meta(description="Time of the crawl, ISO 8601 in UTC")]
