"""Polls as JSON text and back, without loss: what one machine learned, another publishes."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from sessioncrawler.model import Address, KeyClaim, KeyProof, Outcome, Poll, Room, Server

_TUPLES = ("admins", "moderators")


def encode(poll: Poll) -> str:
    """``poll`` as JSON in ASCII, which every database takes as text."""
    return json.dumps(asdict(poll), separators=(",", ":"))


def decode(text: str) -> Poll:
    """The poll that :func:`encode` made ``text`` of; KeyError, TypeError or ValueError for anything else."""
    value: dict[str, Any] = json.loads(text)
    server = value["server"]
    return Poll(
        **{
            **value,
            "address": Address(**value["address"]),
            "outcome": Outcome(value["outcome"]),
            "server": None if server is None else Server(**{**server, "address": Address(**server["address"])}),
            "rooms": tuple(_room(room) for room in value["rooms"]),
            "key_proof": None if value["key_proof"] is None else KeyProof(value["key_proof"]),
            "claims": tuple(KeyClaim(claim["public_key"], tuple(claim["by"])) for claim in value["claims"]),
            "aliases": tuple(Address(**alias) for alias in value["aliases"]),
        }
    )


def _room(value: dict[str, Any]) -> Room:
    return Room(**{**value, **{name: tuple(value[name]) for name in _TUPLES}})
