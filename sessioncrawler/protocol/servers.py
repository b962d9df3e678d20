"""Who owns a key, and which of its addresses is published (docs/trust.md, "Who owns a key").

What decides is what can be proven and what is remembered. What a stranger can copy decides nothing: neither rooms, nor
their number, nor https, nor a name where the other has an IP address.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

from sessioncrawler.model import DEFAULT_PORTS, Address, KeyProof, Outcome, Poll
from sessioncrawler.protocol.candidates import plain
from sessioncrawler.protocol.keys.memory import DAY, KnownKey, key_shown, place_of

_Preference = tuple[bool, bool, str]
_Place = tuple[bool, int, float, float, _Preference]

NEVER = float("inf")
_UNPROVEN = (KeyProof.DIRECTORY, KeyProof.PREVIEW_PAGE, KeyProof.CLAIM)


def settle(
    polls: Iterable[Poll], known: Iterable[KnownKey] = (), configured: Collection[tuple[str, Address]] = ()
) -> tuple[Poll, ...]:
    """Sort the polls of a round, best address of each server first, and mark what only wears another's key.

    ``known`` is what is remembered of keys, ``configured`` the keys and addresses of ``[[servers]]``. What does not
    own the key that it shows becomes ``KEY_COPY`` without rooms.
    """
    by_key: dict[str, list[Poll]] = defaultdict(list)
    rest: list[Poll] = []
    for poll in polls:
        key = key_shown(poll)
        if key is None:
            rest.append(poll)
        else:
            by_key[key].append(poll)
    remembered: dict[str, list[KnownKey]] = defaultdict(list)
    for one in known:
        remembered[one.public_key].append(one)
    homes: dict[str, set[Address]] = defaultdict(set)
    for key, address in configured:
        homes[key].add(address)
    servers: list[list[Poll]] = [[poll] for poll in rest]
    for key, group in by_key.items():
        claim = _Claimants(tuple(group), tuple(remembered[key]), frozenset(homes[key]))
        servers += [owned] if (owned := claim.owners()) else []
        servers += [[copy] for copy in claim.copies(owned)]
    servers.sort(key=lambda server: _preference(server[0]))
    return tuple(chain.from_iterable(servers))


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


@dataclass(frozen=True)
class _Claimants:
    """All that show one key in a round, what is remembered of it, and the addresses that the operator gives it."""

    polls: tuple[Poll, ...]
    known: tuple[KnownKey, ...]
    homes: frozenset[Address] = frozenset()

    def owners(self) -> list[Poll]:
        """Who owns the key, the address that is published first; nobody where its owner is down."""
        home = {plain(address).netloc for address in self.homes}
        proven = [poll for poll in self.polls if _is_proven(poll) or place_of(poll) in home]
        if not proven and not home:
            last = self._proven_last()
            proven = self._at(last.address) if last else self._at(_answering(min(self.polls, key=self._holding)))
        return sorted(proven, key=lambda poll: (self._place(_answering(poll)), _preference(poll)))

    def copies(self, owners: Sequence[Poll]) -> list[Poll]:
        """The others, which list nothing."""
        where = _answering(owners[0]) if owners else self._owner_away()
        detail = f"shows the key of {where}, and does not prove that it holds it"
        owning = {id(poll) for poll in owners}
        others = (poll for poll in self.polls if id(poll) not in owning)
        return [replace(poll, outcome=Outcome.KEY_COPY, detail=detail, rooms=()) for poll in others]

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

    def _holding(self, poll: Poll) -> tuple[float, int, object]:
        """Sorts first who shows the key for longest, or was published with it."""
        here = [one for one in self.known if one.netloc == place_of(poll)]
        since = [at for one in here for at in (one.held_since, one.published_at) if at is not None]
        return min(since, default=NEVER), _UNPROVEN.index(poll.key_proof or KeyProof.CLAIM), _preference(poll)

    def _place(self, address: Address) -> _Place:
        """Sorts first what is published: what the operator names, what the server names, what was published first."""
        here = [one for one in self.known if _upgrades(address, one.address)]
        published = min((one.published_at for one in here if one.published_at is not None), default=NEVER)
        proven = min((one.first_proven for one in here if one.first_proven is not None), default=NEVER)
        own = any(plain(home).netloc == plain(address).netloc for home in self.homes)
        named = self._named
        # A host may have other servers on other ports.
        distance = 2 if named is None or address.host != named.host else 1 - _upgrades(address, named)
        return not own, distance, published, proven, address.preference

    @cached_property
    def _named(self) -> Address | None:
        """Where the holder of the key says that it is; what it said last counts."""
        told = [(one.named_at or 0, one.named) for one in self.known if one.named]
        told += [(poll.named_at, poll.named) for poll in self.polls if poll.named and _is_proven(poll)]
        return max(told)[1] if told else None
