"""Communities made ready for pages, once for all languages: whatever a page shows that no language changes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self
from urllib.parse import quote

from sessioncrawler.editorial.config import Directory
from sessioncrawler.editorial.tags import PINNED
from sessioncrawler.items import CommunityItem
from sessioncrawler.model import Room, Server, Sighting, Tag, TagKind
from sessioncrawler.site.pages.places import INDEX, community_paths, room_key
from sessioncrawler.text import dates, keys, names

GUESS = "guess"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where join links were found: names of sources by public key and lower-case token."""

    sources: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, sightings: Iterable[Sighting]) -> Self:
        """Gather sources from what the state remembers; they are sorted."""
        found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for sighting in sightings:
            found[sighting.link.public_key, sighting.link.token.lower()].add(sighting.source)
        return cls({room: tuple(sorted(sources)) for room, sources in found.items()})


@dataclass(frozen=True, slots=True)
class Home:
    """A server as pages show it."""

    server_id: str
    base_url: str
    host_parts: tuple[str, ...]
    """``host[:port]`` in parts, between which a line may break."""
    fingerprint: str
    hue: int


@dataclass(frozen=True, slots=True)
class Card:
    """One Community, ready to be shown: strings of strangers are visible text, still to be escaped."""

    key: tuple[str, str]
    """:func:`~sessioncrawler.site.pages.places.room_key`."""
    path: str
    """The folder of its own page below the root of the site."""
    link: str
    """What leads to that page from the root: a relative URL."""
    identifier: str
    """``TOKEN+serverid``: the row's HTML id, and behind ``#`` its permalink."""
    token: str
    name: str
    icon: str | None
    """Path of its icon below the root of the site; the monogram stands in its place where there is none."""
    initial: str
    language: str | None
    """BCP 47 code, ``mul`` and ``und`` included; None where nobody said."""
    guessed: bool
    """Whether the language was guessed from the description."""
    lead: str
    """The description, or its beginning where ``description`` has the whole of it."""
    description: str
    badges: tuple[Tag, ...]
    """Its standing: what the directory and warnings say."""
    tags: tuple[Tag, ...]
    """What its operators say."""
    nsfw: bool
    nsfw_reason: str | None
    visitors: int | None
    """People who visited within a week; None where the server does not tell."""
    created_at: float | None
    """Unix seconds."""
    created: str
    """ISO 8601, UTC; empty where it is unknown, as is all about its age."""
    age: int | None
    """Seconds."""
    rights: str
    """What visitors may do: ``r``, ``w``, ``u`` for reading, writing, uploads; ``-`` in the place of what they may not,
    ``?`` where the server does not tell."""
    staff: str
    """Visible admins, and moderators that are not admins too: ``3+1``."""
    posts: int | None
    """Posts, edits and deletions so far; None where the server does not tell."""
    sources: tuple[str, ...]
    preview_url: str | None
    join_url: str
    home: Home
    pinned: bool


class Cards:
    """The cards of all ``listed`` Communities, for every page that shows some of them.

    ``now`` is the time of the crawl in Unix seconds.
    """

    def __init__(
        self, listed: Iterable[CommunityItem], directory: Directory, now: int, *, provenance: Provenance | None = None
    ) -> None:
        self.directory, self.now = directory, now
        self._sources = (provenance or Provenance()).sources
        communities = list(listed)
        self._paths = dict(community_paths(communities))
        self._homes: dict[Server, Home] = {}
        self.all = tuple(map(self._card, communities))
        """One for each Community, in their order."""

    @cached_property
    def in_order(self) -> tuple[Card, ...]:
        """As the list shows them: pinned first, then those that can be read, by visitors a week (unknown last)."""
        return tuple(sorted(self.all, key=_order))

    @cached_property
    def servers(self) -> int:
        """How many servers hold these Communities."""
        return len({card.key[0] for card in self.all})

    @cached_property
    def nsfw(self) -> int:
        """How many are not safe for work."""
        return sum(card.nsfw for card in self.all)

    @cached_property
    def languages(self) -> frozenset[str]:
        """All codes of languages that occur."""
        return frozenset(card.language for card in self.all if card.language)

    def _card(self, community: CommunityItem) -> Card:
        server, room, key = community.server, community.room, room_key(community)
        shown_name = names.name(room.name) or room.token
        lead, description = names.split_lead(names.prose(community.description))
        path, home = self._paths[key], self._home(server)
        admins = frozenset(room.admins)
        return Card(
            key=key,
            path=path,
            link=quote(path, safe="/") + INDEX,
            identifier=community.identifier,
            token=room.token,
            name=shown_name,
            icon=community.icon,
            initial=names.initial(shown_name),
            language=community.language or None,
            guessed=community.language_from == GUESS,
            lead=lead,
            description=description,
            # That it is pinned is shown beside its name.
            badges=tuple(tag for tag in community.tags if tag.kind is not TagKind.USER and tag.text != PINNED),
            tags=tuple(tag for tag in community.tags if tag.kind is TagKind.USER),
            nsfw=community.nsfw_reason is not None,
            nsfw_reason=community.nsfw_reason,
            visitors=room.weekly_active_users,
            created_at=room.created,
            created=dates.iso(room.created),
            age=dates.age(room.created, self.now),
            rights=rights(room),
            staff=f"{len(admins)}+{len(frozenset(room.moderators) - admins)}",
            posts=room.message_sequence,
            sources=self._sources.get((server.public_key, room.token.lower()), ()),
            preview_url=server.preview_url(room),
            join_url=server.join_link(room).url,
            home=home,
            pinned=community.pinned,
        )

    def _home(self, server: Server) -> Home:
        if server not in self._homes:
            self._homes[server] = Home(
                server_id=server.server_id,
                base_url=server.address.base_url,
                host_parts=tuple(re.findall(r"[^.]+\.?", server.address.netloc)),
                fingerprint=keys.fingerprint(server.public_key),
                hue=keys.hue(server.public_key),
            )
        return self._homes[server]


def rights(room: Room) -> str:
    """``rwu``, with ``-`` for what visitors may not do and ``?`` where the server does not tell.

    Nobody uploads where nobody writes.
    """
    told = {"r": room.read, "w": room.write, "u": room.write is not False and room.upload}
    return "".join("?" if may is None else letter if may else "-" for letter, may in told.items())


def _order(card: Card) -> tuple[bool, bool, bool, int, str, str]:
    unreadable, visitors = card.rights.startswith("-"), card.visitors or 0
    return (not card.pinned, unreadable, card.visitors is None, -visitors, card.name.casefold(), card.identifier)
