"""Why the key of an address is believed, from what is remembered: in values, for pages, data and sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypedDict

from sessioncrawler.knowledge.addresses import AddressFacts
from sessioncrawler.model import Address, KeyProof
from sessioncrawler.protocol.candidates import DIRECTORY
from sessioncrawler.protocol.keys.memory import DAY, WEEK, KnownKey, holder

NEWS = 30 * DAY
"""Seconds for which a key that took the place of another is called new."""


class Remembered(TypedDict):
    """Fields of a :class:`~sessioncrawler.protocol.candidates.Candidate`."""

    proven: tuple[str, ...]
    named: tuple[Address | None, int] | None
    has_preview: bool
    known: bool
    answered: str


@dataclass(frozen=True, slots=True)
class KeyStory:
    """Why a key is believed to be that of an address. Times are Unix seconds."""

    proof: KeyProof | None
    proven_at: int | None
    """When it was proven last; None where it was not proven when the address was asked last."""
    sources: int
    """Sources that name it in a join link of this address."""
    former_key: str | None = None
    """The key that was proven there before, within the last :data:`NEWS` seconds."""
    since: int | None = None
    """Since when that one is dead."""


def remembered(known: Sequence[KnownKey], now: int) -> Remembered:
    """What is remembered of one address, for those who ask it."""
    proven = [one for one in known if one.last_proven is not None]
    proven.sort(key=lambda one: (-(one.last_proven or 0), one.public_key))
    last = proven[0] if proven else None
    latest = max(known, key=lambda one: (one.shown_at, one.public_key), default=None)
    return {
        "proven": tuple(one.public_key for one in proven),
        # Only what the present holder of the key said counts.
        "named": (last.named, last.named_at) if last and last.named_at is not None else None,
        "has_preview": last is None or last.has_preview,
        "known": any(for_a_week(one, now) for one in known),
        "answered": latest.address.scheme if latest else "",
    }


def for_a_week(known: KnownKey, now: int) -> bool:
    """Whether a key was published at its address for the first time a week ago, or earlier."""
    return known.published_at is not None and now - known.published_at >= WEEK


def opening(known: Iterable[KnownKey], now: int) -> bool:
    """Whether no key was: a directory that begins knows nobody."""
    return not any(for_a_week(one, now) for one in known)


def story_of(facts: AddressFacts, now: int) -> KeyStory | None:
    """The story of the key under which an address was reached; None where it was not."""
    poll = facts.poll
    if not facts.reached or poll is None or poll.server is None:
        return None
    key = poll.server.public_key
    own = next((one for one in facts.keys_known if one.public_key == key), None)
    proven_at = own.last_proven if own and poll.key_proof is KeyProof.ONION else None
    sources = sum(len({*claim.by} - {DIRECTORY}) for claim in facts.claims if claim.public_key == key)
    # The one that was proven before this one was: when this one came, that one went.
    former = holder(one for one in facts.keys_known if one.public_key != key and one.lost_at is not None)
    since = former.lost_at if former and proven_at is not None else None
    if former is None or since is None or not 0 <= now - since < NEWS:
        return KeyStory(poll.key_proof, proven_at, sources)
    return KeyStory(poll.key_proof, proven_at, sources, former.public_key, since)
