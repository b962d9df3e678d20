"""Feed format ``site``: all files of the directory, as one archive that a storage unpacks."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, Self

from scrapy.crawler import Crawler
from scrapy.exporters import BaseItemExporter
from scrapy.spiderloader import get_spider_loader

from sessioncrawler.clock import crawl_time
from sessioncrawler.editorial.config import configured_directory
from sessioncrawler.items import CommunityItem, PollItem
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import Poll
from sessioncrawler.publish.edition import Edition
from sessioncrawler.publish.outcome import report_of
from sessioncrawler.publish.reading import reading
from sessioncrawler.publish.workers import RenderingError, pack_edition, processes
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
            icon_contents=self._icon_contents,
            histories=self._histories,
            server_histories=self._server_histories,
            weekly=self._weekly,
            templates=settings.get("SITE_TEMPLATES"),
        )

    def _state(self) -> State:
        return State.open(self.crawler.settings["STATE_URL"])

    def _icon_contents(self) -> Mapping[tuple[str, str], bytes]:
        with self._state() as state:
            return state.icon_contents()

    def _histories(self, keys: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], Sequence[Sample]]:
        with self._state() as state:
            return state.histories(keys)

    def _server_histories(self, keys: Sequence[str]) -> Mapping[str, ServerHistory]:
        with self._state() as state:
            return state.server_histories(keys)

    def _weekly(self, keys: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], Sequence[Week]]:
        # A second process that renders may ask: it needs a connection of its own.
        with self._state() as state:
            return state.weekly(keys, crawl_time(self.crawler.settings))


def _sources(crawler: Crawler) -> dict[str, tuple[str, str]]:
    """Title and home page of each source that has a spider of its own, by the name of the spider."""
    loader = get_spider_loader(crawler.settings)
    spiders = {name: vars(loader.load(name)) for name in sorted(loader.list())}
    return {name: (told["title"], told["home"]) for name, told in spiders.items() if told.get("home")}
