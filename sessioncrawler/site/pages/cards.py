"""Communities made ready for pages, once for all languages: whatever a page shows that no language changes."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Self
from urllib.parse import quote

from sessioncrawler.editorial.activity import Pulse, by_visitors, counted
from sessioncrawler.editorial.config import Directory
from sessioncrawler.editorial.ranking import Merits, Rank, recommended
from sessioncrawler.editorial.tags import MODERATED, PINNED
from sessioncrawler.items import CommunityItem
from sessioncrawler.knowledge.former import Former
from sessioncrawler.knowledge.keys import KeyStory
from sessioncrawler.model import Presence, Reach, Sighting, Tag, TagKind
from sessioncrawler.site.history.past import Past
from sessioncrawler.site.pages.paths import INDEX, community_paths, room_key
from sessioncrawler.text import dates, keys, names

GUESS = "guess"
MOST_TRANSLATED = 300
_HOST_PART = re.compile(r"[^.]+\.?")


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
class Card:
    """One Community, ready to be shown: strings of strangers are visible text, still to be escaped."""

    key: tuple[str, str]
    """:func:`~sessioncrawler.site.pages.paths.room_key`."""
    path: str
    """The folder of its own page below the root of the site."""
    link: str
    """What leads to that page from the root: a relative URL."""
    identifier: str
    """``TOKEN+serverid``: the row's HTML id, and behind ``#`` its permalink."""
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
    topics: tuple[str, ...]
    """Ids of what it is about."""
    nsfw_reason: str | None
    """Why it is marked as not safe for work; None where it is not."""
    visitors: int | None
    """People who visited within a week; None where the server does not tell."""
    created_at: float | None
    """Unix seconds."""
    created: str
    """ISO 8601, UTC; empty where it is unknown, as is all about its age."""
    age: int | None
    """Seconds."""
    read: bool | None
    """Whether visitors may read; None where the server does not tell, as with the next ones."""
    write: bool | None
    upload: bool | None
    """Nobody uploads where nobody writes."""
    admins: int
    """Those that are visible."""
    moderators: int
    """Those that are visible and no admins too."""
    posts: int | None
    """Posts, edits and deletions so far; None where the server does not tell."""
    sources: tuple[str, ...]
    preview_url: str | None
    join_url: str
    host_parts: tuple[str, ...]
    """``host[:port]`` of its server in parts, between which a line may break."""
    proof: KeyStory | None
    """Why the key of its server is believed; None where that is not known."""
    hue: int
    """Its colour, where it has no icon."""
    pinned: bool
    presence: Presence | None
    """How it stands with its server; None where that is not known: then it is taken for reachable."""
    pulse: Pulse | None
    """How much happens there; None where too little is known."""
    first_listed: int | None
    """Unix seconds."""
    former: tuple[Former, ...]
    """What it was called before its server moved, the latest first."""
    alone: bool
    """Whether its page is in English only."""

    @property
    def missed(self) -> int | None:
        """When its server was last reached, where it did not answer in the last round; None where it did."""
        return self.presence.at if self.presence and self.presence.reach is not Reach.NOW else None

    @property
    def classes(self) -> str:
        """Of its row, for the style sheet and the scripts."""
        return " ".join(name for name in ("nsfw", "pinned", "away") if getattr(self, name))

    @property
    def away(self) -> bool:
        """Whether its server was not reached for so long that it is listed after those that can be reached."""
        return self.presence is not None and self.presence.reach is Reach.AWAY

    @property
    def nsfw(self) -> bool:
        """Whether it is not safe for work."""
        return self.nsfw_reason is not None


class Cards:
    """The cards of all ``listed`` Communities, for every page that shows some of them.

    ``now`` is the time of the crawl in Unix seconds. Where there are more than ``most_translated``, so many have pages
    in every language: those that have been listed for longest.
    """

    def __init__(
        self,
        listed: Iterable[CommunityItem],
        directory: Directory,
        now: int,
        *,
        provenance: Provenance | None = None,
        key_stories: Mapping[str, KeyStory] | None = None,
        past: Past | None = None,
        most_translated: int = MOST_TRANSLATED,
    ) -> None:
        self.directory, self.now = directory, now
        self._past = past or Past()
        self._stories = key_stories or {}
        self._sources = (provenance or Provenance()).sources
        communities = list(listed)
        self._translated = (
            self._longest_listed(communities, most_translated) if len(communities) > most_translated else None
        )
        self._paths = dict(community_paths(communities))
        self.all = tuple(map(self._card, communities))
        """One for each Community, in their order."""

    @cached_property
    def in_order(self) -> tuple[Card, ...]:
        """As the list shows them: in the order of :mod:`sessioncrawler.editorial.ranking`."""
        day = datetime.fromtimestamp(self.now, UTC).date()
        return tuple(self.all[number] for number in recommended([_merits(card) for card in self.all], day))

    @cached_property
    def servers(self) -> int:
        """How many servers hold these Communities."""
        return len({card.key[0] for card in self.all})

    @cached_property
    def nsfw(self) -> int:
        """How many are not safe for work."""
        return sum(card.nsfw for card in self.all)

    def _longest_listed(self, communities: Iterable[CommunityItem], most: int) -> frozenset[tuple[str, str]]:
        """Those that keep their pages in every language where there are too many: who floods the list gets none."""

        def since(key: tuple[str, str]) -> tuple[int, tuple[str, str]]:
            return self._past.first_listed.get((key[0], key[1].lower()), self.now), key

        return frozenset(sorted({room_key(one) for one in communities}, key=since)[:most])

    def _card(self, community: CommunityItem) -> Card:
        server, room, key = community.server, community.room, room_key(community)
        shown_name = names.name(room.name) or room.token
        lead, description = names.split_lead(names.prose(community.description))
        path, key_of_server = self._paths[key], server.public_key
        remembered = key_of_server, room.token.lower()
        admins = frozenset(room.admins)
        return Card(
            key=key,
            path=path,
            link=quote(path, safe="/") + INDEX,
            identifier=community.identifier,
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
            topics=community.topics,
            nsfw_reason=community.nsfw_reason,
            visitors=counted(room.weekly_active_users, self._past.pulses.get(remembered)),
            created_at=room.created,
            created=dates.iso(room.created),
            age=dates.age(room.created, self.now),
            read=room.read,
            write=room.write,
            upload=room.write is not False and room.upload,
            admins=len(admins),
            moderators=len(frozenset(room.moderators) - admins),
            posts=room.message_sequence,
            sources=self._sources.get(remembered, ()),
            preview_url=server.preview_url(room),
            join_url=server.join_link(room).url,
            host_parts=tuple(_HOST_PART.findall(server.address.netloc)),
            proof=self._stories.get(key_of_server),
            hue=keys.hue(hashlib.blake2b(path.encode(), digest_size=8).hexdigest()),
            pinned=community.pinned,
            presence=community.presence,
            pulse=self._past.pulses.get(remembered),
            first_listed=self._past.first_listed.get(remembered),
            former=self._past.former.get(remembered, ()),
            alone=self._translated is not None and key not in self._translated,
        )


def _merits(card: Card) -> Merits:
    if card.away:
        rank = Rank.AWAY
    elif card.pinned:
        rank = Rank.PINNED
    else:
        rank = Rank.CLOSED if card.read is False else Rank.OPEN
    return Merits(
        server=card.key[0],
        token=card.key[1],
        rank=rank,
        writable=card.write is True,
        moderated=any(tag.text == MODERATED for tag in card.badges),
        available=card.missed is None,
        described=bool(card.lead),
        activity=card.pulse.activity if card.pulse else by_visitors(card.visitors),
    )
