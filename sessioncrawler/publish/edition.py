"""What is published at one time: Communities as the pipelines left them, and all that is known beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

from jinja2 import Environment

from sessioncrawler.editorial.config import Directory
from sessioncrawler.editorial.languages import LanguageTable
from sessioncrawler.items import CommunityItem
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import Poll
from sessioncrawler.opendata.history import ReadSamples, ReadServers
from sessioncrawler.opendata.places import Places
from sessioncrawler.opendata.records import CommunityRecord
from sessioncrawler.opendata.v1 import records
from sessioncrawler.publish.places import places
from sessioncrawler.site.i18n.languages import site_language
from sessioncrawler.site.pages.cards import Cards, Provenance
from sessioncrawler.site.render.environment import build_environment


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
    icon_contents: Callable[[], Mapping[tuple[str, str], bytes]] = dict
    """Reads all icons: ``host[:port]`` and lower-case token → WEBP."""
    histories: ReadSamples = lambda _: {}
    """Reads what Communities told, day by day: a part of them at a time."""
    server_histories: ReadServers = lambda _: {}
    """Reads how servers were reached, day by day."""
    templates: str | None = None
    """Folder whose templates go before ours (``SITE_TEMPLATES``)."""
    data: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Size in bytes and SHA-256 in hex of the files of ``v1/`` that were rendered so far, by path from there."""

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
        return Cards(self.communities, self.directory, self.now, provenance=provenance, key_stories=stories)

    @cached_property
    def places(self) -> Places:
        """What has files of its own, and what these are called."""
        return places(self.communities, self.known.listed, self.now)

    @property
    def founded(self) -> int:
        """When the first Community was listed, in Unix seconds."""
        return min((one.first_listed for one in self.known.listed), default=0)

    @cached_property
    def records(self) -> list[CommunityRecord]:
        """What the open data tells of the Communities."""
        first_listed = {one.facts.key: one.first_listed for one in self.known.listed}
        return records(self.communities, self.directory, first_listed)

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
        return cache(lambda code: build_environment(self.templates, site_language(code)))
