"""What is not listed and why, in the words and numbers of the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sessioncrawler.site.i18n.languages import SiteLanguage


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many Communities are not listed for one reason, which ``text`` tells in the language of the page."""

    text: str
    count: int


def left_out_by_reason(counts: Mapping[str, int], language: SiteLanguage) -> tuple[LeftOut, ...]:
    """What :class:`LeftOut` shows of ``counts`` by reason; the most frequent reason is first."""
    shown = [LeftOut(language.reason(reason), count) for reason, count in counts.items() if count > 0]
    return tuple(sorted(shown, key=lambda one: (-one.count, one.text)))
