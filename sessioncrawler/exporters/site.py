"""Feed format ``site``: all files of the directory, as one archive that a storage unpacks."""

from __future__ import annotations

import gc
import logging
from collections.abc import Collection, Mapping, Sequence
from sys import maxsize
from typing import Any, BinaryIO, Self

from scrapy.crawler import Crawler
from scrapy.exporters import BaseItemExporter
from scrapy.spiderloader import get_spider_loader

from sessioncrawler.clock import crawl_time
from sessioncrawler.editorial.config import configured_directory
from sessioncrawler.explain.pictures import Icons
from sessioncrawler.items import CommunityItem, PollItem
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import Poll
from sessioncrawler.opendata.bundle import Bundle
from sessioncrawler.publish.edition import Edition
from sessioncrawler.publish.outcome import report_of
from sessioncrawler.publish.reading import reading
from sessioncrawler.publish.signing import signing_key
from sessioncrawler.publish.workers import RenderingError, pack_edition, processes
from sessioncrawler.site.list.page import WHOLE
from sessioncrawler.site.pages.cards import MOST_TRANSLATED as COMMUNITIES_TRANSLATED
from sessioncrawler.site.posters.fonts import FOLDERS
from sessioncrawler.site.posters.posters import MOST, MOST_NEW, KeptPosters, PosterRules
from sessioncrawler.site.shelves.shelves import MOST_LANGUAGES, MOST_ROOMS
from sessioncrawler.state import Sample, ServerHistory, State, Week

logger = logging.getLogger(__name__)


class NothingToPublishError(Exception):
    """There is no site to render; the message is a sentence that says why."""


class SiteItemExporter(BaseItemExporter):
    """Renders every file of :data:`~sessioncrawler.publish.outputs.OUTPUTS` from the Communities and polls of a crawl.

    Everything else is read from the state, when all is in it. Items may come in any order.

    Scrapy runs ``finish_exporting`` in a task whose exception nobody reads. So a failure is logged here, as one
    sentence, and leaves an archive that is not whole, which no storage stores.
    """

    def __init__(self, file: BinaryIO, *, crawler: Crawler, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.file = file
        self.crawler = crawler
        self._communities: list[CommunityItem] = []
        self._polls: list[Poll] = []
        self._items = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler, file: BinaryIO, **kwargs: Any) -> Self:
        """Make the exporter of one feed."""
        return cls(file, crawler=crawler, **kwargs)

    def export_item(self, item: Any) -> None:
        """Keep a Community, or what became of an address, until the end."""
        self._items += 1
        if isinstance(item, CommunityItem):
            self._communities.append(item)
        elif isinstance(item, PollItem):
            self._polls.append(item.poll)

    def finish_exporting(self) -> None:
        """Write the archive."""
        if self.crawler.stats.get_value("finish_reason") != "finished":
            return  # nothing of it would be published
        try:
            self._check()
            gc.collect()  # what polling left in circles: rendering is when a crawl needs the most memory
            settings = self.crawler.settings
            many = processes(settings.getint("RENDER_PROCESSES"))
            pack_edition(self.file, self._edition(), processes=many, folder=settings["FEED_TEMPDIR"] or None)
        except Exception as error:
            kind = "" if isinstance(error, NothingToPublishError | RenderingError) else f"{type(error).__name__}: "
            logger.error(  # noqa: TRY400 - a sentence; the traceback is below
                "The site could not be rendered, so nothing is published: %s%s", kind, error
            )
            logger.debug("The failure in full:", exc_info=error)

    def _check(self) -> None:
        if not self._communities:
            raise NothingToPublishError("no Community was left by the rules of directory.toml.")
        scraped = self.crawler.stats.get_value("item_scraped_count")
        if scraped != self._items:  # a handler of signals that fails is not heard by anybody else
            raise NothingToPublishError(f"{scraped} items were scraped, but {self._items} came to be exported.")

    def _edition(self) -> Edition:
        settings = self.crawler.settings
        directory = configured_directory(settings["DIRECTORY_CONFIG"])
        with self._state() as state:
            known = Knowledge.read(state, directory, crawl_time(settings), **reading(settings))
        report = report_of(self.crawler)
        return Edition(
            known,
            sorted(self._communities, key=lambda item: (item.identifier, item.server.public_key)),
            self._polls,
            left_out=report.left_out if report else {},
            sources=_sources(self.crawler),
            icons=self._icons,
            icon_contents=self._icon_contents,
            histories=self._histories,
            server_histories=self._server_histories,
            weekly=self._weekly,
            most_translated=settings.getint("SERVERS_TRANSLATED", maxsize),
            list_whole=settings.getint("LIST_WHOLE", WHOLE),
            kept_posters=KeptPosters(self._poster_digests, self._posters, self._keep_posters),
            poster_rules=PosterRules(
                settings.getint("POSTERS", MOST),
                settings.getint("POSTERS_NEW", MOST_NEW),
                tuple(settings.getlist("POSTER_FONTS", [*FOLDERS])),
            ),
            communities_translated=settings.getint("COMMUNITIES_TRANSLATED", COMMUNITIES_TRANSLATED),
            most_languages=settings.getint("SHELF_LANGUAGES", MOST_LANGUAGES),
            most_on_shelf=settings.getint("SHELF_ROOMS", MOST_ROOMS),
            templates=settings.get("SITE_TEMPLATES"),
            bundle=Bundle(settings.getint("ZIP_BYTES", maxsize)),
            signing=signing_key(settings),
        )

    def _state(self) -> State:
        return State.open(self.crawler.settings["STATE_URL"])

    def _icons(self) -> Icons | None:
        if not self.crawler.settings.getbool("ICONS_ENABLED"):
            return None
        with self._state() as state:
            return {icon.room: icon for icon in state.icons()}

    def _icon_contents(self) -> Mapping[tuple[str, str], bytes]:
        with self._state() as state:
            return state.icon_contents()

    def _poster_digests(self) -> Mapping[str, str]:
        with self._state() as state:
            return state.posters()[0]

    def _posters(self, names: Collection[str]) -> Mapping[str, bytes]:
        with self._state() as state:
            return state.posters(names)[1]

    def _keep_posters(self, drawn: Mapping[str, tuple[str, bytes]], kept: Collection[str]) -> None:
        with self._state() as state:
            state.record_posters(drawn, kept)

    def _histories(self, keys: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], Sequence[Sample]]:
        with self._state() as state:
            return state.histories(keys)

    def _server_histories(self, keys: Sequence[str]) -> Mapping[str, ServerHistory]:
        with self._state() as state:
            return state.server_histories(keys)

    def _weekly(self, keys: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], Sequence[Week]]:
        # A second process that renders may ask: it needs a connection of its own.
        with self._state() as state:
            return state.weekly(crawl_time(self.crawler.settings), keys)


def _sources(crawler: Crawler) -> dict[str, tuple[str, str]]:
    """Title and home page of each source that has a spider of its own, by the name of the spider."""
    loader = get_spider_loader(crawler.settings)
    spiders = {name: vars(loader.load(name)) for name in sorted(loader.list())}
    return {name: (told["title"], told["home"]) for name, told in spiders.items() if told.get("home")}
