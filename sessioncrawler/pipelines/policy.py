"""400: what is listed, and what comes first."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.statscollectors import StatsCollector

from sessioncrawler.clock import crawl_time
from sessioncrawler.editorial.policy import Policy
from sessioncrawler.items import CommunityItem
from sessioncrawler.pipelines._base import CommunityPipeline, configured_directory


class NotListed(DropItem):
    """A Community is left out; ``reason`` is a value of :class:`~sessioncrawler.editorial.policy.Reason`."""

    def __init__(self, sentence: str, reason: str) -> None:
        super().__init__(sentence, "INFO")
        self.reason = reason


class PolicyPipeline(CommunityPipeline):
    """Drops Communities that are off the record, and sets ``pinned``. Needs the tags of 200.

    Stats: ``policy/dropped/REASON`` with a value of :class:`~sessioncrawler.editorial.policy.Reason`, and
    ``policy/pinned``.
    """

    def __init__(self, policy: Policy, stats: StatsCollector) -> None:
        super().__init__(stats)
        self._policy = policy

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline from ``DIRECTORY_CONFIG`` and ``CRAWL_TIME``."""
        policy = Policy(configured_directory(crawler.settings), crawl_time(crawler.settings))
        return cls(policy, crawler.stats)

    def process_community(self, item: CommunityItem) -> None:
        """Drop or keep, and pin."""
        verdict = self._policy.verdict(item.server, item.room, item.string_tags)
        if verdict:
            self.stats.inc_value(f"policy/dropped/{verdict.reason}")
            raise NotListed(f"{item.identifier} is not listed: {verdict.sentence}", verdict.reason)
        item.pinned = self._policy.pinned(item.server, item.room)
        if item.pinned:
            self.stats.inc_value("policy/pinned")
