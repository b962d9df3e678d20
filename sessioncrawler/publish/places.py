"""Who has files of their own, and what these are called: the same as their pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import Server
from sessioncrawler.opendata.places import CommunityPlace, Places, ServerFolder
from sessioncrawler.site.history.gone import Gone
from sessioncrawler.site.history.moved import moved_paths
from sessioncrawler.site.pages.cards import Cards
from sessioncrawler.site.pages.paths import SERVERS, server_paths
from sessioncrawler.state import KnownKey

MOST_FORMER = 8
"""Former names of one server, the latest."""


def places(known: Knowledge, cards: Cards, servers: Mapping[str, Server], gone: Iterable[Gone]) -> Places:
    """Places of all ``cards`` and ``servers`` that are listed, and of what is ``gone`` and has a page still."""
    left = tuple(gone)
    communities = {place.key: place for place in (*_communities(known, cards), *map(_left, left))}
    last: dict[str, Gone] = {}
    for one in left:  # the last to go comes first
        last.setdefault(one.link.public_key, one)
    named = {place.public_key: place for place in _servers(known.keys, servers, last)}
    return Places(
        dict(sorted(communities.items(), key=lambda one: one[1].name)),
        dict(sorted(named.items(), key=lambda one: one[1].name)),
    )


def _communities(known: Knowledge, cards: Cards) -> Iterator[CommunityPlace]:
    first = {one.facts.key: one.first_listed for one in known.listed}
    former: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path, _, card in moved_paths(cards):
        former[card.key].append(_name(path))
    for card in {card.key: card for card in cards.all}.values():
        token = card.identifier.rpartition("+")[0]
        place = CommunityPlace(card.key[0], token, card.identifier, _name(card.path), tuple(former[card.key]))
        yield replace(place, first_listed=first.get(place.key))


def _left(one: Gone) -> CommunityPlace:
    place = CommunityPlace(one.link.public_key, one.link.token, one.identifier, _name(one.path))
    return replace(place, first_listed=one.listed.first_listed, gone_at=one.listed.gone_at)


def _servers(
    keys: Iterable[KnownKey], listed: Mapping[str, Server], last: Mapping[str, Gone]
) -> Iterator[ServerFolder]:
    """What is listed has the names of its pages; nobody who is gone takes one of those."""
    known = tuple(keys)
    left = {key: Server(one.link.address, key) for key, one in last.items() if key not in listed}
    names = server_paths([*listed.values(), *left.values()], known) | server_paths(listed.values(), known)
    taken = {names[key] for key in listed}
    former = _former(known, {*names.values()})
    for key, server in {**listed, **left}.items():
        name, others = names[key], tuple(former.get(key, ()))
        if key in listed:
            yield _server(server, name, others)
        else:
            gone_at = last[key].listed.gone_at
            yield replace(_server(server, f"{SERVERS}{key}/" if name in taken else name, others), gone_at=gone_at)


def moved_servers(places: Places) -> Iterator[tuple[str, str, str]]:
    """The former folders of pages of servers that are listed: each with the folder and the ``host[:port]`` of now."""
    for one in places.servers.values():
        for name in one.former if one.gone_at is None else ():
            yield f"{SERVERS}{name}/", one.page, one.host


def _server(server: Server, path: str, former: tuple[str, ...]) -> ServerFolder:
    name = path.removeprefix(SERVERS).rstrip("/")
    return ServerFolder(server.public_key, server.server_id, name, server.address.netloc, former)


def _former(keys: Iterable[KnownKey], names: set[str]) -> dict[str, list[str]]:
    """Public key → ids that its server had at former addresses, the latest first, and that nobody else had before."""
    owners: dict[str, tuple[int, str]] = {}
    for one in keys:
        if one.published_at is not None:
            server_id, rank = Server(one.address, one.public_key).server_id, (one.published_at, one.public_key)
            owners[server_id] = min(owners.get(server_id, rank), rank)
    found: dict[str, list[str]] = defaultdict(list)
    for server_id, (_, key) in sorted(owners.items(), key=lambda one: one[1], reverse=True):
        if f"{SERVERS}{server_id}/" not in names and len(found[key]) < MOST_FORMER:
            found[key].append(server_id)
    return found


def _name(path: str) -> str:
    return path.removeprefix("c/").rstrip("/")
