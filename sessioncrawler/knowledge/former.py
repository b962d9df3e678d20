"""Identifiers that Communities had at former addresses of their servers: links to them are to work for good."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sessioncrawler.model import Address, Server
from sessioncrawler.state import KnownKey, Listed

MOST = 8
"""Former identifiers of one Community, the latest: a server that moves every day makes no more pages than that."""


@dataclass(frozen=True, slots=True)
class Former:
    """What a Community was called at an address that its server had before."""

    identifier: str
    """``TOKEN+serverid``."""
    address: Address
    left_at: int | None
    """When its server was first published at the next address, in Unix seconds; None where that is not known."""


class FormerIdentifiers:
    """Who had which identifier before: ``TOKEN+serverid`` at addresses under which a key was published once.

    ``present`` are the servers and tokens of all Communities of today, best address first, ``keys`` what is remembered
    of keys: an address at which a key was not shown for 400 days is forgotten, and its identifiers with it. A server id
    32 bits, so a stranger can make a server that has another's: an identifier that any Community carries today is
    nobody's former one, and of two that had it the one that was published there first keeps it.
    """

    def __init__(
        self, present: Iterable[tuple[Server, str]], keys: Iterable[KnownKey], listed: Iterable[Listed]
    ) -> None:
        everybody: dict[tuple[str, str], tuple[Server, str]] = {}
        for server, token in present:
            everybody.setdefault((server.public_key, token.lower()), (server, token))
        carried = {_identifier(server, token).casefold() for server, token in everybody.values()}
        since = {one.facts.key: one.first_listed for one in listed}
        addresses = published(keys)
        claims: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
        found: dict[tuple[str, str], dict[str, Former]] = {}
        for key, (server, token) in sorted(everybody.items()):
            if key not in since or len(addresses.get(server.public_key, ())) < 2:  # noqa: PLR2004 - it never moved
                continue
            mine = found.setdefault(key, {})
            for one, left_at in _former(addresses[server.public_key], server, since[key]):
                identifier = _identifier(replace(server, address=one.address), token)
                if identifier.casefold() not in carried:
                    mine.setdefault(identifier, Former(identifier, one.address, left_at))
                    claims[identifier.casefold()].append((one.published_at or 0, *key))
        owner = {identifier: min(each)[1:] for identifier, each in claims.items()}
        self._found = {
            key: tuple(one for one in mine.values() if owner[one.identifier.casefold()] == key)[:MOST]
            for key, mine in found.items()
        }

    def of(self, public_key: str, token: str) -> tuple[Former, ...]:
        """What a Community was called before, the latest first."""
        return self._found.get((public_key, token.lower()), ())


def published(keys: Iterable[KnownKey]) -> Mapping[str, list[KnownKey]]:
    """Public key → what is remembered of it at the addresses under which it was published, the latest first."""
    found: dict[str, list[KnownKey]] = defaultdict(list)
    for one in keys:
        if one.published_at is not None:
            found[one.public_key].append(one)
    for each in found.values():
        each.sort(key=lambda one: (-(one.published_at or 0), one.netloc))
    return found


def _former(addresses: list[KnownKey], server: Server, since: int) -> Iterable[tuple[KnownKey, int | None]]:
    """Of ``addresses``, the latest first, those where a Community may have been that is listed ``since`` then.

    With each comes when it was left. What was listed first after its server had moved on never was at the one before.
    """
    left_at: int | None = None
    for one in addresses:
        here = one.netloc == server.address.netloc
        if not here and (left_at is None or left_at > since):
            yield one, left_at
        left_at = one.published_at


def _identifier(server: Server, token: str) -> str:
    return f"{token}+{server.server_id}"
