"""200: tags out of the description, and those that the directory derives."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector

from sessioncrawler.clock import crawl_time
from sessioncrawler.editorial.policy import Policy
from sessioncrawler.editorial.tags import derive_tags, split_tags
from sessioncrawler.items import CommunityItem
from sessioncrawler.model import TagKind
from sessioncrawler.pipelines._base import CommunityPipeline, configured_directory


class TagsPipeline(CommunityPipeline):
    """Sets ``description``, ``string_tags`` and ``tags``.

    ``policy`` tells which rooms are official or pinned, ``now`` (Unix seconds) which are new. Stats:
    ``tags/communities`` with at least one tag of their operator, and ``tags/user``, ``tags/reserved``,
    ``tags/warning``.
    """

    def __init__(self, policy: Policy, now: int, stats: StatsCollector) -> None:
        super().__init__(stats)
        self._policy = policy
        self._now = now

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline from ``DIRECTORY_CONFIG`` and ``CRAWL_TIME``."""
        now = crawl_time(crawler.settings)
        return cls(Policy(configured_directory(crawler.settings), now), now, crawler.stats)

    def process_community(self, item: CommunityItem) -> None:
        """Split the description and derive the tags."""
        tagged = split_tags(item.room.description or "")
        item.description = tagged.shown
        item.string_tags = list(tagged.string_tags)
        item.tags = derive_tags(
            item.room,
            tagged.string_tags,
            now=self._now,
            official=self._policy.official(item.server),
            pinned=self._policy.pinned(item.server, item.room),
        )
        self._count(item)

    def _count(self, item: CommunityItem) -> None:
        if item.string_tags:
            self.stats.inc_value("tags/communities")
        for kind in TagKind:
            count = sum(tag.kind is kind for tag in item.tags)
            if count:
                self.stats.inc_value(f"tags/{kind}", count=count)
