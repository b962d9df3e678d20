"""100: every Community once, under its server's best address."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.statscollectors import StatsCollector

from sessioncrawler.items import CommunityItem
from sessioncrawler.model import Address
from sessioncrawler.pipelines._base import CommunityPipeline


class DedupePipeline(CommunityPipeline):
    """Drops what a server shows a second time: under another address, or under another spelling of a token.

    Items come best address first, so the first address that shows a public key owns it. pysogs takes tokens in any
    case, so two that differ by case alone are one room. Stats: ``dedupe/other_address``, ``dedupe/same_token``.
    """

    def __init__(self, stats: StatsCollector) -> None:
        super().__init__(stats)
        self._owners: dict[str, Address] = {}
        self._seen: set[tuple[str, str]] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline for one crawl."""
        return cls(crawler.stats)

    def process_community(self, item: CommunityItem) -> None:
        """Drop a Community that was there before."""
        server, room = item.server, item.room
        owner = self._owners.setdefault(server.public_key, server.address)
        if owner != server.address:
            self.stats.inc_value("dedupe/other_address")
            raise DropItem(f"{item.identifier} is the same server as {owner}, reached at {server.address}", "DEBUG")
        identity = (server.public_key, room.token.casefold())
        if identity in self._seen:
            self.stats.inc_value("dedupe/same_token")
            raise DropItem(f"{item.identifier} was listed by its server before", "DEBUG")
        self._seen.add(identity)
