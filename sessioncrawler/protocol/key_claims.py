"""Which key an address has: the preview page first, then the directory's operator, then claims that all agree."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sessioncrawler.model import KeyClaim, KeyProof, Outcome
from sessioncrawler.protocol.candidates import DIRECTORY

PREVIEW_PAGE = "preview page"


@dataclass(frozen=True, slots=True)
class KeyVerdict:
    """``key`` is None where no claim can be believed; ``claims`` is empty where nobody disagrees."""

    key: str | None
    proof: KeyProof | None
    claims: tuple[KeyClaim, ...] = ()
    outcome: Outcome = Outcome.REACHED
    detail: str = ""


def decide_key(claims: tuple[KeyClaim, ...], page_key: str | None) -> KeyVerdict:
    """Settle ``claims`` (of join links and directory.toml) by the key of the preview page, None where there is none."""
    named: dict[str, set[str]] = defaultdict(set)
    for claim in claims:
        named[claim.public_key].update(claim.by)
    if page_key is not None:
        named[page_key].add(PREVIEW_PAGE)
    everything = tuple(KeyClaim(key, tuple(sorted(by))) for key, by in sorted(named.items()))
    reported = everything if len(everything) > 1 else ()
    if page_key is not None:
        return KeyVerdict(page_key, KeyProof.PREVIEW_PAGE, reported)
    configured = [claim.public_key for claim in claims if DIRECTORY in claim.by]
    if len(configured) == 1:
        return KeyVerdict(configured[0], KeyProof.DIRECTORY, reported)
    if not everything:
        return KeyVerdict(None, None, (), Outcome.NO_KEY, "no preview page shows its key, and no join link names one")
    if len(everything) == 1:
        return KeyVerdict(everything[0].public_key, KeyProof.CLAIM)
    detail = f"{len(everything)} different keys are claimed for it and no preview page settles which is true"
    return KeyVerdict(None, None, reported, Outcome.KEY_CONFLICT, detail)
