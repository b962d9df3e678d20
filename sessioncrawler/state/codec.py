"""Values as JSON text and back, without loss: what one machine learned, another publishes."""

from __future__ import annotations

import json
from typing import TypeVar

import msgspec

T = TypeVar("T")


def encode(value: object) -> str:
    """``value``, a dataclass, as JSON in ASCII, which every database takes as text."""
    return json.dumps(msgspec.to_builtins(value), separators=(",", ":"))


def decode(text: str, kind: type[T]) -> T:
    """The value of ``kind`` that :func:`encode` made ``text`` of; ValueError for anything else.

    Fields that are not known, of a newer release, are left aside; those that are missing have their defaults.
    """
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.DecodeError:
        # Python alone reads what is no strict JSON: halves of surrogate pairs.
        return msgspec.convert(json.loads(text), kind)
