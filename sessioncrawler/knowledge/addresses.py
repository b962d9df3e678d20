"""What is known of one address: who names it, and how it answered."""

from __future__ import annotations

from dataclasses import dataclass

from sessioncrawler.knowledge.patience import Rest
from sessioncrawler.model import Address, KeyClaim, Outcome, Poll, Sighting
from sessioncrawler.state import KnownKey, KnownPoll


@dataclass(frozen=True, slots=True)
class AddressFacts:
    """What is known of one ``host[:port]``."""

    address: Address
    """As it is named or was asked."""
    claims: tuple[KeyClaim, ...] = ()
    """What join links and directory.toml say of its key."""
    sightings: tuple[Sighting, ...] = ()
    configured: bool = False
    """Named under ``[[servers]]``."""
    redirected_from: tuple[Address, ...] = ()
    """Addresses that redirect to it and are named themselves."""
    named: bool = True
    """Whether a join link, directory.toml or one of ``redirected_from`` leads to it, so that it is asked."""
    keys_known: tuple[KnownKey, ...] = ()
    """What is remembered of its keys."""
    last: KnownPoll | None = None
    current: bool = False
    """Whether ``last`` is of the last round, and something still leads to the address; then it is settled."""
    rest: Rest | None = None
    """Where it is asked less often than in every crawl."""
    opted_out_at: int | None = None
    """Since when its server asks in robots.txt not to be listed, in Unix seconds."""

    @property
    def tokens(self) -> frozenset[str]:
        """Rooms that join links name, in lower case."""
        return frozenset(one.link.token.lower() for one in self.sightings)

    @property
    def poll(self) -> Poll | None:
        """How it answered last; None where it was never asked."""
        return self.last.poll if self.last else None

    @property
    def reached(self) -> bool:
        """Whether it was reached in the last round, so that its rooms count."""
        return self.current and self.poll is not None and self.poll.outcome is Outcome.REACHED

    @property
    def keys(self) -> frozenset[str]:
        """Every key that anybody names for it."""
        poll = self.poll
        claims = (*self.claims, *(poll.claims if poll else ()))
        own = {poll.server.public_key} if poll and poll.server else set()
        return frozenset({claim.public_key for claim in claims} | own)

    @property
    def disputed(self) -> tuple[KeyClaim, ...]:
        """Who names which key, where more than one is named."""
        claims = (self.poll.claims if self.poll else ()) or self.claims
        return claims if len(claims) > 1 else ()
