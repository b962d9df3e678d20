"""400: what is listed, and what comes first."""

from __future__ import annotations

from scrapy.exceptions import DropItem

from sessioncrawler.items import CommunityItem
from sessioncrawler.pipelines._base import CommunityPipeline


class NotListed(DropItem):
    """A Community is left out; ``reason`` is a value of :class:`~sessioncrawler.editorial.policy.Reason`."""

    def __init__(self, sentence: str, reason: str) -> None:
        super().__init__(sentence, "INFO")
        self.reason = reason


class PolicyPipeline(CommunityPipeline):
    """Drops Communities that are off the record, and sets ``pinned``.

    Stats: ``policy/dropped/REASON`` with a value of :class:`~sessioncrawler.editorial.policy.Reason`, and
    ``policy/pinned``.
    """

    def process_community(self, item: CommunityItem) -> None:
        """Drop or keep, and pin."""
        if verdict := self.judge.off_record(item.server, item.room, item.beyond):
            self.stats.inc_value(f"policy/dropped/{verdict.reason}")
            raise NotListed(f"{item.identifier} is not listed: {verdict.sentence}", verdict.reason)
        item.pinned = self.judge.pinned(item.server, item.room)
        if item.pinned:
            self.stats.inc_value("policy/pinned")
