"""What the feeds of one crawl share: each value is made once, when the first of them asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache, cached_property
from operator import is_
from typing import Any, ClassVar, Generic, TypeVar
from weakref import WeakKeyDictionary

from jinja2 import Environment
from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from sessioncrawler.clock import crawl_time
from sessioncrawler.editorial.config import Directory, find_directory, load_directory
from sessioncrawler.items import CommunityItem
from sessioncrawler.opendata.communities import CommunityRecord, Recorder
from sessioncrawler.site.i18n.languages import DEFAULT, site_language
from sessioncrawler.site.pages.cards import Cards, Provenance
from sessioncrawler.site.render.environment import build_environment
from sessioncrawler.state import Listed, SourceSummary, State

T = TypeVar("T")


class Once(Generic[T]):
    """Calls ``make`` for a list, and again only when another list comes: those of the same elements count as one.

    The feeds of a crawl collect the same items, each in a list of its own.
    """

    def __init__(self, make: Callable[[Sequence[Any]], T]) -> None:
        self._make = make
        self._made: tuple[Sequence[Any], T] | None = None

    def __call__(self, elements: Sequence[Any]) -> T:
        """What was made of these elements."""
        if self._made is None or not _same(self._made[0], elements):
            self._made = (elements, self._make(elements))
        return self._made[1]


class Edition:
    """What is published of one list of Communities; every value is made when it is first asked for.

    Raises ``StateError`` then where the state cannot be read.
    """

    def __init__(self, communities: Sequence[CommunityItem], crawl: Crawl) -> None:
        self.communities = communities
        self._crawl = crawl

    @cached_property
    def cards(self) -> Cards:
        """What pages show of the Communities."""
        return Cards(self.communities, self._crawl.directory, self._crawl.now, provenance=self._provenance())

    @cached_property
    def records(self) -> list[CommunityRecord]:
        """What the open data tells of them."""
        first_listed = {listing.facts.key: listing.first_listed for listing in self.listings}
        return Recorder(self._crawl.directory, first_listed).records(self.communities)

    @cached_property
    def listings(self) -> list[Listed]:
        """Every Community that the state remembers."""
        with self._crawl.state() as state:
            return state.listings()

    @cached_property
    def sources(self) -> list[SourceSummary]:
        """The sites that showed join links."""
        with self._crawl.state() as state:
            return state.sources()

    def _provenance(self) -> Provenance:
        if not self._crawl.settings.get("STATE_URL"):
            return Provenance()
        with self._crawl.state() as state:
            return Provenance.of(state.sightings())


class Crawl:
    """The settings of a crawl and what follows from them; :meth:`of` gives the one of a crawler."""

    _crawls: ClassVar[WeakKeyDictionary[Crawler, Crawl]] = WeakKeyDictionary()

    def __init__(self, settings: BaseSettings) -> None:
        self.settings = settings
        self.sorted: Once[tuple[Any, ...]] = Once(lambda items: tuple(sorted(items, key=_order)))
        """Items in the order of every feed: by identifier, and those without one last."""
        self._edition = Once(lambda communities: Edition(communities, self))
        self.environment = cache(self._make_environment)
        """The Jinja environment of a language, by its code."""

    @classmethod
    def of(cls, crawler: Crawler) -> Crawl:
        """The one of ``crawler``."""
        known = cls._crawls.get(crawler)
        if known is None:
            known = cls._crawls[crawler] = cls(crawler.settings)
        return known

    @cached_property
    def directory(self) -> Directory:
        """The ``directory.toml`` that counts (setting ``DIRECTORY_CONFIG``); raises ``DirectoryError``."""
        return load_directory(find_directory(self.settings["DIRECTORY_CONFIG"]))

    @cached_property
    def now(self) -> int:
        """The time of the crawl in Unix seconds."""
        return crawl_time(self.settings)

    def edition(self, items: Iterable[Any]) -> Edition:
        """What is published of the Communities among ``items``."""
        return self._edition([item for item in items if isinstance(item, CommunityItem)])

    def state(self) -> State:
        """The state, to be closed by the caller; raises ``StateError``."""
        return State.open(self.settings["STATE_URL"])

    def _make_environment(self, language: str = DEFAULT) -> Environment:
        return build_environment(self.settings.get("SITE_TEMPLATES"), site_language(language))


def _same(some: Sequence[Any], others: Sequence[Any]) -> bool:
    return len(some) == len(others) and all(map(is_, some, others))


def _order(item: Any) -> tuple[bool, str]:
    identifier = getattr(item, "identifier", None)
    return (identifier is None, str(identifier or ""))
