"""What the spiders share that publish the site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import scrapy
from scrapy.settings import BaseSettings

from sessioncrawler.items import CommunityItem, PollItem
from sessioncrawler.model import Outcome, Poll
from sessioncrawler.protocol.servers import settle
from sessioncrawler.spiders._directory import introduce
from sessioncrawler.spiders._feeds import site_feeds


class PublishingSpider(scrapy.Spider):
    """Emits all Communities and polls in an order that only the network decides, into the feeds of ``SITE_URI``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.settled: tuple[Poll, ...] = ()
        """All polls, best address first, once they are emitted."""

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Publish to ``SITE_URI``; introduce ourselves to servers."""
        super().update_settings(settings)
        settings.set("FEEDS", site_feeds(settings["SITE_URI"]), priority="spider")
        introduce(settings)

    def settle(self, polls: Iterable[Poll]) -> bool:
        """Settle and count ``polls``; whether any of them told about a Community."""
        self.settled = settle(polls)
        for poll in self.settled:
            self.count(f"polls/outcome/{poll.outcome}")
        return any(poll.rooms for poll in self.settled)

    def communities(self) -> Iterator[CommunityItem]:
        """The rooms of all servers that were reached, as they tell them."""
        for poll in self.settled:
            if poll.server is not None and poll.outcome is Outcome.REACHED:
                for room in poll.rooms:
                    yield CommunityItem(poll.server, room)

    def everything(self) -> Iterator[CommunityItem | PollItem]:
        """All Communities, then all polls: these say that it was all."""
        yield from self.communities()
        for poll in self.settled:
            yield PollItem(poll)

    def count(self, stat: str, by: int = 1) -> None:
        """Count in the stats of the crawl."""
        assert self.crawler.stats is not None  # noqa: S101 - from_crawler ran, so there are stats
        self.crawler.stats.inc_value(stat, by)
