"""Who has files of their own, and what these are called: the rule of :mod:`sessioncrawler.site.pages.paths`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from sessioncrawler.items import CommunityItem
from sessioncrawler.opendata.places import CommunityPlace, Places, ServerPlace
from sessioncrawler.site.pages.paths import community_paths
from sessioncrawler.state import Listed

KEPT = 30 * 86_400
"""Seconds for which what is gone keeps its files, so that nobody who shows them is left without a word."""


def places(communities: Sequence[CommunityItem], history: Iterable[Listed], now: int) -> Places:
    """Places of what is listed, and of what went within :data:`KEPT` seconds.

    What is listed never gives its name up to what is gone.
    """
    known = {one.facts.key: one for one in history}
    here = {place.key: place for place in _listed(communities, known)}
    gone = [
        CommunityPlace(
            one.facts.public_key, one.facts.token, one.facts.identifier, one.facts.identifier,
            one.first_listed, one.gone_at,
        )
        for key, one in known.items()
        if key not in here and one.gone_at is not None and now - one.gone_at <= KEPT
    ]  # fmt: skip
    found = {place.key: place for place in (*here.values(), *_apart(gone, here.values()))}
    servers = {place.public_key: place for place in _servers(communities, gone, known)}
    return Places(
        dict(sorted(found.items(), key=lambda one: one[1].name)),
        dict(sorted(servers.items(), key=lambda one: one[1].name)),
    )


def _listed(communities: Iterable[CommunityItem], known: dict[tuple[str, str], Listed]) -> Iterator[CommunityPlace]:
    items = {(one.server.public_key, one.room.token.casefold()): one for one in communities}
    for key, path in community_paths(items.values()):
        one, past = items[key], known.get(key)
        name = path.removeprefix("c/").rstrip("/")
        first = past.first_listed if past else None
        yield CommunityPlace(one.server.public_key, one.room.token, one.identifier, name, first)


def _apart(gone: Sequence[CommunityPlace], listed: Iterable[CommunityPlace]) -> Iterator[CommunityPlace]:
    """Those that are gone, under names that nobody else has."""
    taken = Counter(one.identifier.casefold() for one in (*gone, *listed))
    for one in gone:
        alone = taken[one.identifier.casefold()] == 1
        yield one if alone else replace(one, name=f"{one.token}+{one.public_key}")


def _servers(
    communities: Iterable[CommunityItem], gone: Iterable[CommunityPlace], known: dict[tuple[str, str], Listed]
) -> Iterator[ServerPlace]:
    listed: dict[str, ServerPlace] = {}
    for one in communities:
        key, server_id = one.server.public_key, one.server.server_id
        if key not in listed:
            listed[key] = ServerPlace(key, server_id, server_id, one.server.address.netloc)
    former: dict[str, ServerPlace] = {}
    # The room that went last tells where its server was.
    for place in sorted(gone, key=lambda one: (one.gone_at or 0, one.token)):
        key, server_id = place.public_key, place.identifier.rpartition("+")[2]
        if key not in listed:
            host = urlsplit(known[place.key].facts.join_url).netloc
            former[key] = ServerPlace(key, server_id, server_id, host, place.gone_at)
    yield from _under_own_names(listed.values(), ())
    yield from _under_own_names(former.values(), listed.values())


def _under_own_names(servers: Collection[ServerPlace], others: Iterable[ServerPlace]) -> Iterator[ServerPlace]:
    taken = Counter(one.server_id for one in (*servers, *others))
    for one in servers:
        yield one if taken[one.server_id] == 1 else replace(one, name=one.public_key)
