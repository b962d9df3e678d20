"""A past for a directory: crawl after crawl of a simulated life, published by the spider ``directory``."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.exporters import BaseItemExporter
from scrapy.settings import Settings

from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import Poll, Sighting
from sessioncrawler.protocol.candidates import Candidate
from sessioncrawler.protocol.joinlinks import parse_join_link
from sessioncrawler.spiders._directory import directory_of
from sessioncrawler.spiders.directory import DirectorySpider
from sessioncrawler.state import State

if TYPE_CHECKING:
    from simnet.life import Life, Moment

Ask = Callable[["Moment", Iterable[Candidate]], list[Poll]]
"""Asks candidates in the network of a moment."""
After = Callable[["Moment", Crawler], None]


class Unrendered(BaseItemExporter):
    """Takes the place of the exporter of the site: what is past is nobody's page any more."""

    def __init__(self, file: IO[bytes], **kwargs: Any) -> None:  # noqa: ARG002 - Scrapy's signature
        super().__init__(dont_fail=True, **kwargs)

    def export_item(self, item: Any) -> None:
        """Nothing."""


class Nowhere:
    """Takes the place of every storage."""

    def __init__(self, uri: str, *, feed_options: Mapping[str, Any] | None = None) -> None:
        """Whatever the URI is."""

    def open(self, spider: Spider) -> IO[bytes]:  # noqa: ARG002 - Scrapy's signature
        """Give a file that is forgotten."""
        return tempfile.TemporaryFile()

    def store(self, file: IO[bytes]) -> None:
        """Forget it."""
        file.close()


UNSEEN = {
    "FEED_EXPORTERS": {"site": Unrendered},
    "FEED_STORAGES": {"": Nowhere, "file": Nowhere},
    "EXTENSIONS": {f"scrapy.extensions.{name}": None for name in ("memusage.MemoryUsage", "logstats.LogStats")},
}
"""Settings of crawls whose site nobody looks at: all is done as ever, but for rendering and storing."""


def _unseen(settings: Settings) -> dict[str, Any]:
    """:data:`UNSEEN` on top of what is set."""
    return {
        name: {**settings.getdict(name), **value} if isinstance(value, dict) else value
        for name, value in UNSEEN.items()
    }


@dataclass
class LivedPast:
    """Lives ``life`` into the state that ``settings`` name: sightings, answers, and a publication for each crawl.

    ``ask`` holds the conversations; ``sources`` are the names that the life's sources have in the state, where they are
    others. ``after`` is told of each publication. Crawls whose number is in ``shown`` are rendered and stored, too.
    """

    process: AsyncCrawlerProcess
    settings: Settings
    life: Life
    ask: Ask
    sources: Mapping[str, str] = field(default_factory=dict)
    after: After | None = None
    shown: Iterable[int] = ()
    quiet: bool = False
    """Whether nothing is logged: a past has hours in which this directory reached nobody, and they are over."""
    done: int = 0
    """Crawls that are done."""
    published: int = 0
    """Those of them that ended in a publication."""

    async def live(self) -> None:
        """Every crawl of the life, one after the other."""
        before = logging.root.manager.disable
        try:
            if self.quiet:
                logging.disable()
            # Held open, or SQLite would tidy its file up whenever one of thousands of short visits is over.
            with State.open(self.settings["STATE_URL"]) as state:
                await self._live(state)
        finally:
            logging.disable(before)

    async def _live(self, state: State) -> None:
        shown = frozenset(self.shown)
        for moment in self.life.moments():
            self._learn(state, moment)
            settings = self.settings.copy()
            if moment.number not in shown:
                settings.setdict(_unseen(settings), priority="cmdline")
            settings.set("CRAWL_TIME", moment.at, priority="cmdline")
            crawler = self.make(settings)
            await self.process.crawl(crawler)
            self.done += 1
            self.published += crawler.stats is not None and crawler.stats.get_value("finish_reason") == "finished"
            if self.after:
                self.after(moment, crawler)
            await asyncio.sleep(0)

    def make(self, settings: Settings) -> Crawler:
        """The crawl that publishes a moment."""
        return Crawler(DirectorySpider, settings)

    def _learn(self, state: State, moment: Moment) -> None:
        """What source spiders and ``sogs`` write."""
        found = [
            Sighting(link, self.sources.get(source, source))
            for source, text in moment.links
            if (link := parse_join_link(text)) is not None
        ]
        state.record_sightings(found, moment.at)
        known = Knowledge(
            directory_of(self.settings),
            moment.at,
            sightings=tuple(state.sightings()),
            keys=tuple(state.keys()),
        )
        state.record_polls(self.ask(moment, known.candidates), moment.at)
