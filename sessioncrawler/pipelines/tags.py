"""200: tags out of the description, and those that the directory derives."""

from __future__ import annotations

from sessioncrawler.items import CommunityItem
from sessioncrawler.model import TagKind
from sessioncrawler.pipelines._base import CommunityPipeline


class TagsPipeline(CommunityPipeline):
    """Sets ``description``, ``string_tags``, ``tags``, ``topics`` and ``nsfw_reason``.

    Stats: ``tags/communities`` with at least one tag of their operator, ``tags/user``, ``tags/reserved``,
    ``tags/warning``, and ``tags/nsfw/REASON`` with a value of :class:`~sessioncrawler.editorial.tags.NsfwReason`.
    """

    def process_community(self, item: CommunityItem) -> None:
        """Split the description and derive the tags."""
        verdict = self.judge.tags(item.server, item.room, item.resembles)
        item.description = verdict.tagged.shown
        item.string_tags = list(verdict.tagged.string_tags)
        item.tags = list(verdict.tags)
        item.topics = verdict.topics
        item.nsfw_reason = verdict.nsfw
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
