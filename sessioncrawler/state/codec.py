"""Polls as JSON text and back, without loss: what one machine learned, another publishes."""

from __future__ import annotations

import json

import msgspec

from sessioncrawler.model import Poll

_decoder = msgspec.json.Decoder(Poll)


def encode(poll: Poll) -> str:
    """``poll`` as JSON in ASCII, which every database takes as text."""
    return json.dumps(msgspec.to_builtins(poll), separators=(",", ":"))


def decode(text: str) -> Poll:
    """The poll that :func:`encode` made ``text`` of; ValueError for anything else.

    Fields that are not known, of a newer release, are left aside; those that are missing have their defaults.
    """
    try:
        return _decoder.decode(text)
    except msgspec.DecodeError:
        # Python alone reads what is no strict JSON: halves of surrogate pairs.
        return msgspec.convert(json.loads(text), Poll)
