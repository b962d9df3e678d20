"""Who owns a key, and which of its addresses is published (docs/trust.md, "Who owns a key").

What decides is what can be proven and what is remembered. What a stranger can copy decides nothing: neither rooms, nor
their number, nor https, nor a name where the other has an IP address.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import TypeVar

from sessioncrawler.model import DEFAULT_PORTS, Address, KeyProof, Outcome, Poll
from sessioncrawler.protocol.candidates import plain
from sessioncrawler.protocol.keys.claims import Claimed
from sessioncrawler.protocol.keys.memory import DAY, WEEK, KnownKey, key_shown, place_of

_Preference = tuple[bool, bool, bool, str]
_Place = tuple[bool, bool, bool, bool, bool, float, float, tuple[float, float], _Preference]
SILENT = frozenset({
    Outcome.DNS, Outcome.REFUSED, Outcome.CONNECT_TIMEOUT, Outcome.TLS, Outcome.STALLED, Outcome.RESET, Outcome.PROXY,
    Outcome.ABANDONED, Outcome.HTTP_STATUS,
})  # fmt: skip
"""Outcomes of what may have the key, and does not answer now; what answers without showing it has it no more."""
_Standing = tuple[bool, bool, float, tuple[float, float], _Preference]
_Times = dict[tuple[str, int | None], float]
_Told = TypeVar("_Told", KnownKey, Claimed)

NEVER = float("inf")


def settle(
    polls: Iterable[Poll],
    known: Iterable[KnownKey] = (),
    configured: Collection[tuple[str, Address]] = (),
    *,
    claimed: Iterable[Claimed] = (),
    silent: Collection[str] = (),
    now: int = 0,
) -> tuple[Poll, ...]:
    """Sort the polls of a round, best address of each server first, and mark what only wears another's key.

    ``known`` is what is remembered of keys, ``configured`` the keys and addresses of ``[[servers]]``, ``claimed`` what
    join links say, ``silent`` each ``host[:port]`` that is not asked now since it did not answer for long, ``now`` the
    time in Unix seconds. What does not own the key that it shows becomes ``KEY_COPY``, and ``KEY_CONTESTED`` where
    nobody can be told to own it; neither has rooms. What owns it, and is only where no app gets to, becomes
    ``UNJOINABLE`` and has none either.
    """
    by_key: dict[str, list[Poll]] = defaultdict(list)
    rest: list[Poll] = []
    for poll in polls:
        key = key_shown(poll)
        if key is None:
            rest.append(poll)
        else:
            by_key[key].append(poll)
    quiet = {plain(poll.address).netloc for poll in rest if poll.outcome in SILENT}.union(silent)
    remembered, claims = _by_key(known), _by_key(claimed)
    homes: dict[str, set[Address]] = defaultdict(set)
    for key, address in configured:
        homes[key].add(address)
    servers: list[list[Poll]] = [[poll] for poll in rest]
    for key, group in by_key.items():
        known_of, said = tuple(remembered.get(key, ())), tuple(claims.get(key, ()))
        claimants = _Claimants(tuple(group), known_of, said, now, frozenset(homes[key]), quiet)
        owned = claimants.owners()
        servers += [_to_be_joined(owned)] if owned else []
        servers += [[copy] for copy in claimants.copies(owned)]
    servers.sort(key=lambda server: _preference(server[0]))
    return tuple(chain.from_iterable(servers))


def voice(known: Iterable[KnownKey], homes: Collection[Address] = ()) -> KnownKey | None:
    """Of all addresses of one key the one whose word counts for the server; None where none is proven now.

    It is the one that proved the key first, of those that the server names: a relay has no say while the true server is
    silent, nor where it is published since no app takes the true server's address. Where the operator of the directory
    names addresses for the key (``homes``), only they have one.
    """
    every = tuple(known)
    claimants = _Claimants((), every, (), 0, frozenset(homes), frozenset())
    own = {plain(address).netloc for address in homes}
    proven = [one for one in every if one.last_proven is not None and one.lost_at is None]
    return min(
        (one for one in proven if not own or one.netloc in own),
        key=lambda one: claimants.standing(one.address),
        default=None,
    )


def _to_be_joined(owners: list[Poll]) -> list[Poll]:
    """``owners``, without rooms where the first of them, that would be published, is an address that no app takes."""
    best = _answering(owners[0])
    if best.joinable:
        return owners
    detail = f"no app takes a join link to {best}"
    return [replace(poll, outcome=Outcome.UNJOINABLE, detail=detail, rooms=()) for poll in owners]


def _by_key(told: Iterable[_Told]) -> dict[str, list[_Told]]:
    found: dict[str, list[_Told]] = defaultdict(list)
    for one in told:
        found[one.public_key].append(one)
    return found


def _preference(poll: Poll) -> tuple[_Preference, _Preference, str]:
    # Two candidates may lead to one address (http on port 443 upgraded to https): then the one that was named decides.
    return _answering(poll).preference, poll.address.preference, poll.outcome.value


def _upgrades(address: Address, other: Address) -> bool:
    """Whether ``address`` is ``other``, or its host on a port that only who owns the host can have."""
    return address.host == other.host and address.port in {other.port, *DEFAULT_PORTS.values()}


def _is_proven(poll: Poll) -> bool:
    return poll.key_proof is KeyProof.ONION


def _answering(poll: Poll) -> Address:
    return poll.server.address if poll.server else poll.address


def _times(told: Iterable[tuple[Address, int]]) -> _Times:
    """Host and port → the earliest time, for :func:`_earliest`; any port of a host under None."""
    found: _Times = {}
    for address, at in told:
        for port in (address.port, None):
            found[address.host, port] = min(at, found.get((address.host, port), NEVER))
    return found


def _earliest(times: _Times, address: Address) -> float:
    """The earliest time of those whose host has ``address``, as :func:`_upgrades` says it."""
    return times.get((address.host, None if address.port in DEFAULT_PORTS.values() else address.port), NEVER)


@dataclass(frozen=True)
class _Claimants:
    """All that show one key in a round, what is remembered and claimed of it, and the operator's addresses for it."""

    polls: tuple[Poll, ...]
    known: tuple[KnownKey, ...]
    claims: tuple[Claimed, ...]
    now: int
    homes: frozenset[Address]
    silent: AbstractSet[str]
    """``host[:port]`` of all that was asked in the round and does not answer."""

    def owners(self) -> list[Poll]:
        """Who owns the key, the address that is published first; nobody where its owner is down, or not known."""
        home = {plain(address).netloc for address in self.homes}
        owners = [poll for poll in self.polls if _is_proven(poll) or place_of(poll) in home]
        if not owners and not home:
            last = self._proven_last()
            address = last.address if last else self._longest if not self._rivals else None
            owners = self._at(address) if address else []
        return sorted(owners, key=lambda poll: (self._place(_answering(poll)), _preference(poll)))

    def copies(self, owners: Sequence[Poll]) -> list[Poll]:
        """The others, which list nothing."""
        owning = {id(poll) for poll in owners}
        others = [poll for poll in self.polls if id(poll) not in owning]
        if not owners and not self.homes and not self._proven_last():
            return [
                replace(poll, outcome=Outcome.KEY_CONTESTED, detail=self._contest(poll), rooms=()) for poll in others
            ]
        where = _answering(owners[0]) if owners else self._owner_away()
        detail = f"shows the key of {where}, and does not prove that it holds it"
        return [replace(poll, outcome=Outcome.KEY_COPY, detail=detail, rooms=()) for poll in others]

    def _contest(self, poll: Poll) -> str:
        """Why ``poll`` lists nothing, although nobody owns its key."""
        own = _answering(poll)
        other = next(one for one in (*self._rivals, self._longest) if not _upgrades(own, one))
        return f"shows the same key as {other} does or is said to, neither proves it, and nothing tells whose it is"

    def _owner_away(self) -> Address | str:
        """Where the owner is that cannot be asked now."""
        last = self._proven_last()
        return min(self.homes, key=self._place, default=None) or (last.address if last else "another server")

    def _proven_last(self) -> KnownKey | None:
        """Where it was proven last; of several within a day the one that would be published."""
        proven = [one for one in self.known if one.last_proven is not None]
        latest = max((one.last_proven or 0 for one in proven), default=0)
        recent = [one for one in proven if (one.last_proven or 0) > latest - DAY]
        return min(recent, key=lambda one: self._place(one.address), default=None)

    def _at(self, address: Address) -> list[Poll]:
        """What was reached at ``address``, or at its host on a port of the web: that is the same server with https."""
        return [poll for poll in self.polls if _upgrades(_answering(poll), address)]

    @cached_property
    def _longest(self) -> Address:
        """Of the addresses that show the key the one that does for longest."""
        return min(map(_answering, self.polls), key=lambda one: (*self._since(one), one.preference))

    @cached_property
    def _rivals(self) -> tuple[Address, ...]:
        """Other hosts that were there as early as :attr:`_longest`, so that nothing tells whose the key is.

        One that is down counts for a week: its place is not to be had by waiting for a bad hour, nor is a server
        unlisted for ever by a link that gives its key to an address where nothing answers.
        """
        here = self._longest
        since, sight = self._since(here), min(_earliest(self._held, here), self.now)
        lately = (one.address for one in self.known if self.now - one.shown_at < WEEK and one.netloc in self.silent)
        rivals = {one for one in (*map(_answering, self.polls), *lately) if self._since(one) <= since}
        if self.now - sight < WEEK:
            silent = (one for one in self.claims if plain(one.address).netloc in self.silent)
            rivals |= {one.address for one in silent if one.since <= since[0]}
        return tuple(sorted(one for one in rivals if not _upgrades(one, here) and not _upgrades(here, one)))

    def _since(self, address: Address) -> tuple[float, float]:
        """Since when the address has, or is said to have, the key, and has shown it; NEVER, where that is unknown."""
        held = _earliest(self._held, address)
        return min(held, _earliest(self._claimed, address)), held

    @cached_property
    def _held(self) -> _Times:
        """Since when an address has shown the key without a proof, or was published with it."""
        held = [(one.address, one.held_since) for one in self.known if one.held_since is not None]
        return _times([*held, *((one.address, one.published_at) for one in self.known if one.published_at is not None)])

    @cached_property
    def _claimed(self) -> _Times:
        return _times((one.address, one.since) for one in self.claims)

    def _place(self, address: Address) -> _Place:
        """Sorts first what is published.

        What the operator or the server names, of those what apps take; then the operator's, the server's, the first.
        Where nobody names any, what apps take comes before who was there first.
        """
        own, elsewhere, other_port = self._naming(address)
        published = min(
            (one.published_at for one in self._here(address) if one.published_at is not None), default=NEVER
        )
        # That apps take it is no reason to send visitors to a relay, when it is known where the server itself is.
        worth = not own and elsewhere, not address.joinable, not own, elsewhere, other_port
        return *worth, published, self._proven(address), self._since(address), address.preference

    def standing(self, address: Address) -> _Standing:
        """Sorts first who speaks for the server, whether apps get there or not: whom it names, then who was first."""
        _, elsewhere, other_port = self._naming(address)
        return elsewhere, other_port, self._proven(address), self._since(address), address.preference

    def _here(self, address: Address) -> list[KnownKey]:
        return [one for one in self.known if _upgrades(address, one.address)]

    def _proven(self, address: Address) -> float:
        """Since when the address has proven the key."""
        return min((one.first_proven for one in self._here(address) if one.first_proven is not None), default=NEVER)

    def _naming(self, address: Address) -> tuple[bool, bool, bool]:
        """Whether the operator names it; whether the server does not name its host, or names it with another port."""
        own = any(plain(home).netloc == plain(address).netloc for home in self.homes)
        named = self._named
        # A host may have other servers on other ports.
        elsewhere = named is None or address.host != named.host
        other_port = named is None or not _upgrades(address, named)
        return own, elsewhere, other_port

    @cached_property
    def _named(self) -> Address | None:
        """Where the holder of the key says that it is; what it said last counts."""
        told = [(one.named_at or 0, one.named) for one in self.known if one.named]
        told += [(poll.named_at, poll.named) for poll in self.polls if poll.named and _is_proven(poll)]
        return max(told)[1] if told else None
