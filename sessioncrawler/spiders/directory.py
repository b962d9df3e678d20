"""The site from the state alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from scrapy.exceptions import CloseSpider
from scrapy.settings import BaseSettings

from sessioncrawler.clock import crawl_time
from sessioncrawler.knowledge.known import ROUND_HOURS, Knowledge
from sessioncrawler.spiders._directory import directory_of
from sessioncrawler.spiders._publishing import PublishingSpider
from sessioncrawler.state import State, StateError


class Directory(PublishingSpider):
    """Publishes what the state holds of the last round of polls, and makes no request.

    It joins what the shards of ``sogs`` learned, and renders the site anew after a change of ``directory.toml`` or of a
    template. Its items go through the same pipelines and feeds as those of ``sogs``, so that the bytes are the same.

    Finish reasons besides Scrapy's: ``no_polls``, ``no_communities``, ``state_failed``.
    """

    name = "directory"

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Publish to ``SITE_URI``; ask no server for icons, whoever says otherwise."""
        super().update_settings(settings)
        settings.set("ICONS_PER_SERVER", 0, priority="cmdline")

    async def start(self) -> AsyncIterator[Any]:
        """Emit everything."""
        known = self._knowledge()
        if not known.led_to:
            self.logger.error("The state holds no poll of a server, so nothing is published. Run 'scrapy crawl sogs'.")
            raise CloseSpider("no_polls")
        self.count("polls/candidates", len(known.led_to))
        self.count("polls/done", len(known.led_to))
        if not self.settle(known.led_to):
            self.logger.error("No server in the state tells about any Community, so nothing is published.")
            raise CloseSpider("no_communities")
        for item in self.everything():
            yield item

    def _knowledge(self) -> Knowledge:
        settings = self.settings
        directory, hours = directory_of(settings), settings.getfloat("ROUND_HOURS", ROUND_HOURS)
        try:
            with State.open(settings["STATE_URL"]) as state:
                return Knowledge.read(state, directory, crawl_time(settings), round_hours=hours)
        except StateError as error:
            self.logger.error("%s", error)  # noqa: TRY400 - the sentence says it all
            raise CloseSpider("state_failed") from error
