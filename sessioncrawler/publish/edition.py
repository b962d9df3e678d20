"""What is published at one time: Communities as the pipelines left them, and all that is known beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from sys import maxsize

from jinja2 import Environment
from markupsafe import Markup

from sessioncrawler.editorial.activity import pulse
from sessioncrawler.editorial.config import Directory
from sessioncrawler.editorial.languages import LanguageTable
from sessioncrawler.explain.pictures import Icons
from sessioncrawler.items import CommunityItem
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.knowledge.server_events import ServerEvent, server_events
from sessioncrawler.model import Poll, Server
from sessioncrawler.opendata.bundle import Bundle
from sessioncrawler.opendata.history import ReadSamples
from sessioncrawler.opendata.places import Places
from sessioncrawler.opendata.records import CommunityRecord
from sessioncrawler.opendata.signatures import SigningKey
from sessioncrawler.opendata.v1 import records
from sessioncrawler.publish.places import places
from sessioncrawler.site.history.gone import Gone, gone_communities
from sessioncrawler.site.history.moved import moved_paths
from sessioncrawler.site.history.past import Past
from sessioncrawler.site.history.server import Histories, listed_servers
from sessioncrawler.site.i18n.languages import DEFAULT, LOCALES, site_language
from sessioncrawler.site.list.page import WHOLE, facts_of_pages
from sessioncrawler.site.pages.cards import MOST_TRANSLATED as COMMUNITIES_TRANSLATED
from sessioncrawler.site.pages.cards import Cards, Provenance
from sessioncrawler.site.pages.community import Neighbours, Surroundings
from sessioncrawler.site.pages.paths import real_base, server_paths
from sessioncrawler.site.posters.posters import KeptPosters, PosterRules, Posters
from sessioncrawler.site.render.environment import build_environment
from sessioncrawler.site.shelves.shelves import MOST_LANGUAGES, MOST_ROOMS, Shelves
from sessioncrawler.state import ServerHistory, Week


def _no_histories(_: Sequence[str]) -> Mapping[str, ServerHistory]:
    return {}


@dataclass(frozen=True)
class Edition:
    """The material of a site. What several files show is made once, when the first of them asks for it.

    ``known`` is the state after the history was brought up to date, ``communities`` are all that are listed, sorted by
    identifier.
    """

    known: Knowledge
    communities: Sequence[CommunityItem]
    polls: Sequence[Poll] = ()
    """What became of every address, settled."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """How many Communities are not listed, by reason."""
    sources: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Name of a source spider → title and home page of its source."""
    icons: Callable[[], Icons | None] = lambda: None
    """Reads what is remembered of pictures; None where none are shown (``ICONS_ENABLED``)."""
    icon_contents: Callable[[], Mapping[tuple[str, str], bytes]] = dict
    """Reads all icons: ``host[:port]`` and lower-case token → WEBP."""
    histories: ReadSamples = lambda _: {}
    """Reads what Communities told, day by day: a part of them at a time."""
    server_histories: Histories = _no_histories
    """Reads how servers were reached, some servers at a time: when their pages are rendered, not before."""
    weekly: Callable[[Sequence[tuple[str, str]]], Mapping[tuple[str, str], Sequence[Week]]] = lambda _: {}
    """Reads the last weeks of Communities, which are given by public key and lower-case token."""
    most_translated: int = maxsize
    """Servers up to which their pages come in every language (``SERVERS_TRANSLATED``)."""
    kept_posters: KeptPosters = field(default_factory=KeptPosters)
    """Where posters are kept from one publication to the next."""
    poster_rules: PosterRules = field(default_factory=PosterRules)
    """How many posters there are, and with which fonts (``POSTERS``, ``POSTERS_NEW``, ``POSTER_FONTS``)."""
    communities_translated: int = COMMUNITIES_TRANSLATED
    """Communities whose pages come in every language (``COMMUNITIES_TRANSLATED``)."""
    most_languages: int = MOST_LANGUAGES
    """Languages that have a shelf (``SHELF_LANGUAGES``)."""
    most_on_shelf: int = MOST_ROOMS
    """Communities that the page of a shelf names (``SHELF_ROOMS``)."""
    list_whole: int = WHOLE
    """Communities up to which the list is one page (``LIST_WHOLE``)."""
    templates: str | None = None
    """Folder whose templates go before ours (``SITE_TEMPLATES``)."""
    data: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Size in bytes and SHA-256 in hex of the files of ``v1/`` that were rendered so far, by path from there."""
    bundle: Bundle = field(default_factory=Bundle)
    """Takes what was rendered so far of what is in ``v1/open-data.zip`` (``ZIP_BYTES``)."""
    signing: SigningKey | None = None
    """Signs the manifest of ``v1/`` (``SIGNING_KEY``)."""

    @property
    def directory(self) -> Directory:
        """The operator's ``directory.toml``."""
        return self.known.directory

    @property
    def now(self) -> int:
        """The time of the publication in Unix seconds."""
        return self.known.now

    @cached_property
    def cards(self) -> Cards:
        """What pages show of the Communities, whatever the language."""
        provenance = Provenance.of(self.known.sightings)
        stories = self.known.key_stories
        past = Past.of(self.known, self.communities)
        return Cards(
            self.communities,
            self.directory,
            self.now,
            provenance=provenance,
            key_stories=stories,
            past=past,
            most_translated=self.communities_translated,
        )

    @cached_property
    def list_facts(self) -> list[Markup]:
        """What scripts know of the rows of each page of the list."""
        return facts_of_pages(self.cards, self.list_whole)

    @cached_property
    def shelves(self) -> Shelves:
        """The pages of languages and topics."""
        return Shelves.of(self.cards, self.most_languages)

    @cached_property
    def surroundings(self) -> Surroundings:
        """What pages of Communities show beside these."""
        alone = len(self.server_languages) == 1
        return Surroundings(
            weekly=self.weekly,
            server_paths=self.server_paths,
            servers_alone=alone,
            availability=self.known.availability,
            shelves=self.shelves,
            neighbours=Neighbours(self.cards),
            poster=self.posters.path,
        )

    @cached_property
    def posters(self) -> Posters:
        """The pictures by which links to Communities are shown elsewhere; none where links cannot be absolute."""
        rules = self.poster_rules if real_base(self.directory.site.url) else replace(self.poster_rules, most=0)
        first = {one.facts.key: one.first_listed for one in self.known.listed}
        return Posters(
            self.cards,
            self.kept_posters,
            rules,
            since=lambda card: first.get((card.key[0], card.key[1].lower()), self.now),
        )

    @cached_property
    def servers(self) -> Mapping[str, Server]:
        """Public key → server of all Communities that are listed."""
        return listed_servers(self.communities, self.known)

    @cached_property
    def server_paths(self) -> Mapping[str, str]:
        """Public key → folder of the page of each of :attr:`servers`, ``s/SERVERID/``."""
        return server_paths(self.servers.values(), self.known.keys)

    @property
    def server_languages(self) -> tuple[str, ...]:
        """Codes of the languages of the pages of servers: strangers decide how many servers there are."""
        return LOCALES if len(self.servers) <= self.most_translated else (DEFAULT,)

    @cached_property
    def taken(self) -> tuple[str, ...]:
        """Folders of the pages of Communities that are listed, and of what these were called before."""
        return (*(card.path for card in self.cards.all), *(path for path, _, _ in moved_paths(self.cards)))

    @cached_property
    def gone(self) -> tuple[Gone, ...]:
        """What is gone, and keeps its page and files for a while."""
        return tuple(gone_communities(self.known, self.cards, self.taken))

    @cached_property
    def places(self) -> Places:
        """What has files of its own, and what these are called."""
        return places(self.known, self.cards, self.servers, self.gone)

    @property
    def server_events(self) -> list[ServerEvent]:
        """What happened to servers, the newest first."""
        known = self.known
        return server_events(known.listed, known.keys, known.key_log, known.incidents, self.now)

    @property
    def founded(self) -> int:
        """When the first Community was listed, in Unix seconds."""
        return min((one.first_listed for one in self.known.listed), default=0)

    @cached_property
    def records(self) -> list[CommunityRecord]:
        """What the open data tells of the Communities."""
        first_listed = {one.facts.key: one.first_listed for one in self.known.listed}
        judged = ((key, pulse(weeks)) for key, weeks in self.known.weeks.items())
        activity = {key: one.activity for key, one in judged if one}
        return records(self.communities, self.directory, first_listed, activity, self.known.former_identifiers)

    @cached_property
    def polls_of_listed(self) -> list[Poll]:
        """How the servers of :attr:`records` were reached last: now, or when they told what they keep."""
        return [*self.polls, *(one.poll for one in self.known.carried.values())]

    @cached_property
    def flag(self) -> Callable[[str], str]:
        """Gives the flag emoji of a language code."""
        return cache(LanguageTable(self.directory).flag)

    @cached_property
    def environment(self) -> Callable[[str], Environment]:
        """Gives the Jinja environment of a language by its code."""
        templates = self.templates  # not self: who refers to itself stays in memory while the site is stored
        return cache(lambda code: build_environment(templates, site_language(code)))
