"""The key log: what happened to keys at addresses, each entry chained to the one before (docs/trust.md, "The key log").

Whoever changes or removes an entry breaks the chain from there on, and everybody who kept a hash can tell.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

KEPT = 100_000
"""Entries that are kept, the latest; some 300 bytes each."""
NOTHING = "0" * 64
"""The hash that stands before the first entry."""


class KeyChange(StrEnum):
    """What happened to a key at an address."""

    FIRST = "first"
    """It was proven, where none had been."""
    CHANGED = "changed"
    """It was proven where another had been: join links with the other are dead."""
    LOST = "lost"
    """It can no longer be proven."""
    RETURNED = "returned"
    """It was proven again after it was lost."""


@dataclass(frozen=True, slots=True)
class KeyEvent:
    """Something that happened at ``at`` (Unix seconds)."""

    at: int
    change: str
    """A value of :class:`KeyChange`."""
    address: str
    public_key: str
    former_key: str | None = None
    """The key that was proven there before, where it is another."""
    how: str = "onion"
    """The proof (``onion``); for a loss what came in its place: another reason to believe the key, or a failure."""


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """An event as it stands in the log, under its ``number`` (from 1), behind the entry with the hash ``previous``."""

    number: int
    event: KeyEvent
    previous: str
    sha256: str


def chained(event: KeyEvent, last: KeyEntry | None) -> KeyEntry:
    """The entry that ``event`` becomes behind ``last``; None begins the log."""
    number, previous = (last.number + 1, last.sha256) if last else (1, NOTHING)
    return KeyEntry(number, event, previous, entry_hash(number, event, previous))


def entry_hash(number: int, event: KeyEvent, previous: str) -> str:
    """SHA-256 in hex of one compact JSON array in ASCII, the hash of the entry before among its values."""
    values = [
        previous,
        number,
        event.at,
        str(event.change),
        event.address,
        event.public_key,
        event.former_key,
        event.how,
    ]
    return hashlib.sha256(json.dumps(values, separators=(",", ":")).encode()).hexdigest()


def broken_at(entries: Iterable[KeyEntry]) -> int | None:
    """The number of the first entry that is missing, or not what was once written; None where the chain holds.

    A log of :data:`KEPT` entries begins with any number; a shorter one with 1.
    """
    told = list(entries)
    number, previous = (told[0].number, told[0].previous) if len(told) >= KEPT else (1, NOTHING)
    for entry in told:
        if entry.number != number or entry.previous != previous:
            return number
        if entry.sha256 != entry_hash(number, entry.event, previous):
            return number
        number, previous = number + 1, entry.sha256
    return None
