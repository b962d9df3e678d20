"""300: the language of a Community."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scrapy.crawler import Crawler

from sessioncrawler.editorial.config import configured_directory
from sessioncrawler.editorial.guess import Guess, RememberedGuesses
from sessioncrawler.editorial.judge import Judge
from sessioncrawler.items import CommunityItem
from sessioncrawler.pipelines._stateful import StatefulPipeline
from sessioncrawler.state import State, StateError


class LanguagePipeline(StatefulPipeline):
    """Sets ``language`` and ``language_from`` (docs/languages.md). The state remembers guesses, by the text.

    Stats: ``language/from/ORIGIN`` with a value of :class:`~sessioncrawler.editorial.judge.LanguageOrigin`,
    ``language/unknown`` (nobody said), ``language/not_understood`` for tags that are no language, and
    ``language/guessed`` for texts that the model was asked about.
    """

    lost = "What was guessed of languages is not kept."

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings = crawler.settings
        self._guesses = RememberedGuesses(self._read)
        self.judge = Judge(
            configured_directory(settings["DIRECTORY_CONFIG"]),
            self.now,
            guess=settings.getbool("GUESS_LANGUAGES", True),
            guesser=self._guesses.guess,
        )

    def process_item(self, item: Any) -> Any:
        """Find the language of a Community."""
        if isinstance(item, CommunityItem):
            verdict = self.judge.language(item.server, item.room)
            item.language, item.language_from = verdict.code, verdict.origin
            self.stats.inc_value(f"language/from/{verdict.origin}" if verdict.origin else "language/unknown")
            if verdict.not_understood:
                self.stats.inc_value("language/not_understood", count=len(verdict.not_understood))
        return item

    def ready(self) -> bool:
        """Whether anything was guessed, or known to be."""
        return bool(self._guesses.new or self._guesses.used)

    def write(self, state: State) -> None:
        """Remember what was guessed."""
        new, used = self._guesses.taken()
        state.record_guesses(new, used, self.now)
        if new:
            self.stats.inc_value("language/guessed", count=len(new))

    def _read(self) -> Mapping[str, Guess | None]:
        """What is remembered. Where there is no state nothing is: whoever writes into it says what is wrong."""
        try:
            with State.open(self.url, create=False) as state:
                return state.guesses()
        except StateError:
            return {}
