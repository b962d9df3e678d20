"""The files of ``v1/``: servers, sources and the rest of the open data beside the Communities (docs/data.md)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, TypedDict

from sessioncrawler.model import KeyProof, Outcome, Poll
from sessioncrawler.opendata.communities import CommunityRecord
from sessioncrawler.opendata.policy import PolicyRecord
from sessioncrawler.opendata.polls import polls_shape
from sessioncrawler.opendata.schemas import schemas
from sessioncrawler.state import SourceSummary
from sessioncrawler.text.dates import iso
from sessioncrawler.text.names import well_formed

VERSION = 1
"""Grows when a field changes its meaning or goes; a new field does not change it. Also the name of the folder."""
MANIFEST = "manifest.json"


class AddressRecord(TypedDict):
    """An address under which a server answered: as it was asked for, and as it answers."""

    address: str
    base_url: str
    outcome: str
    key_proof: str | None


class ServerRecord(TypedDict):
    """A server with at least one listed Community."""

    server_id: str
    public_key: str
    base_url: str
    official: bool
    key_proof: str | None
    communities: int
    weekly_active_users: int | None
    addresses: list[AddressRecord]


class SourceRecord(TypedDict):
    """A listing site. ``links`` were ever shown there, ``current`` when it was last read."""

    name: str
    links: int
    current: int
    first_seen: str
    last_seen: str


def server_records(communities: Iterable[CommunityRecord], polls: Iterable[Poll]) -> list[ServerRecord]:
    """Every server of ``communities``, by ``server_id``, then key.

    Its addresses are those that were reached and belong to it; copies of its key are in ``polls.json`` alone.
    """
    reached: dict[str, list[tuple[Poll, str]]] = {}
    for poll in polls:
        if poll.outcome is Outcome.REACHED and poll.server is not None:
            reached.setdefault(poll.server.public_key, []).append((poll, poll.server.address.base_url))
    ordered = sorted(communities, key=_server_order)
    return [
        _server(list(rooms), sorted(reached.get(public_key, ()), key=lambda one: (one[1], one[0].address)))
        for (_, public_key), rooms in groupby(ordered, key=_server_order)
    ]


def source_records(sources: Iterable[SourceSummary]) -> list[SourceRecord]:
    """Every source that ever showed a join link, by name."""
    return [
        {
            "name": well_formed(source.source),
            "links": source.links,
            "current": source.current,
            "first_seen": iso(source.first_seen),
            "last_seen": iso(source.last_seen),
        }
        for source in sorted(sources, key=lambda one: one.source)
    ]


def data_files(
    communities: list[CommunityRecord],
    polls: list[Poll],
    sources: Iterable[SourceSummary],
    policy: PolicyRecord,
    now: int,
) -> Iterator[tuple[str, bytes]]:
    """All files of ``v1/`` as (name, content), the manifest last; ``now`` is the time of the crawl in Unix seconds.

    ``polls.json`` holds how long each poll took, so it and the manifest differ from crawl to crawl; all else is the
    same for the same inputs.
    """
    contents: dict[str, Mapping[str, Any]] = {
        "communities.json": {"communities": communities},
        "servers.json": {"servers": server_records(communities, polls)},
        "polls.json": {"polls": polls_shape(polls, now)["polls"]},
        "sources.json": {"sources": source_records(sources)},
        "policy.json": policy,
    }
    listed: list[dict[str, Any]] = []
    for name, content in contents.items():
        body = _document(content, now)
        listed.append(_entry(name, body))
        yield name, body
    for name, body in schemas():
        listed.append(_entry(name, body))
        yield name, body
    listed.sort(key=lambda entry: str(entry["path"]))
    yield MANIFEST, _document({"files": listed}, now)


def compact(value: Any) -> bytes:
    """``value`` as JSON: UTF-8, no white space, one line break at the end. Raises ValueError for NaN and infinity."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode() + b"\n"


def _document(content: Mapping[str, Any], now: int) -> bytes:
    return compact({"version": VERSION, "generated_at": iso(now), **content})


def _entry(name: str, body: bytes) -> dict[str, Any]:
    return {"path": name, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}


def _server_order(community: CommunityRecord) -> tuple[str, str]:
    return community["server"]["server_id"], community["server"]["public_key"]


def _server(rooms: list[CommunityRecord], reached: list[tuple[Poll, str]]) -> ServerRecord:
    home = rooms[0]["server"]
    visitors = [room["weekly_active_users"] for room in rooms if room["weekly_active_users"] is not None]
    proofs = [poll.key_proof for poll, base_url in reached if base_url == home["base_url"]]
    return {
        "server_id": home["server_id"],
        "public_key": home["public_key"],
        "base_url": home["base_url"],
        "official": rooms[0]["official"],
        "key_proof": _proof(proofs[0]) if proofs else None,
        "communities": len(rooms),
        "weekly_active_users": sum(visitors) if visitors else None,
        "addresses": [
            {
                "address": poll.address.base_url,
                "base_url": base_url,
                "outcome": poll.outcome.value,
                "key_proof": _proof(poll.key_proof),
            }
            for poll, base_url in reached
        ],
    }


def _proof(proof: KeyProof | None) -> str | None:
    return proof.value if proof else None
