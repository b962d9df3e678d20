"""Which key an address has: what it proved, then its preview page; what others say only where nothing can be asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from sessioncrawler.model import Address, KeyClaim, KeyProof, Outcome
from sessioncrawler.protocol.candidates import DIRECTORY, Candidate
from sessioncrawler.protocol.onion import is_askable

PREVIEW_PAGE = "preview page"
ONION_REQUEST = "onion request"
"""Who names a key that the server has just proven."""
MAX_KEYS = 8
"""Keys that are tried at one address: a flood of wrong links must not become a flood of requests."""


class Claimed(NamedTuple):
    """A join link says that an address has a key, since ``since`` (Unix seconds)."""

    public_key: str
    address: Address
    since: int


@dataclass(frozen=True, slots=True)
class KeyVerdict:
    """``key`` is None where no claim can be believed; ``claims`` is empty where nobody disagrees.

    Where ``outcome`` is KEY_CHANGED, ``key`` is the new one, None where it is not known.
    """

    key: str | None
    proof: KeyProof | None
    claims: tuple[KeyClaim, ...] = ()
    outcome: Outcome = Outcome.REACHED
    detail: str = ""


def believed_keys(candidate: Candidate) -> tuple[str, ...]:
    """Keys to try, at most ``MAX_KEYS``: proven here before, then configured, then those that most sources name."""
    ranked = sorted(candidate.claims, key=lambda claim: (DIRECTORY not in claim.by, -len(claim.by), claim.public_key))
    keys = dict.fromkeys((*candidate.proven, *(claim.public_key for claim in ranked)))
    return tuple(islice(filter(is_askable, keys), MAX_KEYS))


def decide_key(
    candidate: Candidate, *, opened: str | None = None, page_key: str | None = None, refused: Collection[str] = ()
) -> KeyVerdict:
    """Settle what is said of a candidate by what it did itself.

    ``opened`` is the key that it proved in an onion request, ``page_key`` that of its preview page. ``refused`` are
    keys with which it could open nothing although it takes onion requests.
    """
    named: dict[str, set[str]] = defaultdict(set)
    for claim in candidate.claims:
        named[claim.public_key].update(claim.by)
    if page_key is not None:
        named[page_key].add(PREVIEW_PAGE)
    if opened is not None:
        named[opened].add(ONION_REQUEST)
    everything = tuple(KeyClaim(key, tuple(sorted(by))) for key, by in sorted(named.items()))
    reported = everything if len(everything) > 1 else ()
    key = opened or page_key
    proof = KeyProof.ONION if opened else KeyProof.PREVIEW_PAGE if page_key else None
    configured = [claim.public_key for claim in candidate.claims if DIRECTORY in claim.by]
    if len(configured) == 1:
        return _configured(configured[0], KeyVerdict(key, proof, reported), refused)
    if opened is None and page_key is not None and candidate.proven and page_key not in candidate.proven:
        detail = f"shows the key {page_key} without proving it, where {candidate.proven[0]} was proven before"
        return KeyVerdict(page_key, proof, reported, Outcome.KEY_CHANGED, detail)
    if key is not None:
        return KeyVerdict(key, proof, reported)
    if refused:
        return _refused(candidate, reported, refused)
    return _unasked(candidate, everything)


def _configured(configured: str, found: KeyVerdict, refused: Collection[str]) -> KeyVerdict:
    """What directory.toml says is not replaced by what the server says, since an attacker would say the same."""
    if found.key == configured:
        return found
    if found.key is not None:
        does = "proves" if found.proof is KeyProof.ONION else "shows"
        detail = f"{does} the key {found.key}, while directory.toml names {configured}"
        return KeyVerdict(found.key, found.proof, found.claims, Outcome.KEY_CHANGED, detail)
    if configured in refused:
        detail = f"cannot open what is sealed for {configured}, the key that directory.toml names"
        return KeyVerdict(None, None, found.claims, Outcome.KEY_CHANGED, detail)
    return KeyVerdict(configured, KeyProof.DIRECTORY, found.claims)


def _refused(candidate: Candidate, reported: tuple[KeyClaim, ...], refused: Collection[str]) -> KeyVerdict:
    if any(key in refused for key in candidate.proven):
        detail = "cannot open what is sealed for the key that it proved before, and no page shows another"
        return KeyVerdict(None, None, reported, Outcome.KEY_CHANGED, detail)
    keys = "the key" if len(refused) == 1 else f"any of {len(refused)} keys"
    detail = f"cannot open what is sealed for {keys} that join links name, and no preview page shows its own"
    return KeyVerdict(None, None, reported, Outcome.KEY_CONFLICT if reported else Outcome.NO_KEY, detail)


def _unasked(candidate: Candidate, everything: tuple[KeyClaim, ...]) -> KeyVerdict:
    """Nothing was proven or disproven: an old server, or one whose proxy lets no onion request through."""
    reported = everything if len(everything) > 1 else ()
    if candidate.proven:
        return KeyVerdict(candidate.proven[0], KeyProof.CLAIM, reported)
    if not everything:
        return KeyVerdict(None, None, (), Outcome.NO_KEY, "no preview page shows its key, and no join link names one")
    if len(everything) == 1:
        return KeyVerdict(everything[0].public_key, KeyProof.CLAIM)
    detail = f"{len(everything)} different keys are claimed for it and no preview page settles which is true"
    return KeyVerdict(None, None, reported, Outcome.KEY_CONFLICT, detail)
