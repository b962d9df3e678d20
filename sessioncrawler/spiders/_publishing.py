"""What the spiders share that publish the site."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import scrapy
from scrapy.exceptions import CloseSpider, UsageError
from scrapy.settings import BaseSettings

from sessioncrawler.clock import crawl_time
from sessioncrawler.editorial.config.advice import powerless
from sessioncrawler.items import CommunityItem, PollItem
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import Poll
from sessioncrawler.publish.reading import reading
from sessioncrawler.publish.signing import signing_key
from sessioncrawler.site.render.environment import compile_pages
from sessioncrawler.spiders._directory import directory_of, introduce
from sessioncrawler.state import State, StateError


class PublishingSpider(scrapy.Spider):
    """Emits what the state holds, into the one feed that is the site at ``SITE_URI``.

    Finish reasons besides Scrapy's: ``no_polls``, ``no_communities``, ``state_failed``.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.settled: tuple[Poll, ...] = ()
        """What became of every address, best address first, once it is emitted."""
        self._prepared: asyncio.Future[None] | None = None

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Publish to ``SITE_URI``; introduce ourselves to servers.

        UsageError where the key with which the open data are to be signed cannot be used: it is told before anybody is
        asked, and not when the site is made.
        """
        super().update_settings(settings)
        try:
            signing_key(settings)
        except ValueError as error:
            raise UsageError(str(error), print_help=False) from error
        settings.set("FEEDS", {settings["SITE_URI"].rstrip("/"): {"format": "site"}}, priority="spider")
        introduce(settings)

    def prepare(self) -> None:
        """Make ready what publishing needs, beside whatever goes on."""
        folder = self.settings.get("SITE_TEMPLATES")
        self._prepared = asyncio.get_running_loop().run_in_executor(None, compile_pages, folder)

    def publication(self) -> Iterator[CommunityItem | PollItem]:
        """All Communities, then all polls: these say that it was all. CloseSpider where there is nothing to publish."""
        known = self._knowledge()
        if short := powerless(known.directory, known.now):
            self.logger.warning(
                "%d patterns of directory.toml do not count, because anybody can make a key that fits them, %s first. "
                "Run 'scrapy check-config': it says what to write instead.",
                len(short),
                short[0],
            )
        self.settled = known.settled
        if not self.settled:
            self.logger.error("The state holds no poll of a server, so nothing is published. Run 'scrapy crawl sogs'.")
            raise CloseSpider("no_polls")
        for poll in self.settled:
            self.count(f"polls/outcome/{poll.outcome}")
        if not any(poll.rooms for poll in self.settled):
            self.logger.error(
                "None of %d addresses told about any Community, so nothing is published. "
                "Is this machine connected to the network?",
                len(self.settled),
            )
            raise CloseSpider("no_communities")
        yield from known.communities()
        for poll in self.settled:
            yield PollItem(poll)

    def count(self, stat: str, by: int = 1) -> None:
        """Count in the stats of the crawl."""
        assert self.crawler.stats is not None  # noqa: S101 - from_crawler ran, so there are stats
        self.crawler.stats.inc_value(stat, by)

    def read_state(self) -> State:
        """The state, to be closed by the caller; CloseSpider where it cannot be used."""
        try:
            return State.open(self.settings["STATE_URL"])
        except StateError as error:
            raise self.without_state(error) from error

    def without_state(self, error: StateError) -> CloseSpider:
        """Log why the state cannot be used; what ends the crawl therefore."""
        self.logger.error("%s", error)
        return CloseSpider("state_failed")

    def _knowledge(self) -> Knowledge:
        settings = self.settings
        directory = directory_of(settings)
        try:
            with State.open(settings["STATE_URL"]) as state:
                return Knowledge.read(state, directory, crawl_time(settings), **reading(settings))
        except StateError as error:
            raise self.without_state(error) from error
