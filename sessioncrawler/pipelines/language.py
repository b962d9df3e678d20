"""300: the language of a Community."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector

from sessioncrawler.editorial.guess import guess_language
from sessioncrawler.editorial.languages import LanguageTable, parse_language
from sessioncrawler.editorial.tags import split_tags
from sessioncrawler.items import CommunityItem
from sessioncrawler.pipelines._base import CommunityPipeline, configured_directory

TAG = "tag"
TABLE = "table"
GUESS = "guess"


class LanguagePipeline(CommunityPipeline):
    """Sets ``language`` and ``language_from``.

    The operator's ``#lang:xx`` decides, else the table ``[languages]``, else a guess from name and description
    (docs/languages.md), unless the setting ``GUESS_LANGUAGES`` is off.

    Stats: ``language/from/tag``, ``language/from/table``, ``language/from/guess``, ``language/unknown`` (nobody said),
    and ``language/not_understood`` for tags that are no language.
    """

    def __init__(self, table: LanguageTable, stats: StatsCollector, *, guess: bool = True) -> None:
        super().__init__(stats)
        self._table = table
        self._guess = guess

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline from ``DIRECTORY_CONFIG`` and ``GUESS_LANGUAGES``."""
        table = LanguageTable(configured_directory(crawler.settings))
        return cls(table, crawler.stats, guess=crawler.settings.getbool("GUESS_LANGUAGES", True))

    def process_community(self, item: CommunityItem) -> None:
        """Find the language."""
        # The description is split again, because items carry what readers see and not what the rules worked with.
        tagged = split_tags(item.room.description or "").languages
        understood = [text for text in tagged if parse_language(text)]
        if language := self._table.language(item.server, item.room, understood):
            item.language, item.language_from = language, TAG if understood else TABLE
        # Tags go into the guess, because they may name another language than the one that they are written in.
        elif self._guess and (guessed := guess_language(item.room.name, item.room.description or "")):
            item.language, item.language_from = guessed.code, GUESS
        self.stats.inc_value(f"language/from/{item.language_from}" if item.language_from else "language/unknown")
        if len(understood) < len(tagged):
            self.stats.inc_value("language/not_understood", count=len(tagged) - len(understood))
