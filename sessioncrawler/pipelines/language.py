"""300: the language of a Community."""

from __future__ import annotations

from sessioncrawler.items import CommunityItem
from sessioncrawler.pipelines._base import CommunityPipeline


class LanguagePipeline(CommunityPipeline):
    """Sets ``language`` and ``language_from`` (docs/languages.md).

    Stats: ``language/from/ORIGIN`` with a value of :class:`~sessioncrawler.editorial.judge.LanguageOrigin`,
    ``language/unknown`` (nobody said), and ``language/not_understood`` for tags that are no language.
    """

    def process_community(self, item: CommunityItem) -> None:
        """Find the language."""
        verdict = self.judge.language(item.server, item.room)
        item.language, item.language_from = verdict.code, verdict.origin
        self.stats.inc_value(f"language/from/{verdict.origin}" if verdict.origin else "language/unknown")
        if verdict.not_understood:
            self.stats.inc_value("language/not_understood", count=len(verdict.not_understood))
