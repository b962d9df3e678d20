"""What is remembered of keys at addresses, and what an answer adds to it (docs/trust.md, "What is remembered")."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sessioncrawler.model import Address, KeyProof, Outcome, Poll
from sessioncrawler.protocol.candidates import plain
from sessioncrawler.protocol.keys.log import KeyChange, KeyEvent

DAY = 86_400
WEEK = 7 * DAY
LOST_AFTER = DAY
"""Seconds without a proof after which an address that answers has lost its key: proxies have bad hours."""
GIVEN_UP_AFTER = 30 * DAY
"""The same for one that does not answer."""
FORGOTTEN = 400 * DAY
"""Seconds after which a key that nobody showed at an address is forgotten there."""
MOST_KEYS = 8
"""Keys that are remembered of one address: whoever makes up ever new ones costs no more room than that."""
MOST_ADDRESSES = 32
"""Addresses that are remembered of one key: those published, then those that proved it first, or held it longest."""

_ANSWERS = frozenset({Outcome.REACHED, Outcome.NO_KEY, Outcome.KEY_CONFLICT, Outcome.KEY_CHANGED})
"""Outcomes of what answers, and does not prove the key that it had."""


@dataclass(frozen=True, slots=True)
class KnownKey:
    """One key at one ``host[:port]``. Times are Unix seconds, None for never."""

    public_key: str
    address: Address
    """As it answered last."""
    first_proven: int | None = None
    last_proven: int | None = None
    """When an onion request to the address was last answered by the holder of the key."""
    lost_at: int | None = None
    """Since when it is known that it can no longer be proven there; None while it can."""
    held_since: int | None = None
    """Since when the address shows the key without a proof; None where it proves it, or shows another."""
    shown_at: int = 0
    """When the address last showed or proved it."""
    published_at: int | None = None
    """When it was published as the address of this key for the first time."""
    named: Address | None = None
    """Where the holder of the key said that it is, inside an onion request; None where it says nothing."""
    named_at: int | None = None
    """When it was asked for that."""
    has_preview: bool = True
    """Whether it had preview pages then."""
    robots_at: int | None = None
    """When it was asked for its robots.txt last, and proved the key."""
    opted_out_at: int | None = None
    """Since when that asks this directory not to list the server; None where it does not, or was never told."""

    @property
    def netloc(self) -> str:
        """``host[:port]``."""
        return plain(self.address).netloc


def place_of(poll: Poll) -> str:
    """The ``host[:port]`` that a poll tells about: that of the address which answered."""
    return plain(poll.server.address if poll.server else poll.address).netloc


def key_shown(poll: Poll) -> str | None:
    """The key under which an address was reached."""
    return poll.server.public_key if poll.server and poll.outcome is Outcome.REACHED else None


def holder(known: Iterable[KnownKey]) -> KnownKey | None:
    """Of the keys of one address the one that was proven last; None where none ever was."""
    proven = [one for one in known if one.last_proven is not None]
    # One at most is not lost; its time is no help where a clock went backwards.
    return max(proven, key=lambda one: (one.lost_at is None, one.last_proven or 0, one.public_key), default=None)


def learn(poll: Poll, known: Sequence[KnownKey], now: int) -> tuple[list[KnownKey], list[KeyEvent]]:
    """What is known of the keys of one address after ``poll`` at ``now``, and what happened to them."""
    key = key_shown(poll)
    before = holder(known)
    if key is None or poll.server is None:
        return _without(poll, known, before, now)
    own = next((one for one in known if one.public_key == key), KnownKey(key, poll.server.address))
    own = replace(own, address=poll.server.address, shown_at=now)
    # What shows this key does not hold the others any more.
    others = [replace(one, held_since=None) for one in known if one.public_key != key]
    if poll.key_proof is not KeyProof.ONION:
        own = replace(own, held_since=now if own.held_since is None else own.held_since)
        return _without(poll, [own, *others], before, now)
    change = _change(own, before)
    if before and before.public_key != key:
        others = [replace(one, lost_at=now) if one.public_key == before.public_key else one for one in others]
    own = replace(
        own,
        first_proven=now if own.first_proven is None else own.first_proven,
        last_proven=now,
        lost_at=None,
        held_since=None,
        named=poll.named if poll.named_at else own.named,
        named_at=poll.named_at or own.named_at,
        has_preview=poll.server.has_preview,
    )
    former = before.public_key if before and change is KeyChange.CHANGED else None
    happened = [KeyEvent(now, change, str(own.address), key, former)] if change else []
    return [own, *others], happened


def _change(own: KnownKey, before: KnownKey | None) -> KeyChange | None:
    """What it means that ``own`` is proven where ``before`` was proven last."""
    if before is None:
        return KeyChange.FIRST
    if before.public_key != own.public_key:
        return KeyChange.CHANGED
    return KeyChange.RETURNED if own.lost_at is not None else None


def _without(
    poll: Poll, known: Sequence[KnownKey], before: KnownKey | None, now: int
) -> tuple[list[KnownKey], list[KeyEvent]]:
    """What is known after an answer without a proof."""
    answers = poll.outcome in _ANSWERS
    if before is None or before.last_proven is None or before.lost_at is not None:
        return list(known), []
    if now - before.last_proven < (LOST_AFTER if answers else GIVEN_UP_AFTER):
        return list(known), []
    how = poll.key_proof.value if poll.key_proof and poll.outcome is Outcome.REACHED else poll.outcome.value
    lost = [replace(one, lost_at=now) if one.public_key == before.public_key else one for one in known]
    return lost, [KeyEvent(now, KeyChange.LOST, str(before.address), before.public_key, how=how)]


def kept_at_address(known: Iterable[KnownKey]) -> Iterator[KnownKey]:
    """Those keys of one address that are remembered: proven ones first, of each kind the latest."""
    yield from sorted(known, key=lambda one: (-(one.last_proven or 0), -one.shown_at, one.public_key))[:MOST_KEYS]


def kept_of_key(known: Iterable[KnownKey]) -> Iterator[KnownKey]:
    """Those addresses of one key that are remembered: who comes later cannot push out who was there before."""
    never = float("inf")

    def order(one: KnownKey) -> tuple[float, float, float, str]:
        times = (one.published_at, one.first_proven, one.held_since)
        published, proven, held = (never if at is None else at for at in times)
        return published, proven, held, one.netloc

    yield from sorted(known, key=order)[:MOST_ADDRESSES]
