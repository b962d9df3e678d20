"""300: the language of a Community."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector

from sessioncrawler.editorial.languages import LanguageTable, parse_language
from sessioncrawler.editorial.tags import split_tags
from sessioncrawler.items import CommunityItem
from sessioncrawler.pipelines._base import CommunityPipeline, configured_directory


class LanguagePipeline(CommunityPipeline):
    """Sets ``language`` from the operator's ``#lang:xx``, else from the table ``[languages]``.

    Stats: ``language/tag``, ``language/table``, ``language/unknown`` (nobody said), and ``language/not_understood``
    for tags that are no language.
    """

    def __init__(self, table: LanguageTable, stats: StatsCollector) -> None:
        super().__init__(stats)
        self._table = table

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline from ``DIRECTORY_CONFIG``."""
        return cls(LanguageTable(configured_directory(crawler.settings)), crawler.stats)

    def process_community(self, item: CommunityItem) -> None:
        """Find the language."""
        # The description is split again, because items carry what readers see and not what the rules worked with.
        tagged = split_tags(item.room.description or "").languages
        understood = [text for text in tagged if parse_language(text)]
        item.language = self._table.language(item.server, item.room, understood)
        found = "tag" if understood else "unknown" if item.language is None else "table"
        self.stats.inc_value(f"language/{found}")
        if len(understood) < len(tagged):
            self.stats.inc_value("language/not_understood", count=len(tagged) - len(understood))
