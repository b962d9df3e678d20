"""200: tags out of the description, and those that the directory derives."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector

from sessioncrawler.clock import crawl_time
from sessioncrawler.editorial.policy import Policy
from sessioncrawler.editorial.tags import derive_tags, nsfw_reason, split_tags
from sessioncrawler.items import CommunityItem
from sessioncrawler.model import TagKind
from sessioncrawler.pipelines._base import CommunityPipeline, configured_directory


class TagsPipeline(CommunityPipeline):
    """Sets ``description``, ``string_tags``, ``tags`` and ``nsfw_reason``.

    ``policy`` tells what directory.toml says of a room, ``now`` (Unix seconds) which rooms are new. Stats:
    ``tags/communities`` with at least one tag of their operator, ``tags/user``, ``tags/reserved``, ``tags/warning``,
    and ``tags/nsfw/REASON`` with a value of :class:`~sessioncrawler.editorial.tags.NsfwReason`.
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
        server, room, policy = item.server, item.room, self._policy
        tagged = split_tags(room.description or "")
        rating = policy.rating(server, room)
        item.description = tagged.shown
        item.string_tags = list(tagged.string_tags)
        item.nsfw_reason = nsfw_reason(room.name, tagged.string_tags, rating)
        item.tags = derive_tags(
            room,
            tagged.string_tags,
            now=self._now,
            official=policy.official(server),
            project=policy.project(server, room),
            pinned=policy.pinned(server, room),
            rating=rating,
            staff=policy.staff(server, room),
        )
        self._count(item)

    def _count(self, item: CommunityItem) -> None:
        if item.string_tags:
            self.stats.inc_value("tags/communities")
        if item.nsfw_reason:
            self.stats.inc_value(f"tags/nsfw/{item.nsfw_reason}")
        for kind in TagKind:
            count = sum(tag.kind is kind for tag in item.tags)
            if count:
                self.stats.inc_value(f"tags/{kind}", count=count)
