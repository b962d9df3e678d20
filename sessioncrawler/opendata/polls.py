"""The ``polls.json`` of a site: what became of every address that was asked, as pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from sessioncrawler.model import KeyClaim, Poll
from sessioncrawler.text.dates import iso
from sessioncrawler.text.names import well_formed


class ClaimShape(TypedDict):
    """Who says that an address has which key: names of sources, ``directory.toml`` or ``preview page``."""

    public_key: str
    by: list[str]


class PollShape(TypedDict):
    """One address; docs/polling.md explains every field."""

    address: str
    outcome: str
    detail: str
    server: str | None
    public_key: str | None
    key_proof: str | None
    claims: list[ClaimShape]
    aliases: list[str]
    rooms: int
    requests: int
    tries: int
    seconds: float
    repairs: int


class PollsShape(TypedDict):
    """The whole file; ``generated_at`` is ISO 8601 in UTC."""

    generated_at: str
    polls: list[PollShape]


def poll_shape(poll: Poll) -> PollShape:
    """One poll. Rooms are counted, never named: some of them are not to be listed."""
    return {
        "address": poll.address.base_url,
        "outcome": poll.outcome.value,
        "detail": well_formed(poll.detail),
        "server": poll.server.address.base_url if poll.server else None,
        "public_key": poll.server.public_key if poll.server else None,
        "key_proof": poll.key_proof.value if poll.key_proof else None,
        "claims": [_claim_shape(claim) for claim in poll.claims],
        "aliases": [alias.base_url for alias in poll.aliases],
        "rooms": len(poll.rooms),
        "requests": poll.requests,
        "tries": poll.tries,
        "seconds": poll.seconds,
        "repairs": poll.repairs,
    }


def polls_shape(polls: Iterable[Poll], now: float) -> PollsShape:
    """All polls by address; ``now`` is the time of the crawl in Unix seconds."""
    ordered = sorted(polls, key=lambda poll: (poll.address.base_url, poll.outcome))
    return {"generated_at": iso(now), "polls": [poll_shape(poll) for poll in ordered]}


def _claim_shape(claim: KeyClaim) -> ClaimShape:
    return {"public_key": claim.public_key, "by": [well_formed(source) for source in claim.by]}
